#include "auth/sessions.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>

#include "domain/limits.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

// Far longer than a password waits to be checked.
constexpr std::chrono::minutes floor_time{10};
constexpr std::chrono::milliseconds touch_again_max{250};

}  // namespace

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

RequestHash hash_request(std::string_view method, std::string_view path, std::string_view body) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  // Each part ends with a byte that none of them can hold, so parts cannot run together.
  for (const auto part : {method, path, body}) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(part.data());
    crypto_hash_sha256_update(&state, bytes, part.size());
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>("\0"), 1);
  }
  RequestHash hash;
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

Sessions::Sessions(SessionTimes times, const Clock& clock, asio::any_io_executor executor,
                   std::uint32_t cpu_percent)
    : times_(times),
      clock_(clock),
      executor_(std::move(executor)),
      started_wall_(clock.wall()),
      started_(clock.now()),
      cpu_percent_(cpu_percent) {}

std::chrono::seconds Sessions::idle_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(times_.idle_timeout);
}

std::chrono::seconds Sessions::token_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(times_.lifetime);
}

std::chrono::milliseconds Sessions::touch_again() const {
  return std::min(touch_again_max, times_.idle_timeout / 20);
}

result<Opened> Sessions::open(User user, PasswordVersion version, std::string device) {
  const auto floor = floors_.find(user.id);
  if (floor != floors_.end() && version < floor->second.version) return errc::bad_credentials;
  make_place(user.id);
  if (sessions_.size() >= limits::sessions_max) return errc::busy;
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
  auto& kept = sessions_.emplace(id, std::move(session)).first->second;
  by_user_[kept.user.id].push_back(id);
  return Opened{sign(id, kept), kept.secret};
}

void Sessions::make_place(UserId user) {
  const auto own = sessions_of(user);
  if (own.size() < limits::sessions_per_person_max) return;
  const auto idlest = std::ranges::min_element(
      own, {}, [this](const SessionId& id) { return sessions_.at(id).active; });
  log::info("security: {} has {} sessions: the one that was idle for longest makes place",
            sessions_.at(*idlest).user.name, own.size());
  end(*idlest, Ending::revoked);
}

std::vector<SessionId> Sessions::sessions_of(UserId user) const {
  const auto found = by_user_.find(user);
  return found == by_user_.end() ? std::vector<SessionId>{} : found->second;
}

asio::awaitable<result<std::variant<Granted, Reply>>> Sessions::spend(SessionProof proof,
                                                                      std::string rid,
                                                                      RequestHash hash) {
  const auto claims = recognise(proof);
  if (!claims) co_return claims.error();
  Session* session = find(claims->session);
  if (!session) {
    if (auto said = farewell(*claims, rid, hash)) co_return co_await reply_of(std::move(said));
    co_return errc::signed_out;
  }
  const auto now = clock_.now();
  const bool again = session->spent && session->spent->rid == rid && session->spent->hash == hash;

  if (claims->seq == session->seq && !again) {  // rule 1
    supersede(*session);
    ++session->seq;
    session->spent.reset(new Spent{rid, hash, now, std::nullopt,
                                   asio::steady_timer(executor_, limits::request_time)});
    co_return Granted{claims->session, session->user, sign(claims->session, *session)};
  }
  // Rule 2, also where the browser has the next token already, and its page never
  // heard of it.
  const bool just_spent = session->spent && claims->seq + 1 == session->seq;
  if (again && (just_spent || claims->seq == session->seq))
    co_return co_await reply_of(session->spent);
  if (just_spent && session->spent->rid == rid) co_return errc::idempotency_mismatch;
  // Rule 3. As long as it runs nobody can have been given the next token.
  if (just_spent &&
      (!session->spent->reply || now - session->spent->at < limits::spent_token_grace))
    co_return errc::token_spent;
  // Its first ran long ago, and nothing is told here: whoever waits for it tries again.
  if (is_late_twin(*session, *claims, rid, hash)) co_return errc::token_spent;
  log::warn("security: a spent token of {} was used again", session->user.name);
  end(claims->session, Ending::replayed);  // rule 4
  co_return errc::token_replayed;
}

bool Sessions::is_current(const SessionProof& proof) {
  const auto claims = recognise(proof);
  const auto* session = claims ? find(claims->session) : nullptr;
  return session && claims->seq == session->seq;
}

