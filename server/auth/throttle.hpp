// Rate limit by key: a token bucket each.
//
// Bounded: at throttle_keys_max full buckets are removed, which changes nothing; beyond that, new
// keys share one bucket.
#pragma once

#include <string>
#include <unordered_map>

#include "domain/errc.hpp"
#include "domain/rate.hpp"
#include "domain/seeded_hash.hpp"
#include "runtime/clock.hpp"

namespace colo {

class Throttle {
 public:
  Throttle(Rate rate, const Clock& clock) : rate_(rate), clock_(clock) {}

  /// Errors: too_many_requests, with retry_after.
  result<void> admit(const std::string& key);

  /// As if admit() had not been called.
  void undo(const std::string& key);

 private:
  const std::string& bucket_key(const std::string& key) const;

  Rate rate_;
  const Clock& clock_;
  std::unordered_map<std::string, Bucket, SeededHash> buckets_;
  SteadyTime cleaned_at_{};
};

}  // namespace colo
