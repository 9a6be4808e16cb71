// A histogram of times, from a nanosecond to hours, in buckets about 1.6 % wide.
//
// Constant memory, constant time per value. A quantile is given as the upper edge of its bucket.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace load {

class Histogram {
 public:
  void add(std::uint64_t ns) {
    ++counts_[index(ns)];
    ++total_;
  }

  std::uint64_t total() const { return total_; }

  /// In ns; 0 if the histogram is empty. `q` is 0 to 1.
  std::uint64_t quantile(double q) const {
    if (total_ == 0) return 0;
    auto left = static_cast<std::uint64_t>(q * static_cast<double>(total_ - 1)) + 1;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (left <= counts_[i]) return edge(i);
      left -= counts_[i];
    }
    return edge(counts_.size() - 1);
  }

 private:
  static constexpr unsigned fine_bits = 6;  // 64 buckets for each doubling
  static constexpr std::size_t fine = 1u << fine_bits;

  static std::size_t index(std::uint64_t ns) {
    if (ns < fine) return ns;
    const auto doubling = static_cast<unsigned>(std::bit_width(ns)) - 1 - fine_bits;
    const auto i = (doubling + 1) * fine + ((ns >> doubling) - fine);
    return i < buckets ? i : buckets - 1;
  }
  static std::uint64_t edge(std::size_t i) {
    if (i < fine) return i;
    const auto doubling = i / fine - 1;
    return ((fine + i % fine + 1) << doubling) - 1;
  }

  static constexpr std::size_t buckets = fine * 40;
  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace load