// What is about to be spent takes the place of what was.
void Sessions::supersede(Session& session) {
  forget_earlier(session);
  if (!session.spent) return;
  if (session.earlier.size() == limits::late_twins_max)
    session.earlier.erase(session.earlier.begin());
  const auto& last = *session.spent;
  session.earlier.push_back({session.seq - 1, last.rid, last.hash, last.at});
}

bool Sessions::is_late_twin(const Session& session, const TokenClaims& claims,
                            const std::string& rid, const RequestHash& hash) const {
  const auto now = clock_.now();
  return std::ranges::any_of(session.earlier, [&](const Earlier& one) {
    return one.seq == claims.seq && one.rid == rid && one.hash == hash &&
           now - one.at < limits::spent_token_grace;
  });
}

void Sessions::forget_earlier(Session& session) const {
  const auto now = clock_.now();
  std::erase_if(session.earlier,
                [now](const Earlier& one) { return now - one.at >= limits::spent_token_grace; });
  if (session.earlier.empty()) session.earlier.shrink_to_fit();
}

asio::awaitable<result<std::variant<Granted, Reply>>> Sessions::reply_of(
    std::shared_ptr<Spent> first) {
  boost::system::error_code ended;  // or answered: what counts is whether there is a reply
  if (!first->reply) {
    // One that runs for long is waited for anew by each twin that comes.
    if (first->answered.expiry() <= std::chrono::steady_clock::now())
      first->answered.expires_after(limits::request_time);
    co_await first->answered.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  }
  if (first->reply) co_return *first->reply;
  if (ended) co_return errc::busy;
  co_return errc::token_spent;
}

void Sessions::answer(SessionId id, const std::string& rid, Reply reply) {
  std::shared_ptr<Spent> spent;
  if (const Session* session = find(id)) {
    spent = session->spent;
  } else if (const auto ended = farewells_.find(id); ended != farewells_.end()) {
    spent = ended->second.spent;
  }
  if (!spent || spent->rid != rid) return;
  spent->reply = std::move(reply);
  spent->at = clock_.now();
  spent->answered.cancel();
}

void Sessions::end(SessionId id, Ending why) {
  finish(id, why, why == Ending::signed_out ? LastReply::kept : LastReply::lost);
}

void Sessions::finish(SessionId id, Ending why, LastReply reply) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const Session ended = std::move(found->second);
  sessions_.erase(found);
  const auto own = by_user_.find(ended.user.id);
  std::erase(own->second, id);
  if (own->second.empty()) by_user_.erase(own);
  log::info("security: session of {} ended: {}", ended.user.name, ending_word(why));
  for (const auto& [socket, close] : ended.sockets) close(why);
  if (!ended.spent) return;
  if (reply == LastReply::kept) {
    farewells_.emplace(
        id, Farewell{ended.seq, ended.spent, ended.secret, clock_.now() + times_.idle_timeout});
  } else {
    ended.spent->answered.cancel();
  }
}

