// Sign-in sessions: who is signed in on which device, and which token is next.
//
// Owned by the first shard; every call is made there, so two requests that race
// with one token are put in order by its loop and can never both run. A token
// is good for one request. Invariant: session.seq is the only token that runs;
// the one before it can only repeat the reply it was answered with.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "auth/token.hpp"
#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "domain/user.hpp"
#include "runtime/budget.hpp"
#include "runtime/clock.hpp"

namespace colo {

struct SessionTimes {
  std::chrono::milliseconds idle_timeout{std::chrono::minutes{30}};
  std::chrono::milliseconds lifetime{std::chrono::hours{24 * 30}};
};

/// What a token-spending request was answered, kept to be given again.
struct Reply {
  unsigned status = 200;
  std::string body;        // empty: none
  std::string next_token;  // empty: none
  bool signs_out = false;  // the cookie is cleared
  std::optional<std::chrono::seconds> retry_after;
};

/// SHA-256 over method, path and body: "the same request".
using RequestHash = std::array<std::byte, 32>;
RequestHash hash_request(std::string_view method, std::string_view path, std::string_view body);

/// What a request shows to prove whose it is. A token alone opens nothing: cookies go to, and
/// come from, every program on the same host, so the page's own storage holds a secret, too.
struct SessionProof {
  std::vector<std::string> tokens;  // of all cookies of the name; some may be somebody else's
  std::string secret;               // the header Colo-Session; empty: none
};

/// What a new session is known by.
struct Opened {
  std::string token;
  std::string secret;  // 128 random bits in base64url; told this once, and kept in memory only
};

/// The request runs, now and only now; answer() must follow. `user` carries no rights: what
/// somebody may do is looked up when they do it (Accounts::current).
struct Granted {
  SessionId session;
  User user;
  std::string next_token;
};

/// Why a session ended, as its sockets are told.
enum class Ending {
  signed_out,
  idle,
  expired,
  replayed,
  revoked,  // signed out from another device, or for a newer one
  password_changed,
  account_deleted,
};

/// A session as its owner is shown it.
struct SessionView {
  std::string id;  // an opaque word; nothing can be done with it but end the session
  std::string device;
  bool current = false;
  std::chrono::seconds signed_in{0};  // for how long
  std::chrono::seconds idle{0};
  std::size_t pages = 0;  // open right now
};

/// The stable word for it, the reason in the close frame: "idle".
std::string_view ending_word(Ending ending);

class Sessions {
 public:
  using CloseSocket = std::function<void(Ending)>;

  /// `cpu_percent`: see limits::cpu_percent_per_person.
  Sessions(SessionTimes times, const Clock& clock, boost::asio::any_io_executor executor,
           std::uint32_t cpu_percent = limits::cpu_percent_per_person);

  std::chrono::seconds idle_seconds() const;
  std::chrono::seconds token_seconds() const;  // how long a browser may keep the cookie
  /// So soon after a touch() another one makes no difference. Any shard.
  std::chrono::milliseconds touch_again() const;

  /// Signs `user`, who knew the password at `version`, in on one more device,
  /// which is called `device`; gives the first token, and the secret. Beyond
  /// sessions_per_person_max the one that was idle for longest ends. Errors:
  /// bad_credentials when that password was changed or the account deleted
  /// meanwhile; busy at sessions_max.
  result<Opened> open(User user, PasswordVersion version, std::string device);

  /// Decides what becomes of a request with `proof`, by the five rules of
  /// protocol/http-api.md: it runs (Granted), or is answered as before (Reply).
  /// Waits for a twin that is still running. Without the session's secret nothing is
  /// spent and nothing ends. Errors: signed_out; other_session (a token of a session whose
  /// secret is another); token_spent, token_replayed (the session has ended),
  /// idempotency_mismatch, busy.
  boost::asio::awaitable<result<std::variant<Granted, Reply>>> spend(SessionProof proof,
                                                                     std::string rid,
                                                                     RequestHash hash);

  /// Whether `proof` holds the current token of a session, and so could be spent. Spends nothing.
  bool is_current(const SessionProof& proof);

  /// The reply to what spend() granted; wakes its twins.
  void answer(SessionId id, const std::string& rid, Reply reply);

  /// Ends the session: its token is worthless, its sockets close. One that asks
  /// for its own end (signed_out) keeps the reply to that for a retry.
  void end(SessionId id, Ending why);

  /// All of the person's sessions, the newest first.
  std::vector<SessionView> list(UserId user, SessionId current) const;

  /// Ends that session of `user`; true when it is the one that asks.
  /// Errors: no_such_session.
  result<bool> end_one(UserId user, const std::string& id, SessionId asking);

  /// Ends all of the person's sessions; the one that asks, as signed_out, keeps
  /// its reply.
  void end_all(UserId user, SessionId asking);

  /// The person's password is another since: sessions of an older one end, and
  /// cannot be opened. `asking`, which changed it, goes on.
  void change_password(UserId user, PasswordVersion version,
                       std::optional<SessionId> asking = std::nullopt);

