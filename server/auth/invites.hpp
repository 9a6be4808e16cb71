// Who may register: the policy, invites, and the set-up link of a server without an administrator.
//
// Of codes only hashes are kept: an invite's in the store, the set-up code's in memory. Look-ups
// are rate-limited per network.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "auth/throttle.hpp"
#include "domain/errc.hpp"
#include "domain/registration.hpp"
#include "domain/user.hpp"
#include "runtime/clock.hpp"
#include "runtime/owned.hpp"
#include "storage/store.hpp"

namespace colo {

/// What a code allows. `gone`: nothing; it is unknown, used, expired or revoked.
enum class InviteStatus { none, member, administrator, gone };

struct InviteOptions {
  std::string note;
  std::int64_t uses_max = 1;
  std::chrono::seconds expires_in{};
};

struct CreatedInvite {
  Invite invite;
  std::string code;  // shown once
};

class Invites {
 public:
  /// `home`: where look-ups are counted and the set-up code is kept.
  Invites(InviteStore& invites, AccountStore& accounts, Shard& home, Registration policy,
          const Clock& clock);

  Registration policy() const { return policy_; }

  /// A code for the set-up link, if there is no administrator; it works until there is one.
  /// Called once, at the start. Errors: storage_failed.
  boost::asio::awaitable<result<std::optional<std::string>>> offer_set_up();

  /// `none` when `code` is empty. Errors: too_many_requests, storage_failed, busy.
  boost::asio::awaitable<result<InviteStatus>> look_up(std::string code, std::string network);

  /// Whether and how a person with `code` (empty: none) may register. Errors: invite_needed,
  /// registration_closed, invite_gone, too_many_requests, storage_failed, busy.
  boost::asio::awaitable<result<Admission>> admit(std::string code, std::string network);

  /// Makes `user` the first administrator. Errors: invite_gone, signed_out, storage_failed, busy.
  boost::asio::awaitable<result<void>> set_up(UserId user, std::string code);

  /// There is an administrator: the set-up code no longer works.
  boost::asio::awaitable<void> end_set_up();

  /// Errors: bad_invite_request, not_admin, too_many_invites, storage_failed, busy.
  boost::asio::awaitable<result<CreatedInvite>> create(User by, InviteOptions options);

  boost::asio::awaitable<result<std::vector<Invite>>> list() { return store_.invites(); }

  /// Errors: no_such_invite, storage_failed, busy.
  boost::asio::awaitable<result<void>> revoke(std::string id);

 private:
  class SetUpCode {
   public:
    void set(std::optional<CodeHash> code) { code_ = code; }
    /// In constant time.
    bool is(const CodeHash& code) const;

   private:
    std::optional<CodeHash> code_;
  };

  boost::asio::awaitable<result<InviteStatus>> status_of(CodeHash code, std::string network);

  InviteStore& store_;
  AccountStore& accounts_;
  Registration policy_;
  const Clock& clock_;
  Owned<Throttle> look_ups_;
  Owned<SetUpCode> set_up_code_;
};

}  // namespace colo
