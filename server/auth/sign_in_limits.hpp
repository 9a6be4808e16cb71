// Rate limits of sign-ins, password checks and registrations.
//
// Sign-ins are counted per network, and per network and account with waits that double; so
// nobody can lock another person out. Signed-in people who enter their password again are
// counted separately, with waits per session: attackers who try to sign in do not delay them.
// Networks with recent failures or registrations get a low hashing priority.
#pragma once

#include <string>

#include "auth/failures.hpp"
#include "auth/throttle.hpp"
#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/rate.hpp"
#include "runtime/clock.hpp"
#include "runtime/worker.hpp"

namespace colo {

struct AccountRates {
  Rate registrations{30, std::chrono::hours{1}};  // per network
  Rate sign_ins{20, std::chrono::minutes{1}};     // per network
};

/// A signed-in person, and the network that their request came from.
struct Requester {
  UserId user;
  SessionId session;
  std::string network;
};

struct SignInAttempt {
  std::string network;
  std::string account;  // the key of its name
};

enum class AttemptOutcome { right, wrong, undecided };

class SignInLimits {
 public:
  SignInLimits(AccountRates rates, const Clock& clock);

  /// Gives the priority of the hash. Errors: too_many_requests, busy.
  result<Priority> begin_registration(const std::string& network);
  /// The server could not complete the registration: it is not counted.
  void undo_registration(const std::string& network);

  /// settle_sign_in() must follow. Errors: too_many_requests, busy.
  result<Priority> begin_sign_in(const SignInAttempt& attempt);
  void settle_sign_in(const SignInAttempt& attempt, AttemptOutcome outcome);

  /// A signed-in person enters their password; settle_check() must follow.
  /// Errors: too_many_requests, busy.
  result<Priority> begin_check(const Requester& requester);
  void settle_check(SessionId session, AttemptOutcome outcome);

 private:
  result<Priority> begin_hash(const std::string& network);

  Throttle registrations_;
  Throttle sign_ins_;
  Failures networks_;  // all attempts but those with the right password
  Failures accounts_;  // per network and account
  Throttle checks_by_network_;
  Throttle checks_by_person_;
  Failures checks_by_session_;
};

}  // namespace colo
