#include "app/app.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "app/data_folder.hpp"
#include "domain/limits.hpp"
#include "net/listener.hpp"
#include "runtime/log.hpp"
#include "runtime/problems.hpp"
#include "runtime/wait.hpp"
#include "storage/sqlite_store.hpp"

namespace colo {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds drain_step{10};
constexpr std::chrono::minutes prune_every{10};
constexpr std::chrono::milliseconds look_outside_every{500};

std::uint32_t shard_count(const Config& config) {
  return config.server.shards > 0 ? config.server.shards : Shards::one_per_core();
}

// A phone is a file descriptor; the usual soft limit of 1,024 is soon reached.
void raise_open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log::debug("the limit of open files stays as it is");
}

// Drawings come and go by the megabyte: what one gave back is soon wanted again. Giving it back
// to the kernel each time cost some 3 % of the server's time with 100 busy rooms.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
  mallopt(M_TOP_PAD, 1024 * 1024);
}

// Idle sessions end soon after they are due, also when the timeout is short.
std::chrono::milliseconds session_sweep_time(const Config::Session& times) {
  return std::clamp<std::chrono::milliseconds>(
      times.idle_timeout / 20, std::chrono::milliseconds{50}, std::chrono::seconds{1});
}

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  boost::system::error_code error;  // only a stopping loop ends it early
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> sweep_sessions(Sessions& sessions, std::chrono::milliseconds every) {
  for (;;) {
    co_await sleep(every);
    sessions.sweep();
  }
}

// An administrator of the machine changed accounts in another process.
asio::awaitable<void> heed_outside_changes(SqliteStore& store, Sessions& sessions,
                                           Invites& invites) {
  for (;;) {
    co_await sleep(look_outside_every);
    // This is also how a removed database is noticed when nobody draws.
    const auto changes = co_await store.outside_changes();
    if (!changes || changes->empty()) continue;
    for (const auto& [id, account] : *changes) {
      log::info("security: the account of {} was changed where the server runs", account.user.name);
      sessions.change_password(account.user.id, account.password);
      if (account.user.admin) co_await invites.end_set_up();
    }
    const auto forgotten = co_await store.forget_outside_changes(changes->back().id);
    if (!forgotten) log::warn("changed accounts will be looked at again");
  }
}

asio::awaitable<void> prune_rooms(SqliteStore& store, std::vector<RoomSpec> rooms,
                                  const Clock& clock) {
  std::map<RoomId, Keep> keeps;
  for (const auto& room : rooms)
    if (room.persistent) keeps.emplace(room.id, room.keep);
  for (;;) {
    const auto pruned = co_await store.prune(keeps, clock.now(), clock.wall());
    if (!pruned) log::warn("rooms could not be pruned yet: {}", pruned.error().detail);
    co_await sleep(prune_every);
  }
}

std::filesystem::path database_of(const DataFolder& data) {
  const auto file = data.database();
  refuse_lost_database(file.parent_path());
  return file;
}

asio::awaitable<void> watch_lock(const DataFolder& data, Problems& problems) {
  const std::string key = "lock";
  for (;;) {
    co_await sleep(look_outside_every);
    if (data.is_locked())
      problems.resolve(key, "the lock of the data folder is back");
    else
      problems.report(key, "The lock of the data folder was removed.",
                      "colo.lock of the data folder was removed or replaced while the server runs: "
                      "another one may start there. Start this one anew");
  }
}

// Says which file could not be read; why, the log or the refusal says.
[[noreturn]] void refuse_to_start(const DataFolder& data, const Refusal& why) {
  throw std::runtime_error(
      fmt::format("The database {} cannot be used: {} The log says more, and `colo verify` what is "
                  "damaged.",
                  data.database().string(), why.detail));
}

SendBy choose_sending(bool io_uring) {
  const bool possible = io_uring && make_io_uring_sender() != nullptr;
  log::info("frames go out by {}", possible ? "io_uring" : "sendmsg");
  return possible ? SendBy::io_uring : SendBy::sendmsg;
}

// Asks every connection of the shard to end, and waits until they have or time is up.
asio::awaitable<void> stop_shard(std::deque<Listener>& listeners, Shard& shard,
                                 Connections& connections, const Clock& clock) {
  const auto deadline = clock.now() + limits::drain_time;
  for (auto& listener : listeners) listener.stop(shard);
  connections.stop_all();
  while (!connections.empty() && clock.now() < deadline) co_await sleep(drain_step);
}

}  // namespace

// In the order of construction; what a suspended coroutine may still hold on to
// when its loop is destroyed (the connections) stands before the shards, what
// needs a loop to be destroyed stands after them.
struct App::Parts {
  Parts(Config settings, Assets assets, Surroundings surroundings)
      : config(std::move(settings)),
        clock_kept(std::move(surroundings.clock)),
        clock(*clock_kept),
        connections(shard_count(config)),
        shards(shard_count(config)),
        data(config.data),
        store(database_of(data), By::server, &problems),
        passwords(surroundings.hash_cost),
        accounts(store, passwords, shards.first(),
                 {config.limits.registrations, config.limits.sign_ins}, clock),
        sessions({config.session.idle_timeout, config.session.lifetime}, clock,
                 shards.first().executor(), config.limits.cpu_percent),
        invites(store, store, shards.first(), config.accounts.registration, clock),
        rooms(config.rooms, shards, store, clock, config.limits.drawings),
        leavers(shards, rooms, store, store),
        callers(config.limits.connections, clock),
        io(shards),
        services{shards,
                 clock,
                 sessions,
                 accounts,
                 invites,
                 rooms,
                 leavers,
                 assets,
                 Sites(config.server.hosts),
                 config.limits.frames,
                 TrustedProxies(config.server.trusted_proxies),
                 callers,
                 io,
                 problems,
                 loops} {
    data.note_database();
    listen();
  }

