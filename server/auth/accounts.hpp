// Registering, signing in, changing the password, deleting the account.
//
// Each attempt is counted (sign_in_limits.hpp) before anything is hashed; Passwords hashes on its
// worker. Invariant: every attempt that was begun is settled, also after an exception.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "auth/passwords.hpp"
#include "auth/sign_in_limits.hpp"
#include "domain/user.hpp"
#include "runtime/owned.hpp"
#include "storage/store.hpp"

namespace colo {

/// An account whose password was verified at that version.
struct VerifiedAccount {
  User user;
  PasswordVersion password;
};

class Accounts {
 public:
  /// `home`: where attempts are counted.
  Accounts(AccountStore& store, Passwords& passwords, Shard& home, AccountRates rates,
           const Clock& clock);

  /// `network`: see network_of(). Errors: bad_username, bad_password, username_taken,
  /// invite_gone, too_many_requests, busy, storage_failed.
  boost::asio::awaitable<result<VerifiedAccount>> register_account(std::string username,
                                                                   std::string password,
                                                                   std::string network,
                                                                   Admission admission);

  /// An unknown name takes as long as a wrong password and gives the same error.
  /// Errors: bad_credentials, too_many_requests, busy, storage_failed.
  boost::asio::awaitable<result<VerifiedAccount>> sign_in(std::string username,
                                                          std::string password,
                                                          std::string network);

  /// Gives the new password's version. Errors: bad_password, wrong_password, signed_out,
  /// too_many_requests, busy, storage_failed.
  boost::asio::awaitable<result<PasswordVersion>> change_password(Requester requester,
                                                                  std::string password,
                                                                  std::string new_password);

  /// Leaves a tombstone (AccountStore::remove_account). Errors: as change_password().
  boost::asio::awaitable<result<void>> remove_account(Requester requester, std::string password,
                                                      bool erase_drawings);

  /// The account as it is now, rights included. Errors: signed_out when it was deleted;
  /// storage_failed, busy.
  boost::asio::awaitable<result<User>> current(UserId user);

 private:
  boost::asio::awaitable<result<VerifiedAccount>> create(NameForms name, std::string password,
                                                         Priority priority, Admission admission);
  boost::asio::awaitable<result<VerifiedAccount>> verify(SignInAttempt attempt,
                                                         std::string password, Priority priority);
  boost::asio::awaitable<void> renew_hash(Account account, std::string password);
  boost::asio::awaitable<result<PasswordVersion>> verify_again(Requester requester,
                                                               std::string password);

  AccountStore& store_;
  Passwords& passwords_;
  Owned<SignInLimits> limits_;
};

}  // namespace colo
