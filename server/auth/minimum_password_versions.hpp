// Refuses sign-ins that verified a password before it was changed.
//
// A sign-in verifies the password first and opens its session later; the change may happen in
// between. The minimum version of a person is kept until every such sign-in has timed out.
// Bounded: when a minimum could not be stored, sign-ins of all people without one are refused as
// busy for a while, because it is not known which of them are too old.
#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_map>

#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "runtime/clock.hpp"

namespace colo {

class MinimumPasswordVersions {
 public:
  /// Far longer than a sign-in waits for its password to be verified.
  static constexpr std::chrono::minutes keep_time{10};

  explicit MinimumPasswordVersions(const Clock& clock,
                                   std::size_t people_max = limits::password_changes_max)
      : clock_(clock), people_max_(people_max) {}

  /// Sign-ins of `user` need `version` or a newer one from now on.
  void require(UserId user, PasswordVersion version);

  /// Whether a sign-in that verified `version` may go on. Errors: bad_credentials, busy.
  result<void> check(UserId user, PasswordVersion version) const;

  /// Removes what was kept for long enough.
  void sweep();

 private:
  struct Minimum {
    PasswordVersion version;
    SteadyTime until;
  };

  const Clock& clock_;
  std::size_t people_max_;
  std::unordered_map<UserId, Minimum> minimums_;
  SteadyTime incomplete_until_ = SteadyTime::min();  // a minimum was not stored
};

}  // namespace colo
