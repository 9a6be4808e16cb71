#include "auth/throttle.hpp"

#include <fmt/format.h>

namespace colo {

namespace {

// Looking through all keys takes about a millisecond: not for every stranger.
constexpr std::chrono::seconds forget_every{1};

}  // namespace

result<void> Throttle::admit(const std::string& key) {
  const auto now = clock_.now();
  if (buckets_.size() >= keys_max && now - forgotten_at_ >= forget_every) {
    forgotten_at_ = now;
    std::erase_if(buckets_, [now](const auto& entry) { return entry.second.full(now); });
  }
  const auto wait = buckets_.try_emplace(kept(key), rate_, now).first->second.take(now);
  if (wait.count() == 0) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return Refusal(errc::too_many_requests,
                 fmt::format("Too many tries. Please wait {} seconds.", seconds.count()), seconds);
}

void Throttle::give_back(const std::string& key) {
  const auto bucket = buckets_.find(kept(key));
  if (bucket != buckets_.end()) bucket->second.give_back();  // else it was full, and forgotten
}

const std::string& Throttle::kept(const std::string& key) const {
  static const std::string shared;
  return buckets_.size() < keys_max || buckets_.contains(key) ? key : shared;
}

}  // namespace colo
