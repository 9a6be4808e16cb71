#include "net/idle_connections.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace colo {
namespace {

using Rank = IdleConnections::Rank;

struct Evictions {
  IdleConnections idle;
  std::vector<std::uint64_t> closed;

  IdleConnections::Entry add(const std::string& network, std::uint64_t number, int since) {
    return idle.add(network, {SteadyTime{} + std::chrono::seconds{since}, {0, number}},
                    [this, number] { closed.push_back(number); });
  }
};

TEST(IdleConnections, TheOneIdleForLongestIsEvictedFirst) {
  Evictions all;
  const auto oldest = all.add("192.0.2.7", 1, 1);
  const auto youngest = all.add("192.0.2.7", 2, 3);
  const auto older = all.add("192.0.2.7", 3, 2);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(all.idle.evict_oldest("192.0.2.7"));
  EXPECT_FALSE(all.idle.evict_oldest("192.0.2.7"));
  EXPECT_EQ(all.closed, (std::vector<std::uint64_t>{1, 3, 2}));
}

TEST(IdleConnections, OtherNetworksAreNotEvicted) {
  Evictions all;
  const auto before = all.add("192.0.2.6", 1, 1);
  const auto behind = all.add("192.0.2.8", 2, 1);
  EXPECT_FALSE(all.idle.oldest("192.0.2.7"));
  EXPECT_FALSE(all.idle.evict_oldest("192.0.2.7"));
  EXPECT_TRUE(all.closed.empty());
}

TEST(IdleConnections, AConnectionInUseIsNotEvicted) {
  Evictions all;
  {
    const auto entry = all.add("192.0.2.7", 1, 1);
    const auto moved = std::optional(all.add("192.0.2.7", 2, 1));
    EXPECT_TRUE(all.idle.oldest("192.0.2.7"));
  }
  EXPECT_FALSE(all.idle.oldest("192.0.2.7"));
  EXPECT_FALSE(all.idle.evict_oldest("192.0.2.7"));
}

}  // namespace
}  // namespace colo
