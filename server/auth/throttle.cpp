#include "auth/throttle.hpp"

#include <fmt/format.h>

#include "domain/limits.hpp"

namespace colo {

namespace {

// Visiting all buckets takes about a millisecond.
constexpr std::chrono::seconds clean_interval{1};

}  // namespace

result<void> Throttle::admit(const std::string& key) {
  const auto now = clock_.now();
  if (buckets_.size() >= limits::throttle_keys_max && now - cleaned_at_ >= clean_interval) {
    cleaned_at_ = now;
    std::erase_if(buckets_, [now](const auto& entry) { return entry.second.full(now); });
  }
  const auto wait = buckets_.try_emplace(bucket_key(key), rate_, now).first->second.take(now);
  if (wait.count() == 0) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return Refusal(errc::too_many_requests,
                 fmt::format("Too many attempts. Please wait {} seconds.", seconds.count()),
                 seconds);
}

void Throttle::undo(const std::string& key) {
  const auto bucket = buckets_.find(bucket_key(key));
  if (bucket != buckets_.end()) bucket->second.give_back();  // a removed bucket was full
}

const std::string& Throttle::bucket_key(const std::string& key) const {
  static const std::string shared;
  return buckets_.size() < limits::throttle_keys_max || buckets_.contains(key) ? key : shared;
}

}  // namespace colo
