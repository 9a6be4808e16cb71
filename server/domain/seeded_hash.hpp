// The hash of every table whose keys other people choose.
//
// SipHash-2-4 (Aumasson and Bernstein, 2012) under 128 random bits of this process:
// nobody can choose keys that fall into one bucket. Safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace colo {

using HashSeed = std::array<std::uint64_t, 2>;

std::uint64_t siphash(const HashSeed& seed, std::span<const std::byte> bytes);

/// This process's seed. Ends the process when the kernel gives no random bytes.
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
