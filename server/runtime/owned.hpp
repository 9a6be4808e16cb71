// A value that lives on one shard and is accessed only through that shard.
//
// `co_await sessions.call(&Sessions::end, id, why)` runs there and returns the result.
// The callee is a function or a lambda without captures; its arguments go by value. (The compiler
// refuses captures: g++ 12 destroys them twice in a co_await, see decision 0003.)
// Calls and posts from one shard arrive in order. here() is for code that already runs on the home
// shard; elsewhere it ends the process in a debug build.
#pragma once

#include <cassert>
#include <deque>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "runtime/shard.hpp"

namespace colo {

namespace detail {

/// The value that a function or a coroutine returns.
template <class T>
struct awaited {
  using type = T;
};
template <class T>
struct awaited<asio::awaitable<T>> {
  using type = T;
};

}  // namespace detail

template <class T>
class Owned {
 public:
  template <class... Args>
  explicit Owned(Shard& home, Args&&... args) : home_(home), value_(std::forward<Args>(args)...) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;

  Shard& home() const { return home_; }

  /// The value, for code that runs on its home shard, or while no shard runs.
  T& here() {
    assert(home_.may_touch());
    return value_;
  }
  const T& here() const {
    assert(home_.may_touch());
    return value_;
  }

  /// Runs `fn(T&, args...)` on the home shard and returns its result on the caller's executor.
  /// If `fn` is a coroutine, it is awaited there. Rethrows what `fn` throws. Other tasks may have
  /// run meanwhile, on both shards.
  template <class Fn, class... Args>
  auto call(Fn fn, Args&&... args) {
    static_assert(has_no_captures<Fn>, "capture nothing: pass arguments instead");
    using Returned = std::decay_t<std::invoke_result_t<Fn, T&, std::decay_t<Args>...>>;
    return call_on<typename detail::awaited<Returned>::type>(
        *this, fn, std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...));
  }

  /// Runs `fn(T&, args...)` on the home shard without waiting: immediately if the caller runs on
  /// it, otherwise later. What `fn` throws is logged.
  template <class Fn, class... Args>
  void post(Fn fn, Args&&... args) {
    home_.run([this, fn = std::move(fn),
               args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable {
      apply(fn, here(), std::move(args));
    });
  }

 private:
  template <class Fn>
  static constexpr bool has_no_captures =
      std::is_empty_v<Fn> || std::is_pointer_v<Fn> || std::is_member_pointer_v<Fn>;

  template <class Fn, class... Args>
  static decltype(auto) apply(Fn& fn, T& value, std::tuple<Args...>&& args) {
    return std::apply(
        [&](Args&... each) -> decltype(auto) { return std::invoke(fn, value, std::move(each)...); },
        args);
  }

  template <class Value, class Fn, class... Args>
  static asio::awaitable<Value> call_on(Owned& owned, Fn fn, std::tuple<Args...> args) {
    auto running = run_here<Value>(owned, fn, std::move(args));
    if (owned.home_.is_current()) co_return co_await std::move(running);
    co_return co_await asio::co_spawn(owned.home_.executor(), std::move(running),
                                      asio::use_awaitable);
  }

  template <class Value, class Fn, class... Args>
  static asio::awaitable<Value> run_here(Owned& owned, Fn fn, std::tuple<Args...> args) {
    if constexpr (std::is_same_v<Value, std::decay_t<std::invoke_result_t<Fn, T&, Args...>>>) {
      co_return apply(fn, owned.here(), std::move(args));
    } else {
      auto running = apply(fn, owned.here(), std::move(args));
      co_return co_await std::move(running);
    }
  }

  Shard& home_;
  T value_;
};

/// One value for each shard.
template <class T>
class PerShard {
 public:
  /// Constructs each as T(Shard&, args...), or as T(args...) if T has no such constructor.
  template <class... Args>
  explicit PerShard(Shards& shards, const Args&... args) {
    for (std::uint32_t i = 0; i < shards.size(); ++i) {
      if constexpr (std::is_constructible_v<T, Shard&, const Args&...>)
        values_.emplace_back(shards[i], shards[i], args...);
      else
        values_.emplace_back(shards[i], args...);
    }
  }

  Owned<T>& operator[](std::uint32_t index) { return values_[index]; }
  Owned<T>& operator[](const Shard& shard) { return values_[shard.index()]; }

  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }

 private:
  std::deque<Owned<T>> values_;
};

}  // namespace colo
