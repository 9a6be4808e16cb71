#include "auth/accounts.hpp"

#include "domain/names.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

asio::awaitable<result<void>> admit_on_first(Throttle& throttle, std::string address) {
  co_return throttle.admit(address);
}

}  // namespace

Accounts::Accounts(AccountStore& store, Passwords& passwords, Shard& first, AccountRates rates,
                   const Clock& clock)
    : store_(store),
      passwords_(passwords),
      first_(first),
      registrations_(rates.registrations, clock),
      sign_ins_(rates.sign_ins, clock) {}

asio::awaitable<result<Verified>> Accounts::register_account(std::string username,
                                                             std::string password,
                                                             std::string address,
                                                             Admission admission) {
  // What a person mistyped costs them none of their tries.
  auto name = parse_name(username);
  if (!name) co_return name.error();
  if (const auto fine = check_password(password); !fine) co_return fine.error();
  const auto admitted = co_await admit(registrations_, std::move(address));
  if (!admitted) co_return admitted.error();
  auto hash = co_await passwords_.hash(std::move(password));
  if (!hash) co_return hash.error();
  const auto made = co_await store_.create_account(std::move(*name), std::move(*hash), admission);
  if (!made) co_return made.error();
  co_return Verified{made->user, made->password};
}

asio::awaitable<result<Verified>> Accounts::sign_in(std::string username, std::string password,
                                                    std::string address) {
  const auto admitted = co_await admit(sign_ins_, address);
  if (!admitted) co_return admitted.error();
  // A name that cannot exist, and a password no account can have, are looked
  // for all the same: whether a name is known must not show.
  auto name = parse_name(username);
  std::optional<Account> account;
  if (name) {
    auto found = co_await store_.find_account(name->key);
    if (!found) co_return found.error();
    account = std::move(*found);
  }
  if (!account) {
    const auto same_time = co_await passwords_.verify_nobody(std::move(password));
    if (!same_time) co_return same_time.error();
    // What stands in the name's place may be a password: it is not said.
    log::info("security: a sign-in from {} failed: nobody has that name", address);
    co_return errc::bad_credentials;
  }
  const auto right = co_await passwords_.verify(account->password_hash, password);
  if (!right) co_return right.error();
  if (!*right) {
    log::info("security: a sign-in as {} from {} failed", account->user.name, address);
    co_return errc::bad_credentials;
  }
  if (passwords_.needs_rehash(account->password_hash)) {
    auto renewed = co_await passwords_.hash(std::move(password));
    if (renewed) {
      const auto kept = co_await store_.renew_password_hash(account->user.id, account->password,
                                                            std::move(*renewed));
      if (!kept) log::warn("a password's hash could not be renewed: {}", kept.error().detail);
    }
  }
  co_return Verified{account->user, account->password};
}

asio::awaitable<result<PasswordVersion>> Accounts::change_password(UserId user,
                                                                   std::string password,
                                                                   std::string new_password,
                                                                   std::string address) {
  if (const auto fine = check_password(new_password); !fine) co_return fine.error();
  const auto known = co_await check_again(user, std::move(password), std::move(address));
  if (!known) co_return known.error();
  auto hash = co_await passwords_.hash(std::move(new_password));
  if (!hash) co_return hash.error();
  co_return co_await store_.change_password(user, *known, std::move(*hash));
}

asio::awaitable<result<void>> Accounts::remove_account(UserId user, std::string password,
                                                       bool erase_drawings, std::string address) {
  const auto known = co_await check_again(user, std::move(password), std::move(address));
  if (!known) co_return known.error();
  co_return co_await store_.remove_account(user, *known, erase_drawings);
}

// Somebody who found an unlocked phone may not guess any faster than at the door.
asio::awaitable<result<PasswordVersion>> Accounts::check_again(UserId user, std::string password,
                                                               std::string address) {
  const auto admitted = co_await admit(sign_ins_, address);
  if (!admitted) co_return admitted.error();
  const auto account = co_await store_.account(user);
  if (!account) co_return account.error();
  if (!*account) co_return errc::signed_out;
  const auto right = co_await passwords_.verify((*account)->password_hash, std::move(password));
  if (!right) co_return right.error();
  if (*right) co_return (*account)->password;
  log::info("security: {}, signed in, gave a wrong password from {}", (*account)->user.name,
            address);
  co_return errc::wrong_password;
}

asio::awaitable<result<void>> Accounts::admit(Throttle& throttle, std::string address) {
  auto admitting = admit_on_first(throttle, std::move(address));
  co_return co_await on(first_, std::move(admitting));
}

}  // namespace colo
