// The hash of tables whose keys peers can choose.
//
// SipHash-2-4 (Aumasson and Bernstein, 2012) with 128 random bits per process, so that nobody can
// choose keys that fall into one bucket. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace colo {

using HashSeed = std::array<std::uint64_t, 2>;

std::uint64_t siphash(const HashSeed& seed, std::span<const std::byte> bytes);

/// The seed of this process. Aborts when the kernel returns no random bytes.
const HashSeed& process_hash_seed();

struct SeededHash {
  std::size_t operator()(std::span<const std::byte> bytes) const {
    return siphash(process_hash_seed(), bytes);
  }
  std::size_t operator()(std::string_view text) const {
    return (*this)(std::as_bytes(std::span(text)));
  }
};

}  // namespace colo
