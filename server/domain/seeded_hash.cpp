#include "domain/seeded_hash.hpp"

#include <sys/random.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace colo {
namespace {

static_assert(std::endian::native == std::endian::little);  // words are read in memory order

HashSeed random_seed() {
  HashSeed seed;
  // So few bytes are returned completely or not at all (getrandom(2)).
  if (getrandom(seed.data(), sizeof seed, 0) != sizeof seed) std::abort();
  return seed;
}

class SipHash {
 public:
  explicit SipHash(const HashSeed& seed)
      : v0_(0x736f6d6570736575 ^ seed[0]),
        v1_(0x646f72616e646f6d ^ seed[1]),
        v2_(0x6c7967656e657261 ^ seed[0]),
        v3_(0x7465646279746573 ^ seed[1]) {}

  void add(std::uint64_t word) {
    v3_ ^= word;
    round();
    round();
    v0_ ^= word;
  }

  std::uint64_t finish() {
    v2_ ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace

std::uint64_t siphash(const HashSeed& seed, std::span<const std::byte> bytes) {
  SipHash state(seed);
  const auto last = static_cast<std::uint64_t>(bytes.size()) << 56;
  std::uint64_t word = 0;
  for (; bytes.size() >= sizeof word; bytes = bytes.subspan(sizeof word)) {
    std::memcpy(&word, bytes.data(), sizeof word);
    state.add(word);
  }
  word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  state.add(word | last);
  return state.finish();
}

const HashSeed& process_hash_seed() {
  static const HashSeed seed = random_seed();
  return seed;
}

}  // namespace colo
