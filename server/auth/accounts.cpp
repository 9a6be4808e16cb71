#include "auth/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "domain/names.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

// Mistyping once puts nobody behind those who try passwords, or who make accounts.
constexpr unsigned tries_of_the_careless = 2;

// So that one person cannot use up what their network has.
Rate half(Rate rate) {
  return {std::max(1.0, rate.count / 2), rate.per};
}

std::string key_of(SessionId session) {
  return {reinterpret_cast<const char*>(session.bytes.data()), session.bytes.size()};
}

Refusal wait_for(std::chrono::milliseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return Refusal(errc::too_many_requests,
                 fmt::format("Too many wrong passwords. Please wait {} seconds.", seconds.count()),
                 seconds);
}

}  // namespace

Accounts::Accounts(AccountStore& store, Passwords& passwords, Shard& first, AccountRates rates,
                   const Clock& clock)
    : store_(store),
      passwords_(passwords),
      first_(first),
      registrations_(rates.registrations, clock),
      sign_ins_(rates.sign_ins, clock),
      networks_(clock),
      pairs_(clock),
      checks_by_network_(rates.sign_ins, clock),
      checks_by_person_(half(rates.sign_ins), clock),
      checks_by_session_(clock) {}

asio::awaitable<result<Verified>> Accounts::register_account(std::string username,
                                                             std::string password,
                                                             std::string address,
                                                             Admission admission) {
  // What a person mistyped costs them none of their tries.
  auto name = parse_new_name(username);
  if (!name) co_return name.error();
  if (const auto fine = check_password(password); !fine) co_return fine.error();
  auto admitting = admit_registration(address);
  const auto priority = co_await on(first_, std::move(admitting));
  if (!priority) co_return priority.error();
  auto making =
      make_account(std::move(*name), std::move(password), *priority, std::move(admission));
  auto made = co_await std::move(making);
  // Not judged, but refused for want of time or a working disk.
  if (!made && retry_time(made.error().code).count() > 0) {
    auto giving_back = give_back_registration(std::move(address));
    co_await on(first_, std::move(giving_back));
  }
  co_return made;
}

asio::awaitable<result<Verified>> Accounts::make_account(NameForms name, std::string password,
                                                         Priority priority, Admission admission) {
  auto hash = co_await passwords_.hash(std::move(password), priority);
  if (!hash) co_return hash.error();
  const auto made =
      co_await store_.create_account(std::move(name), std::move(*hash), std::move(admission));
  if (!made) co_return made.error();
  co_return Verified{made->user, made->password};
}

asio::awaitable<result<Verified>> Accounts::sign_in(std::string username, std::string password,
                                                    std::string address) {
  // A name that cannot exist, and a password no account can have, are looked
  // for all the same: whether a name is known must not show.
  const auto name = parse_name(username);
  std::string key;
  if (name) key = name->key;
  const Try attempt{address, address + ' ' + key};
  auto admitting = admit_try(attempt);
  const auto priority = co_await on(first_, std::move(admitting));
  if (!priority) co_return priority.error();

  auto recognising = recognise(std::move(key), std::move(password), std::move(address), *priority);
  result<Verified> verified = errc::internal;
  try {
    verified = co_await std::move(recognising);
  } catch (const std::exception& e) {  // what has begun must be settled
    log::error("a sign-in was given up: {}", e.what());
  }
  auto outcome = Outcome::right;
  if (!verified)
    outcome = verified.error().code == errc::bad_credentials ? Outcome::wrong : Outcome::undecided;
  auto settling = settle(attempt, outcome);
  co_await on(first_, std::move(settling));
  co_return verified;
}

// An empty key is nobody's.
asio::awaitable<result<Verified>> Accounts::recognise(std::string key, std::string password,
                                                      std::string address, Priority priority) {
  const auto found = co_await store_.find_account(std::move(key));
  if (!found) co_return found.error();
  if (!*found) {
    const auto same_time = co_await passwords_.verify_nobody(std::move(password), priority);
    if (!same_time) co_return same_time.error();
    // What stands in the name's place may be a password: it is not said.
    log::info("security: a sign-in from {} failed: nobody has that name", address);
    co_return errc::bad_credentials;
  }
  const Account& account = **found;
  const auto right = co_await passwords_.verify(account.password_hash, password, priority);
  if (!right) co_return right.error();
  if (!*right) {
    log::info("security: a sign-in as {} from {} failed", account.user.name, address);
    co_return errc::bad_credentials;
  }
  if (passwords_.needs_rehash(account.password_hash)) {
    auto renewed = co_await passwords_.hash(std::move(password));
    if (renewed) {
      // A failure is logged by the store; the next sign-in tries again.
      static_cast<void>(co_await store_.renew_password_hash(account.user.id, account.password,
                                                            std::move(*renewed)));
    }
  }
  co_return Verified{account.user, account.password};
}

