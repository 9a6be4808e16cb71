#include "auth/session_table.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds touch_interval_max{250};

}  // namespace

std::chrono::seconds SessionTimes::idle_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(idle_timeout);
}

std::chrono::seconds SessionTimes::token_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(lifetime);
}

std::chrono::milliseconds SessionTimes::touch_interval() const {
  return std::min(touch_interval_max, idle_timeout / 20);
}

std::string_view ending_word(Ending ending) {
  switch (ending) {
    case Ending::signed_out:
      return "signed_out";
    case Ending::idle:
      return "idle";
    case Ending::expired:
      return "expired";
    case Ending::replayed:
      return "replayed";
    case Ending::revoked:
      return "revoked";
    case Ending::password_changed:
      return "password_changed";
    case Ending::account_deleted:
      return "account_deleted";
  }
  return "signed_out";
}

SessionTable::SessionTable(SessionTimes times, const Clock& clock, SessionLimits bounds)
    : times_(times),
      clock_(clock),
      bounds_(bounds),
      started_wall_(clock.wall()),
      started_(clock.now()),
      closed_(times.idle_timeout, clock),
      tickets_(clock),
      minimum_versions_(clock),
      budgets_(bounds.cpu_percent) {}

result<NewSession> SessionTable::open(User user, PasswordVersion version, std::string device) {
  if (const auto recent = minimum_versions_.check(user.id, version); !recent) return recent.error();
  evict_most_idle(user.id);
  if (sessions_.size() >= bounds_.sessions_max) return errc::busy;
  const auto id = random_session_id();
  const auto now = clock_.now();
  Session session;
  session.user = std::move(user);
  session.user.admin = false;
  session.password = version;
  session.name = random_text(12);
  session.device = std::move(device);
  session.secret = random_text(16);
  session.opened = now;
  session.active = now;
  session.requests = std::make_shared<SessionRequests>();
  const auto& kept = sessions_.emplace(id, std::move(session)).first->second;
  by_user_[kept.user.id].push_back(id);
  return NewSession{sign(id, kept), kept.secret};
}

void SessionTable::evict_most_idle(UserId user) {
  const auto own = sessions_of(user);
  if (own.size() < limits::sessions_per_person_max) return;
  const auto most_idle = std::ranges::min_element(
      own, {}, [this](const SessionId& id) { return sessions_.at(id).active; });
  log::info("security: {} has {} sessions: the most idle one ends",
            sessions_.at(*most_idle).user.name, own.size());
  end(*most_idle, Ending::revoked);
}

std::vector<SessionId> SessionTable::sessions_of(UserId user) const {
  const auto found = by_user_.find(user);
  return found == by_user_.end() ? std::vector<SessionId>{} : found->second;
}

asio::awaitable<result<Spending>> SessionTable::spend(SessionProof proof, std::string rid,
                                                      RequestHash hash) {
  const auto claims = identify(proof);
  if (!claims) co_return claims.error();
  RequestKey request{std::move(rid), hash};
  std::shared_ptr<SessionRequests> requests;
  if (const Session* session = find(claims->session)) {
    requests = session->requests;
    auto& replay = requests->replay();
    const auto now = clock_.now();
    switch (replay.judge(claims->seq, request, now)) {
      case Verdict::run:
        replay.begin(std::move(request), now);
        co_return Granted{claims->session, session->user, sign(claims->session, *session)};
      case Verdict::repeat_reply:
      case Verdict::wait_for_reply:
        break;
      case Verdict::key_reused:
        co_return errc::idempotency_mismatch;
      case Verdict::retry:
        co_return errc::token_spent;
      case Verdict::replayed:
        log::warn("security: a spent token of {} was used again", session->user.name);
        end(claims->session, Ending::replayed);
        co_return errc::token_replayed;
    }
  } else {
    requests = closed_.repeated(claims->session, claims->seq, request);
    if (!requests) co_return errc::signed_out;
  }
  auto waiting = SessionRequests::reply_to(std::move(requests), std::move(request));
  auto reply = co_await std::move(waiting);
  if (!reply) co_return reply.error();
  co_return std::move(*reply);
}

bool SessionTable::is_current(const SessionProof& proof) {
  const auto claims = identify(proof);
  const auto* session = claims ? find(claims->session) : nullptr;
  return session && claims->seq == session->requests->replay().current_token();
}

// The token of the session whose secret was sent. Of several the newest: another program on the
// host may have planted an older one. Errors: signed_out, other_session.
result<TokenClaims> SessionTable::identify(const SessionProof& proof) {
  std::optional<TokenClaims> newest;
  bool of_another = false;
  for (const auto& token : proof.tokens) {
    const auto claims = key_.verify(token);
    if (!claims || claims->expires_s <= unix_seconds(clock_.now())) continue;
    const auto* secret = secret_of(claims->session);
    if (!secret) continue;
    if (!same_secret(*secret, proof.secret))
      of_another = of_another || find(claims->session);
    else if (!newest || claims->seq > newest->seq)
      newest = claims;
  }
  if (newest) return *newest;
  return of_another && !proof.secret.empty() ? errc::other_session : errc::signed_out;
}

const std::string* SessionTable::secret_of(SessionId id) {
  if (const Session* session = find(id)) return &session->secret;
  return closed_.secret_of(id);
}

void SessionTable::answer(SessionId id, const std::string& rid, Reply reply) {
  if (const Session* session = find(id))
    session->requests->answer(rid, std::move(reply), clock_.now());
  else
    closed_.answer(id, rid, std::move(reply));
}

