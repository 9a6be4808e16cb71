// How often something may be tried from one place: a bucket for each key.
//
// Owned by one shard. Memory is bounded: when very many keys are known, the
// ones that have not been used lately are forgotten, which changes nothing,
// and beyond that new keys share one bucket.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "domain/errc.hpp"
#include "domain/rate.hpp"
#include "domain/seeded_hash.hpp"
#include "runtime/clock.hpp"

namespace colo {

class Throttle {
 public:
  static constexpr std::size_t keys_max = 10'000;  // about 1 MiB

  Throttle(Rate rate, const Clock& clock) : rate_(rate), clock_(clock) {}

  /// Errors: too_many_requests, with retry_after.
  result<void> admit(const std::string& key);

  /// What was admitted has come to nothing: as if it had not been tried.
  void give_back(const std::string& key);

 private:
  const std::string& kept(const std::string& key) const;

  Rate rate_;
  const Clock& clock_;
  std::unordered_map<std::string, Bucket, SeededHash> buckets_;
  SteadyTime forgotten_at_{};
};

}  // namespace colo
