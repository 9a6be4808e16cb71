#include "auth/accounts.hpp"

#include <exception>
#include <utility>

#include "domain/names.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

Accounts::Accounts(AccountStore& store, Passwords& passwords, Shard& home, AccountRates rates,
                   const Clock& clock)
    : store_(store), passwords_(passwords), limits_(home, rates, clock) {}

asio::awaitable<result<VerifiedAccount>> Accounts::register_account(std::string username,
                                                                    std::string password,
                                                                    std::string network,
                                                                    Admission admission) {
  // Checked first: an invalid name or password is not counted as an attempt.
  auto name = parse_new_name(username);
  if (!name) co_return name.error();
  if (const auto fine = check_password(password); !fine) co_return fine.error();
  const auto priority = co_await limits_.call(&SignInLimits::begin_registration, network);
  if (!priority) co_return priority.error();
  auto creating = create(std::move(*name), std::move(password), *priority, std::move(admission));
  auto created = co_await std::move(creating);
  if (!created && retry_time(created.error().code).count() > 0)
    co_await limits_.call(&SignInLimits::undo_registration, std::move(network));
  co_return created;
}

asio::awaitable<result<VerifiedAccount>> Accounts::create(NameForms name, std::string password,
                                                          Priority priority, Admission admission) {
  auto hash = co_await passwords_.hash(std::move(password), priority);
  if (!hash) co_return hash.error();
  const auto account =
      co_await store_.create_account(std::move(name), std::move(*hash), std::move(admission));
  if (!account) co_return account.error();
  co_return VerifiedAccount{account->user, account->password};
}

asio::awaitable<result<VerifiedAccount>> Accounts::sign_in(std::string username,
                                                           std::string password,
                                                           std::string network) {
  // An impossible name is looked up too (its key is empty): timing must not show which names exist.
  SignInAttempt attempt{std::move(network), {}};
  if (const auto name = parse_name(username)) attempt.account = name->key;
  const auto priority = co_await limits_.call(&SignInLimits::begin_sign_in, attempt);
  if (!priority) co_return priority.error();

  auto verifying = verify(attempt, std::move(password), *priority);
  result<VerifiedAccount> verified = errc::internal;
  try {
    verified = co_await std::move(verifying);
  } catch (const std::exception& e) {
    log::error("a sign-in failed with an exception: {}", e.what());
  }
  auto outcome = AttemptOutcome::right;
  if (!verified)
    outcome = verified.error().code == errc::bad_credentials ? AttemptOutcome::wrong
                                                             : AttemptOutcome::undecided;
  co_await limits_.call(&SignInLimits::settle_sign_in, std::move(attempt), outcome);
  co_return verified;
}

asio::awaitable<result<VerifiedAccount>> Accounts::verify(SignInAttempt attempt,
                                                          std::string password, Priority priority) {
  auto found = co_await store_.find_account(attempt.account);
  if (!found) co_return found.error();
  if (!*found) {
    const auto same_time = co_await passwords_.verify_nobody(std::move(password), priority);
    if (!same_time) co_return same_time.error();
    // People sometimes enter a password as their name, so the name is not logged.
    log::info("security: a sign-in from {} failed: no such account", attempt.network);
    co_return errc::bad_credentials;
  }
  auto& account = **found;
  const auto right = co_await passwords_.verify(account.password_hash, password, priority);
  if (!right) co_return right.error();
  if (!*right) {
    log::info("security: a sign-in as {} from {} failed", account.user.name, attempt.network);
    co_return errc::bad_credentials;
  }
  VerifiedAccount verified{account.user, account.password};
  if (passwords_.needs_rehash(account.password_hash)) {
    auto renewing = renew_hash(std::move(account), std::move(password));
    co_await std::move(renewing);
  }
  co_return verified;
}

asio::awaitable<void> Accounts::renew_hash(Account account, std::string password) {
  auto hash = co_await passwords_.hash(std::move(password));
  if (!hash) co_return;  // the next sign-in tries again
  // The store logs a failure, and the next sign-in tries again.
  static_cast<void>(
      co_await store_.renew_password_hash(account.user.id, account.password, std::move(*hash)));
}

asio::awaitable<result<PasswordVersion>> Accounts::change_password(Requester requester,
                                                                   std::string password,
                                                                   std::string new_password) {
  if (const auto fine = check_password(new_password); !fine) co_return fine.error();
  const auto user = requester.user;
  const auto version = co_await verify_again(std::move(requester), std::move(password));
  if (!version) co_return version.error();
  auto hash = co_await passwords_.hash(std::move(new_password));
  if (!hash) co_return hash.error();
  co_return co_await store_.change_password(user, *version, std::move(*hash));
}

asio::awaitable<result<void>> Accounts::remove_account(Requester requester, std::string password,
                                                       bool erase_drawings) {
  const auto user = requester.user;
  const auto version = co_await verify_again(std::move(requester), std::move(password));
  if (!version) co_return version.error();
  co_return co_await store_.remove_account(user, *version, erase_drawings);
}

asio::awaitable<result<User>> Accounts::current(UserId user) {
  const auto account = co_await store_.account(user);
  if (!account) co_return account.error();
  if (!*account) co_return errc::signed_out;
  co_return (*account)->user;
}

// An unlocked device does not allow faster guessing than the sign-in page.
asio::awaitable<result<PasswordVersion>> Accounts::verify_again(Requester requester,
                                                                std::string password) {
  const auto account = co_await store_.account(requester.user);
  if (!account) co_return account.error();
  if (!*account) co_return errc::signed_out;
  const Account& known = **account;
  const auto priority = co_await limits_.call(&SignInLimits::begin_check, requester);
  if (!priority) co_return priority.error();

  auto verifying = passwords_.verify(known.password_hash, std::move(password), *priority);
  result<bool> right = errc::internal;
  try {
    right = co_await std::move(verifying);
  } catch (const std::exception& e) {
    log::error("checking a password failed with an exception: {}", e.what());
  }
  auto outcome = AttemptOutcome::undecided;
  if (right) outcome = *right ? AttemptOutcome::right : AttemptOutcome::wrong;
  co_await limits_.call(&SignInLimits::settle_check, requester.session, outcome);
  if (!right) co_return right.error();
  if (*right) co_return known.password;
  log::info("security: {}, signed in, gave a wrong password from {}", known.user.name,
            requester.network);
  co_return errc::wrong_password;
}

}  // namespace colo