asio::awaitable<result<PasswordVersion>> Accounts::change_password(SignedInAt who,
                                                                   std::string password,
                                                                   std::string new_password) {
  if (const auto fine = check_password(new_password); !fine) co_return fine.error();
  const auto user = who.user;
  const auto known = co_await check_again(std::move(who), std::move(password));
  if (!known) co_return known.error();
  auto hash = co_await passwords_.hash(std::move(new_password));
  if (!hash) co_return hash.error();
  co_return co_await store_.change_password(user, *known, std::move(*hash));
}

asio::awaitable<result<void>> Accounts::remove_account(SignedInAt who, std::string password,
                                                       bool erase_drawings) {
  const auto user = who.user;
  const auto known = co_await check_again(std::move(who), std::move(password));
  if (!known) co_return known.error();
  co_return co_await store_.remove_account(user, *known, erase_drawings);
}

asio::awaitable<result<User>> Accounts::current(UserId user) {
  const auto account = co_await store_.account(user);
  if (!account) co_return account.error();
  if (!*account) co_return errc::signed_out;
  co_return (*account)->user;
}

// Somebody who found an unlocked phone may not guess any faster than at the door.
asio::awaitable<result<PasswordVersion>> Accounts::check_again(SignedInAt who,
                                                               std::string password) {
  const auto account = co_await store_.account(who.user);
  if (!account) co_return account.error();
  if (!*account) co_return errc::signed_out;
  const Account& known = **account;
  auto admitting = admit_check(who);
  const auto priority = co_await on(first_, std::move(admitting));
  if (!priority) co_return priority.error();

  auto verifying = passwords_.verify(known.password_hash, std::move(password), *priority);
  result<bool> right = errc::internal;
  try {
    right = co_await std::move(verifying);
  } catch (const std::exception& e) {  // as in sign_in()
    log::error("a password was not checked: {}", e.what());
  }
  auto outcome = Outcome::undecided;
  if (right) outcome = *right ? Outcome::right : Outcome::wrong;
  auto settling = settle_check(who.session, outcome);
  co_await on(first_, std::move(settling));
  if (!right) co_return right.error();
  if (*right) co_return known.password;
  log::info("security: {}, signed in, gave a wrong password from {}", known.user.name, who.network);
  co_return errc::wrong_password;
}

// The waits are by session: the person has others that whoever holds this one has not.
asio::awaitable<result<Priority>> Accounts::admit_check(SignedInAt who) {
  const auto session = key_of(who.session);
  if (const auto wait = checks_by_session_.wait(session); wait.count() > 0)
    co_return wait_for(wait);
  if (const auto fine = checks_by_person_.admit(std::to_string(who.user.value)); !fine)
    co_return fine.error();
  if (const auto fine = checks_by_network_.admit(who.network); !fine) co_return fine.error();
  const auto before = checks_by_session_.count_of(session);
  checks_by_session_.begin(session);
  co_return before < tries_of_the_careless ? Priority::high : Priority::low;
}

asio::awaitable<void> Accounts::settle_check(SessionId session, Outcome outcome) {
  if (outcome == Outcome::right) checks_by_session_.succeeded(key_of(session));
  if (outcome == Outcome::wrong) checks_by_session_.failed(key_of(session));
  if (outcome == Outcome::undecided) checks_by_session_.take_back(key_of(session));
  co_return;
}

asio::awaitable<result<Priority>> Accounts::admit_registration(std::string network) {
  if (const auto admitted = registrations_.admit(network); !admitted) co_return admitted.error();
  const auto priority = priority_of(network);
  networks_.failed(network);
  co_return priority;
}

asio::awaitable<void> Accounts::give_back_registration(std::string network) {
  registrations_.give_back(network);
  co_return;
}

asio::awaitable<result<Priority>> Accounts::admit_try(Try attempt) {
  if (const auto wait = pairs_.wait(attempt.pair); wait.count() > 0) co_return wait_for(wait);
  if (const auto admitted = sign_ins_.admit(attempt.network); !admitted) co_return admitted.error();
  pairs_.begin(attempt.pair);
  co_return priority_of(attempt.network);
}

// Counts what the network wants hashed.
Priority Accounts::priority_of(const std::string& network) {
  const auto before = networks_.count_of(network);
  networks_.begin(network);
  return before < tries_of_the_careless ? Priority::high : Priority::low;
}

// Of a network's tries only right passwords are taken back. Those that nobody had time
// for count as failed, and stay in sign_ins_: else guessers who come in masses would pass for
// strangers until they were heard. And one's own right password makes up for no guess at
// another's.
asio::awaitable<void> Accounts::settle(Try attempt, Outcome outcome) {
  switch (outcome) {
    case Outcome::right:
      networks_.take_back(attempt.network);
      pairs_.succeeded(attempt.pair);
      break;
    case Outcome::wrong:
      networks_.failed(attempt.network);
      pairs_.failed(attempt.pair);
      break;
    case Outcome::undecided:
      networks_.failed(attempt.network);
      pairs_.take_back(attempt.pair);
      break;
  }
  co_return;
}

}  // namespace colo
