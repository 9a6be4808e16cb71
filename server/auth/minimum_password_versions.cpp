#include "auth/minimum_password_versions.hpp"

#include <algorithm>

#include "runtime/log.hpp"

namespace colo {

void MinimumPasswordVersions::require(UserId user, PasswordVersion version) {
  const auto until = clock_.now() + keep_time;
  if (minimums_.size() >= people_max_ && !minimums_.contains(user)) sweep();
  if (minimums_.size() >= people_max_ && !minimums_.contains(user)) {
    log::warn(
        "security: {} people changed their passwords within {} minutes: most sign-ins are refused "
        "for as long",
        minimums_.size(), keep_time.count());
    incomplete_until_ = until;
    return;
  }
  auto& minimum = minimums_[user];
  minimum = {std::max(minimum.version, version), until};
}

result<void> MinimumPasswordVersions::check(UserId user, PasswordVersion version) const {
  const auto found = minimums_.find(user);
  if (found != minimums_.end()) {
    if (version < found->second.version) return errc::bad_credentials;
    return {};
  }
  if (clock_.now() < incomplete_until_) return errc::busy;
  return {};
}

void MinimumPasswordVersions::sweep() {
  const auto now = clock_.now();
  std::erase_if(minimums_, [now](const auto& entry) { return now >= entry.second.until; });
}

}  // namespace colo
