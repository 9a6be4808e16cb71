// Who may register: the policy, invites, and the set-up link of a server that
// has no administrator.
//
// Calls may come from any shard. Of codes only hashes are kept: an invite's in
// the store, the set-up code's in memory on the first shard, where look-ups are
// counted too.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/throttle.hpp"
#include "domain/errc.hpp"
#include "domain/registration.hpp"
#include "domain/user.hpp"
#include "runtime/clock.hpp"
#include "runtime/shard.hpp"
#include "storage/store.hpp"

namespace colo {

/// What a code is worth.
enum class InviteWorth { none, member, administrator, gone };

struct InviteWish {
  std::string note;
  std::int64_t uses_max = 1;
  std::chrono::seconds expires_in{};
};

struct MadeInvite {
  Invite invite;
  std::string code;  // told this once
};

class Invites {
 public:
  Invites(InviteStore& invites, AccountStore& accounts, Shard& first, Registration policy,
          const Clock& clock);

  Registration policy() const { return policy_; }

  /// A code for the set-up link where there is no administrator; it is good until
  /// there is one. Once, at the start. Errors: storage_failed.
  boost::asio::awaitable<result<std::optional<std::string>>> offer_set_up();

  /// What `code` is worth right now; none when it is empty.
  /// Errors: too_many_requests, storage_failed, busy.
  boost::asio::awaitable<result<InviteWorth>> look_up(std::string code, std::string address);

  /// With what right somebody registers who shows `code`, or none (empty). Errors:
  /// invite_needed, registration_closed, invite_gone, too_many_requests,
  /// storage_failed, busy.
  boost::asio::awaitable<result<Admission>> admit(std::string code, std::string address);

  /// Makes `user` the first administrator. Errors: invite_gone, signed_out,
  /// storage_failed, busy.
  boost::asio::awaitable<result<void>> set_up(UserId user, std::string code);

  /// There is an administrator: the set-up code is worthless from now on.
  boost::asio::awaitable<void> end_set_up();

  /// Errors: bad_invite_request, not_admin, too_many_invites, storage_failed, busy.
  boost::asio::awaitable<result<MadeInvite>> make(User by, InviteWish wish);

  boost::asio::awaitable<result<std::vector<Invite>>> list() { return store_.invites(); }

  /// `id` as invites are shown with it. Errors: no_such_invite, storage_failed, busy.
  boost::asio::awaitable<result<void>> revoke(std::string id);

 private:
  boost::asio::awaitable<bool> is_set_up(CodeHash code);
  boost::asio::awaitable<bool> is_set_up_here(CodeHash code) const;
  boost::asio::awaitable<void> keep_set_up(std::optional<CodeHash> code);
  boost::asio::awaitable<result<void>> count_look_up(std::string address);
  boost::asio::awaitable<result<InviteWorth>> worth_of(std::string code, std::string address);

  InviteStore& store_;
  AccountStore& accounts_;
  Shard& first_;
  Registration policy_;
  const Clock& clock_;
  Throttle look_ups_;               // first shard only
  std::optional<CodeHash> set_up_;  // first shard only
};

}  // namespace colo
