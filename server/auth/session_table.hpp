// The open sessions: one for each device of a person, with its sockets.
//
// Owns the sessions, their tickets, and the replies of recently closed ones. Requests are
// judged one at a time, so two that race with one token never both run. Invariant: a session that
// is idle or expired is never used again, whether or not sweep() has removed it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "auth/closed_sessions.hpp"
#include "auth/minimum_password_versions.hpp"
#include "auth/person_budgets.hpp"
#include "auth/request_replay.hpp"
#include "auth/session_proof.hpp"
#include "auth/session_requests.hpp"
#include "auth/tickets.hpp"
#include "auth/token.hpp"
#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "domain/user.hpp"
#include "runtime/budget.hpp"
#include "runtime/clock.hpp"

namespace colo {

/// How long sessions live. Fixed at the start.
struct SessionTimes {
  std::chrono::milliseconds idle_timeout{std::chrono::minutes{30}};
  std::chrono::milliseconds lifetime{std::chrono::hours{24 * 30}};

  std::chrono::seconds idle_seconds() const;
  /// How long a browser may keep the cookie.
  std::chrono::seconds token_seconds() const;
  /// Within this time after a touch() another one has no effect.
  std::chrono::milliseconds touch_interval() const;
};

struct SessionLimits {
  std::uint32_t cpu_percent = limits::cpu_percent_per_person;
  std::size_t sessions_max = limits::sessions_max;
};

/// A session that was just opened.
struct NewSession {
  std::string token;
  std::string secret;  // 128 random bits in base64url; sent once
};

/// A request that must run now; answer() must follow. `user` has no rights: these are looked up
/// when they are needed (Accounts::current).
struct Granted {
  SessionId session;
  User user;
  std::string next_token;
};

using Spending = std::variant<Granted, Reply>;

/// Why a session ended.
enum class Ending {
  signed_out,
  idle,
  expired,
  replayed,
  revoked,  // from another device of the person, or evicted by a newer session
  password_changed,
  account_deleted,
};

/// The reason in the close frame: "idle".
std::string_view ending_word(Ending ending);

/// Closes a socket of a session that ended.
using CloseSocket = std::function<void(Ending)>;

/// A session as its owner sees it.
struct SessionView {
  std::string id;  // opaque; used only to end the session
  std::string device;
  bool current = false;
  std::chrono::seconds signed_in{0};  // since when
  std::chrono::seconds idle{0};
  std::size_t pages = 0;  // open sockets
};

/// The owner of a socket.
struct SignedIn {
  SessionId session;
  User user;
  std::shared_ptr<Budget> budget;  // the person's, shared by all their sockets
};

class SessionTable {
 public:
  SessionTable(SessionTimes times, const Clock& clock, SessionLimits bounds = {});

  /// Opens a session for `user`, whose password was verified at `version`. At
  /// sessions_per_person_max the person's most idle session ends. Errors: bad_credentials when
  /// the password was changed or the account deleted meanwhile; busy at sessions_max.
  result<NewSession> open(User user, PasswordVersion version, std::string device);

  /// Spends the token in `proof`, by the table in protocol/http-api.md, "Tokens": the request
  /// runs (Granted), or gets the reply of the request that it repeats, waiting for it if needed.
  /// Without the session's secret nothing is spent and no session ends. Errors: signed_out,
  /// other_session, token_spent, token_replayed (the session has ended), idempotency_mismatch,
  /// busy.
  boost::asio::awaitable<result<Spending>> spend(SessionProof proof, std::string rid,
                                                 RequestHash hash);

  /// Whether `proof` holds the current token of a session. Spends nothing.
  bool is_current(const SessionProof& proof);

  /// The reply to what spend() granted.
  void answer(SessionId id, const std::string& rid, Reply reply);

  /// Ends the session and closes its sockets. A session that signs itself out (signed_out) keeps
  /// its last reply.
  void end(SessionId id, Ending why);

  /// The person's sessions, newest first.
  std::vector<SessionView> list(UserId user, SessionId current) const;

  /// Ends the session of `user` with that SessionView::id; true when it is `asking` itself.
  /// Errors: no_such_session.
  result<bool> end_one(UserId user, const std::string& id, SessionId asking);

  /// Ends all of the person's sessions; `asking` keeps its last reply.
  void end_all(UserId user, SessionId asking);

  /// Ends sessions of older password versions, and refuses to open more. `asking`, which changed
  /// the password, stays.
  void change_password(UserId user, PasswordVersion version, std::optional<SessionId> asking);

  /// The account was deleted: ends its sessions, and refuses to open more. `asking` keeps its
  /// last reply.
  void forget_user(UserId user, SessionId asking);

  /// Errors: signed_out.
  result<std::string> issue_ticket(SessionId id);

  /// Uses the ticket to add `socket` to its session. `tokens`: of the upgrade's cookies. `close`
  /// is called when the session ends. Errors: signed_out; flooding beyond sockets_per_session_max
  /// or sockets_per_person_max; busy.
  result<SignedIn> redeem(const std::string& ticket, const std::vector<std::string>& tokens,
                          ConnectionId socket, CloseSocket close);

  void forget_socket(SessionId id, ConnectionId socket);

  /// The person was active: restarts the idle timeout.
  void touch(SessionId id);

  /// Ends idle and expired sessions, and frees what timed out. To be called often.
  void sweep();

 private:
  struct Session {
    User user;
    PasswordVersion password;
    std::string name;  // SessionView::id
    std::string device;
    std::string secret;
    SteadyTime opened;
    SteadyTime active;
    std::shared_ptr<SessionRequests> requests;
    std::unordered_map<ConnectionId, CloseSocket> sockets;
  };
  enum class LastReply { kept, lost };

  Session* find(SessionId id);
  result<TokenClaims> identify(const SessionProof& proof);
  const std::string* secret_of(SessionId id);
  std::vector<SessionId> sessions_of(UserId user) const;
  std::size_t sockets_of(UserId user) const;
  void evict_most_idle(UserId user);
  void finish(SessionId id, Ending why, LastReply reply);
  std::string sign(SessionId id, const Session& session) const;
  std::optional<Ending> overdue(const Session& session) const;
  std::int64_t unix_seconds(SteadyTime at) const;

  SessionTimes times_;
  const Clock& clock_;
  SessionLimits bounds_;
  TokenKey key_;
  // Token expiry follows the steady clock, so that setting the machine's clock expires nothing.
  WallTime started_wall_;
  SteadyTime started_;
  std::unordered_map<SessionId, Session> sessions_;
  std::unordered_map<UserId, std::vector<SessionId>> by_user_;  // oldest first
  ClosedSessions closed_;
  Tickets tickets_;
  MinimumPasswordVersions minimum_versions_;
  PersonBudgets budgets_;
};

}  // namespace colo
