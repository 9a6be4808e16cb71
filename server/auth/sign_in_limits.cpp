#include "auth/sign_in_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace colo {

namespace {

// Mistyping once costs no priority.
constexpr unsigned attempts_before_low_priority = 2;

Priority priority_after(unsigned attempts) {
  return attempts < attempts_before_low_priority ? Priority::high : Priority::low;
}

// One person cannot use up the rate of their network.
Rate half(Rate rate) {
  return {std::max(1.0, rate.count / 2), rate.per};
}

std::string key_of(SessionId session) {
  return {reinterpret_cast<const char*>(session.bytes.data()), session.bytes.size()};
}

std::string key_of(const SignInAttempt& attempt) {
  return attempt.network + ' ' + attempt.account;
}

Refusal wait_for(std::chrono::milliseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return Refusal(errc::too_many_requests,
                 fmt::format("Too many wrong passwords. Please wait {} seconds.", seconds.count()),
                 seconds);
}

}  // namespace

SignInLimits::SignInLimits(AccountRates rates, const Clock& clock)
    : registrations_(rates.registrations, clock),
      sign_ins_(rates.sign_ins, clock),
      networks_(clock),
      accounts_(clock),
      checks_by_network_(rates.sign_ins, clock),
      checks_by_person_(half(rates.sign_ins), clock),
      checks_by_session_(clock) {}

result<Priority> SignInLimits::begin_registration(const std::string& network) {
  if (const auto admitted = registrations_.admit(network); !admitted) return admitted.error();
  const auto priority = begin_hash(network);
  if (priority)
    networks_.failed(network);
  else
    registrations_.undo(network);
  return priority;
}

void SignInLimits::undo_registration(const std::string& network) {
  registrations_.undo(network);
}

result<Priority> SignInLimits::begin_sign_in(const SignInAttempt& attempt) {
  const auto account = key_of(attempt);
  if (const auto wait = accounts_.wait(account); wait.count() > 0) return wait_for(wait);
  if (const auto admitted = sign_ins_.admit(attempt.network); !admitted) return admitted.error();
  if (const auto begun = accounts_.begin(account); !begun) return begun.error();
  const auto priority = begin_hash(attempt.network);
  if (!priority) accounts_.undo(account);
  return priority;
}

// Only successful sign-ins are subtracted from a network's count. Attempts we were too busy to
// check stay counted; otherwise a large group of attackers would look like new clients. A success
// for one account does not excuse failures for another.
void SignInLimits::settle_sign_in(const SignInAttempt& attempt, AttemptOutcome outcome) {
  const auto account = key_of(attempt);
  switch (outcome) {
    case AttemptOutcome::right:
      networks_.undo(attempt.network);
      accounts_.succeeded(account);
      break;
    case AttemptOutcome::wrong:
      networks_.failed(attempt.network);
      accounts_.failed(account);
      break;
    case AttemptOutcome::undecided:
      networks_.failed(attempt.network);
      accounts_.undo(account);
      break;
  }
}

// Waits are per session: an attacker who holds one does not slow down the person's others.
result<Priority> SignInLimits::begin_check(const Requester& requester) {
  const auto session = key_of(requester.session);
  if (const auto wait = checks_by_session_.wait(session); wait.count() > 0) return wait_for(wait);
  if (const auto fine = checks_by_person_.admit(std::to_string(requester.user.value)); !fine)
    return fine.error();
  if (const auto fine = checks_by_network_.admit(requester.network); !fine) return fine.error();
  const auto before = checks_by_session_.count_of(session);
  if (const auto begun = checks_by_session_.begin(session); !begun) return begun.error();
  return priority_after(before);
}

void SignInLimits::settle_check(SessionId session, AttemptOutcome outcome) {
  const auto key = key_of(session);
  switch (outcome) {
    case AttemptOutcome::right:
      checks_by_session_.succeeded(key);
      break;
    case AttemptOutcome::wrong:
      checks_by_session_.failed(key);
      break;
    case AttemptOutcome::undecided:
      checks_by_session_.undo(key);
      break;
  }
}

result<Priority> SignInLimits::begin_hash(const std::string& network) {
  const auto before = networks_.count_of(network);
  if (const auto begun = networks_.begin(network); !begun) return begun.error();
  return priority_after(before);
}

}  // namespace colo