  /// The account is gone: its sessions end, and none is opened any more. The one
  /// that asks keeps its reply.
  void forget_user(UserId user, SessionId asking);

  /// A ticket for one socket of the session, good once and for ticket_time. Beyond
  /// tickets_per_session_max the oldest is worthless.
  /// Errors: signed_out.
  result<std::string> issue_ticket(SessionId id);

  struct SignedIn {
    SessionId session;
    User user;
    std::shared_ptr<Budget> budget;  // the person's: the same one on each of their sockets
  };
  /// Whether whoever brings the ticket may be the browser it was given to: of its `tokens`
  /// one is of the ticket's session, or none is of another. There may be none: not every
  /// browser sends a SameSite=Strict cookie with an upgrade. Errors: signed_out.
  result<void> check_bearer(const std::string& ticket,
                            const std::vector<std::string>& tokens) const;

  /// Uses a ticket up; `close` is called, on this shard, when the session ends.
  /// Errors: signed_out; flooding beyond sockets_per_session_max or sockets_per_person_max.
  result<SignedIn> redeem(const std::string& ticket, ConnectionId socket, CloseSocket close);

  void forget_socket(SessionId id, ConnectionId socket);

  /// The person did something.
  void touch(SessionId id);

  /// Ends what was idle for too long and forgets late tickets. To be called often.
  void sweep();

 private:
  // The request that spent the last token. Twins of it hold on to it while they
  // wait, so that they get its reply whatever becomes of the session.
  struct Spent {
    std::string rid;
    RequestHash hash{};
    SteadyTime at;                       // when it was answered, or began to run
    std::optional<Reply> reply;          // none: still running
    boost::asio::steady_timer answered;  // cancelled when there is a reply, or the session ended
  };
  // One that was spent before it: its twin may be late, for browsers lay the cookie to a
  // request before they find a connection for it.
  struct Earlier {
    std::uint64_t seq;
    std::string rid;
    RequestHash hash;
    SteadyTime at;
  };
  struct Session {
    User user;
    PasswordVersion password;
    std::string name;  // SessionView::id
    std::string device;
    std::string secret;
    std::uint64_t seq = 1;
    SteadyTime opened;
    SteadyTime active;
    std::shared_ptr<Spent> spent;  // by token seq - 1
    std::vector<Earlier> earlier;  // oldest first; at most late_twins_max, forgotten by sweep()
    std::unordered_map<ConnectionId, CloseSocket> sockets;
    std::vector<std::string> tickets;  // issued and not used, oldest first; some may be late
  };
  // Signing out ends the session, and yet its reply can be lost: what it was
  // answered outlives it.
  struct Farewell {
    std::uint64_t seq;
    std::shared_ptr<Spent> spent;
    std::string secret;
    SteadyTime until;
  };
  // Whoever checked an older password is on the way here still: for so long.
  struct Floor {
    PasswordVersion version;
    SteadyTime until;
  };
  struct Ticket {
    SessionId session;
    SteadyTime until;
  };

  Session* find(SessionId id);
  result<TokenClaims> recognise(const SessionProof& proof);
  const std::string* secret_of(SessionId id);
  void supersede(Session& session);
  bool is_late_twin(const Session& session, const TokenClaims& claims, const std::string& rid,
                    const RequestHash& hash) const;
  void forget_earlier(Session& session) const;
  std::vector<SessionId> sessions_of(UserId user) const;
  std::size_t sockets_of(UserId user) const;
  std::shared_ptr<Budget> budget_of(UserId user);
  void make_place(UserId user);
  enum class LastReply { kept, lost };
  void finish(SessionId id, Ending why, LastReply reply);
  std::shared_ptr<Spent> farewell(const TokenClaims& claims, const std::string& rid,
                                  const RequestHash& hash) const;
  std::string sign(SessionId id, const Session& session) const;
  static boost::asio::awaitable<result<std::variant<Granted, Reply>>> reply_of(
      std::shared_ptr<Spent> first);
  std::optional<Ending> overdue(const Session& session) const;
  std::int64_t unix_seconds(SteadyTime at) const;

  SessionTimes times_;
  const Clock& clock_;
  boost::asio::any_io_executor executor_;
  TokenKey key_;
  // Anchors token expiry to the steady clock: setting the machine's clock moves nobody.
  WallTime started_wall_;
  SteadyTime started_;
  std::unordered_map<SessionId, Session> sessions_;
  std::unordered_map<UserId, std::vector<SessionId>> by_user_;  // in the order of signing in
  std::unordered_map<UserId, Floor> floors_;
  std::unordered_map<SessionId, Farewell> farewells_;
  std::unordered_map<std::string, Ticket, SeededHash> tickets_;
  std::uint32_t cpu_percent_;
  std::unordered_map<UserId, std::shared_ptr<Budget>> budgets_;  // outlive sockets and sessions
};

}  // namespace colo