void SessionTable::end(SessionId id, Ending why) {
  finish(id, why, why == Ending::signed_out ? LastReply::kept : LastReply::lost);
}

void SessionTable::finish(SessionId id, Ending why, LastReply reply) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session ended = std::move(found->second);
  sessions_.erase(found);
  const auto own = by_user_.find(ended.user.id);
  std::erase(own->second, id);
  if (own->second.empty()) by_user_.erase(own);
  tickets_.remove_of(id);
  log::info("security: session of {} ended: {}", ended.user.name, ending_word(why));
  for (const auto& [socket, close] : ended.sockets) close(why);
  if (reply == LastReply::lost)
    ended.requests->abandon();
  else if (ended.requests->replay().has_run())
    closed_.add({id, ended.user.id, std::move(ended.secret), std::move(ended.requests)});
}

std::vector<SessionView> SessionTable::list(UserId user, SessionId current) const {
  const auto now = clock_.now();
  const auto seconds_since = [now](SteadyTime then) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - then);
  };
  std::vector<SessionView> views;
  for (const auto& id : sessions_of(user)) {
    const auto& session = sessions_.at(id);
    if (overdue(session)) continue;
    views.push_back({session.name, session.device, id == current, seconds_since(session.opened),
                     seconds_since(session.active), session.sockets.size()});
  }
  std::ranges::reverse(views);
  return views;
}

result<bool> SessionTable::end_one(UserId user, const std::string& id, SessionId asking) {
  for (const auto& own : sessions_of(user)) {
    if (sessions_.at(own).name != id) continue;
    end(own, own == asking ? Ending::signed_out : Ending::revoked);
    return own == asking;
  }
  return errc::no_such_session;
}

void SessionTable::end_all(UserId user, SessionId asking) {
  for (const auto& own : sessions_of(user))
    end(own, own == asking ? Ending::signed_out : Ending::revoked);
}

void SessionTable::change_password(UserId user, PasswordVersion version,
                                   std::optional<SessionId> asking) {
  minimum_versions_.require(user, version);
  for (const auto& own : sessions_of(user)) {
    auto& session = sessions_.at(own);
    if (own == asking) session.password = std::max(session.password, version);
    if (session.password < version) end(own, Ending::password_changed);
  }
}

void SessionTable::forget_user(UserId user, SessionId asking) {
  constexpr PasswordVersion above_all{std::numeric_limits<std::int64_t>::max()};
  minimum_versions_.require(user, above_all);
  for (const auto& own : sessions_of(user))
    finish(own, Ending::account_deleted, own == asking ? LastReply::kept : LastReply::lost);
}

result<std::string> SessionTable::issue_ticket(SessionId id) {
  if (!find(id)) return errc::signed_out;
  return tickets_.issue(id);
}

result<SignedIn> SessionTable::redeem(const std::string& ticket,
                                      const std::vector<std::string>& tokens, ConnectionId socket,
                                      CloseSocket close) {
  std::vector<SessionId> bearers;
  for (const auto& token : tokens)
    if (const auto claims = key_.verify(token)) bearers.push_back(claims->session);
  if (const auto allowed = tickets_.check_bearer(ticket, bearers); !allowed) return allowed.error();
  const auto id = tickets_.redeem(ticket);
  if (!id) return id.error();
  Session* session = find(*id);
  if (!session) return errc::signed_out;
  const auto user = session->user.id;
  if (session->sockets.size() >= limits::sockets_per_session_max ||
      sockets_of(user) >= limits::sockets_per_person_max)
    return Refusal(errc::flooding, "Too many open pages.");
  auto budget = budgets_.of(user);
  if (!budget) return budget.error();
  session->sockets.emplace(socket, std::move(close));
  return SignedIn{*id, session->user, std::move(*budget)};
}

std::size_t SessionTable::sockets_of(UserId user) const {
  std::size_t sockets = 0;
  for (const auto& id : sessions_of(user)) sockets += sessions_.at(id).sockets.size();
  return sockets;
}

void SessionTable::forget_socket(SessionId id, ConnectionId socket) {
  const auto found = sessions_.find(id);
  if (found != sessions_.end()) found->second.sockets.erase(socket);
}

void SessionTable::touch(SessionId id) {
  if (Session* session = find(id)) session->active = clock_.now();
}

void SessionTable::sweep() {
  const auto now = clock_.now();
  std::vector<std::pair<SessionId, Ending>> over;
  for (const auto& [id, session] : sessions_) {
    session.requests->replay().forget_old_tokens(now);
    if (const auto why = overdue(session)) over.emplace_back(id, *why);
  }
  for (const auto& [id, why] : over) end(id, why);
  closed_.sweep();
  tickets_.sweep();
  minimum_versions_.sweep();
  budgets_.sweep(now);
}

SessionTable::Session* SessionTable::find(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  if (const auto why = overdue(found->second)) {
    end(id, *why);
    return nullptr;
  }
  return &found->second;
}

std::string SessionTable::sign(SessionId id, const Session& session) const {
  return key_.sign({id, session.requests->replay().current_token(),
                    unix_seconds(session.opened + times_.lifetime)});
}

std::optional<Ending> SessionTable::overdue(const Session& session) const {
  const auto now = clock_.now();
  if (now - session.active >= times_.idle_timeout) return Ending::idle;
  if (now - session.opened >= times_.lifetime) return Ending::expired;
  return std::nullopt;
}

std::int64_t SessionTable::unix_seconds(SteadyTime at) const {
  const auto wall =
      started_wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(at - started_);
  return std::chrono::duration_cast<std::chrono::seconds>(wall.time_since_epoch()).count();
}

}  // namespace colo