std::vector<SessionView> Sessions::list(UserId user, SessionId current) const {
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

result<bool> Sessions::end_one(UserId user, const std::string& id, SessionId asking) {
  for (const auto& own : sessions_of(user)) {
    if (sessions_.at(own).name != id) continue;
    end(own, own == asking ? Ending::signed_out : Ending::revoked);
    return own == asking;
  }
  return errc::no_such_session;
}

void Sessions::end_all(UserId user, SessionId asking) {
  for (const auto& own : sessions_of(user))
    end(own, own == asking ? Ending::signed_out : Ending::revoked);
}

void Sessions::change_password(UserId user, PasswordVersion version,
                               std::optional<SessionId> asking) {
  const auto until = clock_.now() + floor_time;
  auto& floor = floors_[user];
  floor = {std::max(floor.version, version), until};
  for (const auto& own : sessions_of(user)) {
    auto& session = sessions_.at(own);
    if (own == asking) session.password = std::max(session.password, version);
    if (session.password < version) end(own, Ending::password_changed);
  }
}

void Sessions::forget_user(UserId user, SessionId asking) {
  constexpr PasswordVersion beyond_all{std::numeric_limits<std::int64_t>::max()};
  floors_[user] = {beyond_all, clock_.now() + floor_time};
  for (const auto& own : sessions_of(user))
    finish(own, Ending::account_deleted, own == asking ? LastReply::kept : LastReply::lost);
}

result<std::string> Sessions::issue_ticket(SessionId id) {
  auto* session = find(id);
  if (!session) return errc::signed_out;
  if (session->tickets.size() >= limits::tickets_per_session_max) {
    tickets_.erase(session->tickets.front());
    session->tickets.erase(session->tickets.begin());
  }
  auto ticket = random_text(24);
  session->tickets.push_back(ticket);
  tickets_.emplace(ticket, Ticket{id, clock_.now() + limits::ticket_time});
  return ticket;
}

result<Sessions::SignedIn> Sessions::redeem(const std::string& ticket, ConnectionId socket,
                                            CloseSocket close) {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end())
    return Refusal(errc::signed_out, "The ticket is not known, or was used before.");
  const Ticket used = found->second;
  tickets_.erase(found);
  if (clock_.now() >= used.until) return Refusal(errc::signed_out, "The ticket came too late.");
  Session* session = find(used.session);
  if (!session) return errc::signed_out;
  std::erase(session->tickets, ticket);
  if (session->sockets.size() >= limits::sockets_per_session_max ||
      sockets_of(session->user.id) >= limits::sockets_per_person_max)
    return Refusal(errc::flooding, "Too many open pages.");
  session->sockets.emplace(socket, std::move(close));
  return SignedIn{used.session, session->user, budget_of(session->user.id)};
}

std::size_t Sessions::sockets_of(UserId user) const {
  std::size_t sockets = 0;
  for (const auto& id : sessions_of(user)) sockets += sessions_.at(id).sockets.size();
  return sockets;
}

std::shared_ptr<Budget> Sessions::budget_of(UserId user) {
  auto& budget = budgets_[user];
  if (!budget) budget = std::make_shared<Budget>(cpu_percent_);
  return budget;
}

void Sessions::forget_socket(SessionId id, ConnectionId socket) {
  const auto found = sessions_.find(id);
  if (found != sessions_.end()) found->second.sockets.erase(socket);
}

void Sessions::touch(SessionId id) {
  if (Session* session = find(id)) session->active = clock_.now();
}

void Sessions::sweep() {
  std::vector<std::pair<SessionId, Ending>> over;
  for (auto& [id, session] : sessions_) {
    forget_earlier(session);
    if (const auto why = overdue(session)) over.emplace_back(id, *why);
  }
  for (const auto& [id, why] : over) end(id, why);
  const auto now = clock_.now();
  std::erase_if(farewells_, [now](const auto& entry) { return now >= entry.second.until; });
  std::erase_if(floors_, [now](const auto& entry) { return now >= entry.second.until; });
  std::erase_if(tickets_, [now](const auto& entry) { return now >= entry.second.until; });
  std::erase_if(budgets_, [now](const auto& entry) {
    return entry.second.use_count() == 1 && entry.second->full(now);
  });
}

Sessions::Session* Sessions::find(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  if (const auto why = overdue(found->second)) {  // sweep() has not come by yet
    end(id, *why);
    return nullptr;
  }
  return &found->second;
}

std::shared_ptr<Sessions::Spent> Sessions::farewell(const TokenClaims& claims,
                                                    const std::string& rid,
                                                    const RequestHash& hash) const {
  const auto ended = farewells_.find(claims.session);
  if (ended == farewells_.end() || claims.seq + 1 != ended->second.seq) return nullptr;
  const auto& spent = ended->second.spent;
  return spent->rid == rid && spent->hash == hash ? spent : nullptr;
}

std::string Sessions::sign(SessionId id, const Session& session) const {
  return key_.sign({id, session.seq, unix_seconds(session.opened + times_.lifetime)});
}

std::optional<Ending> Sessions::overdue(const Session& session) const {
  const auto now = clock_.now();
  if (now - session.active >= times_.idle_timeout) return Ending::idle;
  if (now - session.opened >= times_.lifetime) return Ending::expired;
  return std::nullopt;
}

std::int64_t Sessions::unix_seconds(SteadyTime at) const {
  const auto wall =
      started_wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(at - started_);
  return std::chrono::duration_cast<std::chrono::seconds>(wall.time_since_epoch()).count();
}

}  // namespace colo
