#include "domain/seeded_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "domain/ids.hpp"

namespace colo {
namespace {

// From the reference implementation's vectors.h: key 00 01 … 0f, input 00 01 02 …
TEST(SeededHash, IsSipHash24) {
  const HashSeed seed{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::vector<std::byte> input;
  const auto hash_of_first = [&](std::size_t size) {
    input.clear();
    for (std::size_t i = 0; i < size; ++i) input.push_back(static_cast<std::byte>(i));
    return siphash(seed, input);
  };
  EXPECT_EQ(hash_of_first(0), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(hash_of_first(1), 0x74f839c593dc67fdu);
  EXPECT_EQ(hash_of_first(8), 0x93f5f5799a932462u);
  EXPECT_EQ(hash_of_first(15), 0xa129ca6149be45e5u);  // the paper's example
}

TEST(SeededHash, AnotherSeedGivesAnotherOrder) {
  const auto order = [](const HashSeed& seed) {
    std::vector<std::pair<std::uint64_t, int>> keys;
    for (int i = 0; i < 100; ++i)
      keys.emplace_back(siphash(seed, std::as_bytes(std::span(&i, 1))) % 1024, i);
    std::ranges::sort(keys);
    std::vector<int> order;
    for (const auto& [place, key] : keys) order.push_back(key);
    return order;
  };
  EXPECT_EQ(order({1, 2}), order({1, 2}));
  EXPECT_NE(order({1, 2}), order({1, 3}));
  EXPECT_NE(order({1, 2}), order({2, 2}));
}

ClientId client_id(std::uint64_t first, std::uint64_t last) {
  ClientId id;
  std::memcpy(id.bytes.data(), &first, sizeof first);
  std::memcpy(id.bytes.data() + sizeof first, &last, sizeof last);
  return id;
}

// Both collided when the first eight bytes were the hash: the ones always, the others in every
// table whose number of buckets divides the step.
TEST(SeededHash, IdsConstructedToCollideDoNot) {
  std::set<std::size_t> same_beginning;
  std::set<std::size_t> same_bucket;
  constexpr std::size_t buckets = 10'273;  // one of libstdc++'s
  for (std::uint64_t i = 0; i < 1000; ++i) {
    same_beginning.insert(std::hash<ClientId>{}(client_id(7, i)));
    same_bucket.insert(std::hash<ClientId>{}(client_id(i * buckets, 7)) % buckets);
  }
  EXPECT_EQ(same_beginning.size(), 1000u);
  EXPECT_GT(same_bucket.size(), 900u);  // about 953 of random ones
}

TEST(SeededHash, EveryKindOfKeyThatPeersChooseIsSeeded) {
  const auto& seed = process_hash_seed();
  EXPECT_NE(seed, HashSeed{});
  const ClientId client = client_id(1, 2);
  const SessionId session{client.bytes};
  const auto expected = siphash(seed, std::as_bytes(std::span(client.bytes)));
  EXPECT_EQ(std::hash<ClientId>{}(client), expected);
  EXPECT_EQ(std::hash<SessionId>{}(session), expected);
  const std::string text = "192.0.2.1";
  const auto of_text = siphash(seed, std::as_bytes(std::span(text)));
  EXPECT_EQ(SeededHash{}(text), of_text);
  EXPECT_EQ(std::hash<RoomId>{}(RoomId{text}), of_text);
}

}  // namespace
}  // namespace colo
