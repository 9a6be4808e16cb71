// For tests: a room, its clients, a manual clock and one shard without a thread.
//
// run() and settle() run the shard's loop until nothing is left to do.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chat/room.hpp"
#include "domain/limits.hpp"

namespace colo {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A client that remembers the frames it was sent.
class Client final : public Subscriber {
 public:
  explicit Client(ConnectionId id) : id_(id) {}
  ConnectionId connection() const override { return id_; }
  void reply(const SharedFrame& frame) override {
    frames.emplace_back();
    ASSERT_TRUE(frames.back().ParseFromString(std::string(frame->payload())));
  }
  void publish(const SharedFrame& frame, FlowId) override { reply(frame); }

  v1::Joined joined() const {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
      if (frame->has_joined()) return frame->joined();
    ADD_FAILURE() << "was never sent Joined";
    return {};
  }
  // Every seq it ever saw, in the order it saw them.
  std::vector<std::uint64_t> seqs() const {
    std::vector<std::uint64_t> seen;
    for (const auto& frame : frames) {
      for (const auto& message : frame.joined().messages()) seen.push_back(message.seq());
      if (frame.has_message()) seen.push_back(frame.message().seq());
    }
    return seen;
  }
  std::vector<std::string> notices() const {
    std::vector<std::string> lines;
    for (const auto& frame : frames)
      if (frame.has_presence())
        lines.push_back(frame.presence().user() +
                        (frame.presence().change() == v1::CHANGE_JOINED ? " joined" : " left"));
    return lines;
  }

  // Whose pen went down (+) and up (-).
  std::string pens() const {
    std::string changes;
    for (const auto& frame : frames)
      if (frame.has_pen()) changes += (frame.pen().down() ? "+" : "-") + frame.pen().user();
    return changes;
  }

  std::vector<v1::ServerFrame> frames;

 private:
  ConnectionId id_;
};

class RoomTest : public testing::Test {
 protected:
  Room make(RoomSpec spec) {
    return {std::move(spec), shards_, log_, clock_, {1000, 1min}, [this] { ++changes_; }};
  }
  static RoomSpec saved(std::uint32_t capacity = 64) {
    return {{"den"}, "The Den", "", true, capacity, {}};
  }
  static RoomSpec temporary() { return {{"den"}, "The Den", "", false, 64, {}}; }

  std::shared_ptr<Client> client() {
    return std::make_shared<Client>(shards_.first().next_connection());
  }

  void settle() {
    shards_.first().context().restart();
    shards_.first().context().poll();
  }

  template <class T>
  static asio::awaitable<void> keep(asio::awaitable<T> task,
                                    std::shared_ptr<std::optional<T>> into) {
    into->emplace(co_await std::move(task));
  }
  template <class T>
  T run(asio::awaitable<T> task) {
    auto outcome = std::make_shared<std::optional<T>>();
    asio::co_spawn(shards_.first().executor(), keep(std::move(task), outcome), asio::detached);
    settle();
    return outcome->value();
  }

  result<void> join(Room& room, const User& user, const std::shared_ptr<Client>& client,
                    std::uint64_t after = 0, Epoch epoch = {}, DeletionId deletion = {}) {
    return run(room.join({user, client->connection(), client, {Seq{after}, epoch, deletion}}));
  }
  result<Stored> draw(Room& room, const User& user, const std::shared_ptr<Client>& client,
                      std::uint8_t number, Seq remix_of = {}) {
    ClientId id;
    id.bytes[0] = static_cast<std::byte>(number);
    return run(room.append(user, client->connection(),
                           {id, {}, "number " + std::to_string(number), remix_of}));
  }

  ManualClock clock_;
  Shards shards_{1};
  MemoryLog log_;  // replaces the database: it passes the same contract
  int changes_ = 0;
  std::uint32_t drawings_ = 0;
  User ana_{{1}, "Ana", false};
  User ben_{{2}, "Ben", false};
};

}  // namespace colo