  void listen() {
    Door door;
    if (!config.server.tls_cert.empty())
      door.tls = load_certificate(config.server.tls_cert, config.server.tls_key);
    open(config.server.port, door, "--port");
    if (!config.server.http_port) return;
    Door plain;
    plain.https_port = listeners.front().port();
    open(*config.server.http_port, plain, "http_port in colo.toml");
  }

  // `setting`: where another port is chosen.
  void open(std::uint16_t port, const Door& door, std::string_view setting) {
    const auto& host = config.server.host;
    try {
      listeners.emplace_back(services, connections,
                             tcp::endpoint(asio::ip::make_address(host), port), door);
    } catch (const boost::system::system_error& e) {
      if (e.code() == asio::error::address_in_use)
        throw std::runtime_error(fmt::format(
            "Port {} is in use: another program, or another Colo, listens on it. Choose one with "
            "{}.",
            port, setting));
      throw std::runtime_error(
          fmt::format("Cannot listen on {}, port {}: {}.", host, port, e.code().message()));
    }
  }

  Config config;
  std::shared_ptr<const Clock> clock_kept;
  const Clock& clock;
  BackgroundLoops loops{clock};
  std::vector<Connections> connections;
  Shards shards;
  DataFolder data;
  Problems problems;
  SqliteStore store;
  Passwords passwords;
  Accounts accounts;
  Sessions sessions;
  Invites invites;
  Rooms rooms;
  Leavers leavers;
  CallerCount callers;
  PerShard<ShardIo> io;
  Services services;
  std::deque<Listener> listeners;  // that of the page, and perhaps one that sends there
  std::optional<std::string> set_up_code;
  bool running = false;
};

App::App(Config config, Assets assets, Surroundings surroundings) {
  raise_open_files_limit();
  keep_freed_memory();
  parts_ = std::make_unique<Parts>(std::move(config), assets, std::move(surroundings));
}

App::~App() {
  stop();
}

std::uint16_t App::port() const {
  return parts_->listeners.front().port();
}

std::optional<std::uint16_t> App::http_port() const {
  if (parts_->listeners.size() < 2) return std::nullopt;
  return parts_->listeners.back().port();
}

bool App::speaks_tls() const {
  return !parts_->config.server.tls_cert.empty();
}

void App::reload_certificate() {
  auto& parts = *parts_;
  if (!speaks_tls()) return;
  TlsContext tls;
  try {
    tls = load_certificate(parts.config.server.tls_cert, parts.config.server.tls_key);
  } catch (const std::runtime_error& e) {
    log::error("the certificate stays as it was: {}", e.what());
    return;
  }
  for (std::uint32_t i = 0; i < parts.shards.size(); ++i) {
    auto& shard = parts.shards[i];
    asio::post(shard.executor(),
               [&listener = parts.listeners.front(), &shard, tls] { listener.use(shard, tls); });
  }
  log::info("the certificate was read anew from {}", parts.config.server.tls_cert.string());
}

const std::optional<std::string>& App::set_up_code() const {
  return parts_->set_up_code;
}

void App::start() {
  auto& parts = *parts_;
  parts.shards.start();
  parts.running = true;  // from here on there is somebody to drain
  auto& first = parts.shards.first();
  const auto opened = wait_for(first, parts.rooms.open());
  if (!opened) refuse_to_start(parts.data, opened.error());
  const auto resumed = wait_for(first, parts.leavers.open());
  if (!resumed) refuse_to_start(parts.data, resumed.error());
  auto code = wait_for(first, parts.invites.offer_set_up());
  if (!code) refuse_to_start(parts.data, code.error());
  parts.set_up_code = std::move(*code);
  const auto every = session_sweep_time(parts.config.session);
  auto& loops = parts.loops;
  loops.start(first.executor(), "ending idle sessions",
              [&parts, every] { return sweep_sessions(parts.sessions, every); });
  loops.start(first.executor(), "pruning rooms",
              [&parts] { return prune_rooms(parts.store, parts.config.rooms, parts.clock); });
  loops.start(first.executor(), "looking at changed accounts", [&parts] {
    return heed_outside_changes(parts.store, parts.sessions, parts.invites);
  });
  loops.start(first.executor(), "watching the lock",
              [&parts] { return watch_lock(parts.data, parts.problems); });
  const auto how = choose_sending(parts.config.server.io_uring);
  for (auto& io : parts.io) {
    io.post([](ShardIo& value, SendBy by) { value.scheduler.start(by); }, how);
    loops.start(io.home().executor(), fmt::format("keepalive of shard {}", io.home().index()),
                [&io] { return io.here().keepalive.run(); });
  }
  for (auto& listener : parts.listeners) listener.start();
}

void App::stop() {
  auto& parts = *parts_;
  if (!std::exchange(parts.running, false)) return;
  wait_for_all(parts.shards, [&parts](Shard& shard) {
    return stop_shard(parts.listeners, shard, parts.connections[shard.index()], parts.clock);
  });
  parts.store.stop();
  parts.passwords.stop();
  parts.shards.stop();
  for (auto& io : parts.io) {
    const auto& count = io.here().scheduler.count();
    log::info("shard {} wrote {} frames to clients in {} writes and {} system calls",
              io.home().index(), count.frames, count.writes, count.calls);
  }
}

}  // namespace colo
