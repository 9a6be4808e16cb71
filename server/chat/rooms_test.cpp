#include "chat/rooms.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

#include "runtime/wait.hpp"
#include "storage/memory_log.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

// Throws at the first frame that is published to it.
class FailingOnce final : public Subscriber {
 public:
  explicit FailingOnce(std::uint64_t number) : id_{0, number} {}
  ConnectionId connection() const override { return id_; }
  void reply(const SharedFrame&) override {}
  void publish(const SharedFrame&, FlowId) override {
    if (!threw.exchange(true)) throw std::runtime_error("out of memory");
    ++frames;
  }
  std::atomic<bool> threw{false};
  std::atomic<int> frames{0};

 private:
  ConnectionId id_;
};

// now() throws once after `fails` was set.
class FailingClock final : public Clock {
 public:
  SteadyTime now() const override {
    if (fails.exchange(false)) throw std::runtime_error("out of memory");
    return clock.now();
  }
  WallTime wall() const override { return clock.wall(); }

  ManualClock clock;
  mutable std::atomic<bool> fails{false};
};

class RoomsTest : public testing::Test {
 protected:
  RoomsTest() {
    shards_.start();
    EXPECT_TRUE(wait_for(shards_.first(), rooms_.open(loops_)));
  }
  ~RoomsTest() override { shards_.stop(); }

  Owned<Room>& den() { return *rooms_.find({"den"}); }
  void enter(const User& user, std::uint64_t number,
             const std::shared_ptr<Subscriber>& subscriber = {}) {
    Arrival arrival{user, {0, number}, subscriber, {}};
    ASSERT_TRUE(wait_for(shards_.first(), den().call(&Room::join, std::move(arrival))));
  }
  void drop(const User& user, std::uint64_t number) {
    den().post(&Room::leave, user.id, ConnectionId{0, number}, Departure::dropped);
  }
  std::uint32_t occupancy() { return wait_for(shards_.first(), den().call(&Room::view)).occupancy; }
  static void put_in(Lobby& lobby, std::shared_ptr<Subscriber> subscriber) {
    lobby.enter(std::move(subscriber));
  }

  FailingClock clock_;
  ManualClock clock_of_loops_;
  BackgroundLoops loops_{clock_of_loops_, 1ms};
  Shards shards_{1};
  MemoryLog log_;
  Rooms rooms_{
      {{{"den"}, "The Den", "", true, 64, {}}}, shards_, log_, clock_, {1000, 1min}, {1ms, 1ms}};
  const User ana_{{1}, "Ana", false};
  const User ben_{{2}, "Ben", false};
};

TEST_F(RoomsTest, TheListIsPublishedAlsoAfterASubscriberThrew) {
  const auto watcher = std::make_shared<FailingOnce>(7);
  rooms_.lobby(0).post(&RoomsTest::put_in, watcher);
  enter(ana_, 1);
  while (!watcher->threw) std::this_thread::yield();
  enter(ben_, 2);
  while (watcher->frames == 0) std::this_thread::yield();
}

TEST_F(RoomsTest, RoomsAreSweptAlsoAfterAnException) {
  enter(ana_, 1);
  drop(ana_, 1);
  ASSERT_EQ(occupancy(), 1u);
  clock_.fails = true;
  while (clock_.fails) std::this_thread::yield();
  clock_.clock.advance(limits::dropped_connection_grace);
  while (occupancy() != 0) std::this_thread::yield();
  EXPECT_EQ(loops_.failing(), std::vector<std::string>{"sweeping rooms"});
}

}  // namespace
}  // namespace colo
