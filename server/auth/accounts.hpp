// Registering, signing in, another password, leaving: who may try how often, and
// whether they are who they say.
//
// Calls may come from any shard. Tries are counted on the first shard before
// anything is hashed: per network, and, with waits that double, per network and
// account, so that nobody can lock somebody else out. Those who are signed in and
// give their password once more are counted apart, with waits by session: whoever
// guesses at the door does not hold them up. Hashing is done by
// Passwords on its worker, where networks that failed, or made accounts, lately
// wait for the others.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "auth/failures.hpp"
#include "auth/passwords.hpp"
#include "auth/throttle.hpp"
#include "domain/user.hpp"
#include "runtime/shard.hpp"
#include "storage/store.hpp"

namespace colo {

struct AccountRates {
  Rate registrations{30, std::chrono::hours{1}};  // per address
  Rate sign_ins{20, std::chrono::minutes{1}};     // per address
};

/// Somebody who just showed that they know the password at that version.
struct Verified {
  User user;
  PasswordVersion password;
};

/// Somebody who is signed in, and the network that their request came from.
struct SignedInAt {
  UserId user;
  SessionId session;
  std::string network;
};

class Accounts {
 public:
  Accounts(AccountStore& store, Passwords& passwords, Shard& first, AccountRates rates,
           const Clock& clock);

  /// `address` is the network the caller is counted by. Errors: bad_username,
  /// bad_password, username_taken, invite_gone, too_many_requests, busy, storage_failed.
  boost::asio::awaitable<result<Verified>> register_account(std::string username,
                                                            std::string password,
                                                            std::string address,
                                                            Admission admission);

  /// An unknown name takes as long as a wrong password and looks the same.
  /// Errors: bad_credentials, too_many_requests, busy, storage_failed.
  boost::asio::awaitable<result<Verified>> sign_in(std::string username, std::string password,
                                                   std::string address);

  /// Of somebody who is signed in, and says the old one once more. Gives the new one's
  /// version. Errors: bad_password, wrong_password, signed_out, too_many_requests, busy,
  /// storage_failed.
  boost::asio::awaitable<result<PasswordVersion>> change_password(SignedInAt who,
                                                                  std::string password,
                                                                  std::string new_password);

  /// Leaves a tombstone (AccountStore::remove_account). Errors: as change_password().
  boost::asio::awaitable<result<void>> remove_account(SignedInAt who, std::string password,
                                                      bool erase_drawings);

  /// Who somebody is now, rights included, whatever they were when they signed in.
  /// Errors: signed_out when the account is gone; storage_failed, busy.
  boost::asio::awaitable<result<User>> current(UserId user);

 private:
  struct Try {
    std::string network;
    std::string pair;  // the network and the account
  };
  enum class Outcome { right, wrong, undecided };

  boost::asio::awaitable<result<Priority>> admit_registration(std::string network);
  boost::asio::awaitable<void> give_back_registration(std::string network);
  boost::asio::awaitable<result<Verified>> make_account(NameForms name, std::string password,
                                                        Priority priority, Admission admission);
  boost::asio::awaitable<result<Priority>> admit_try(Try attempt);
  Priority priority_of(const std::string& network);
  boost::asio::awaitable<void> settle(Try attempt, Outcome outcome);
  boost::asio::awaitable<result<Verified>> recognise(std::string key, std::string password,
                                                     std::string address, Priority priority);
  boost::asio::awaitable<result<PasswordVersion>> check_again(SignedInAt who, std::string password);
  boost::asio::awaitable<result<Priority>> admit_check(SignedInAt who);
  boost::asio::awaitable<void> settle_check(SessionId session, Outcome outcome);

  AccountStore& store_;
  Passwords& passwords_;
  Shard& first_;
  Throttle registrations_;  // first shard only
  Throttle sign_ins_;       // first shard only
  Failures networks_;       // first shard only: tries but right passwords
  Failures pairs_;          // first shard only
  // Of those who are signed in; first shard only.
  Throttle checks_by_network_;
  Throttle checks_by_person_;
  Failures checks_by_session_;
};

}  // namespace colo
