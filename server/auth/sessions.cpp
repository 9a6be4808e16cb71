#include "auth/sessions.hpp"

#include <sodium.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "domain/limits.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

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

Sessions::Sessions(SessionTimes times, const Clock& clock, asio::any_io_executor executor)
    : times_(times),
      clock_(clock),
      executor_(std::move(executor)),
      started_wall_(clock.wall()),
      started_(clock.now()) {}

std::chrono::seconds Sessions::idle_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(times_.idle_timeout);
}

std::chrono::seconds Sessions::token_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(times_.lifetime);
}

std::string Sessions::open(User user) {
  const auto id = random_session_id();
  const auto now = clock_.now();
  Session session;
  session.user = std::move(user);
  session.opened = now;
  session.active = now;
  auto& kept = sessions_.emplace(id, std::move(session)).first->second;
  return sign(id, kept);
}

asio::awaitable<result<std::variant<Granted, Reply>>> Sessions::spend(std::string token,
                                                                      std::string rid,
                                                                      RequestHash hash) {
  const auto claims = key_.verify(token);
  if (!claims || claims->expires_s <= unix_seconds(clock_.now())) co_return errc::signed_out;
  Session* session = find(claims->session);
  if (!session) {
    if (auto said = farewell(*claims, rid, hash)) co_return co_await reply_of(std::move(said));
    co_return errc::signed_out;
  }
  const auto now = clock_.now();

  if (claims->seq == session->seq) {  // rule 1
    ++session->seq;
    session->spent.reset(new Spent{rid, hash, now, std::nullopt,
                                   asio::steady_timer(executor_, limits::request_time)});
    co_return Granted{claims->session, session->user, sign(claims->session, *session)};
  }
  const bool just_spent = session->spent && claims->seq + 1 == session->seq;
  if (just_spent && session->spent->rid == rid) {  // rule 2
    if (session->spent->hash != hash) co_return errc::idempotency_mismatch;
    co_return co_await reply_of(session->spent);
  }
  if (just_spent && now - session->spent->at < limits::spent_token_grace)  // rule 3
    co_return Refusal(errc::token_spent, std::string(sentence(errc::token_spent)),
                      std::chrono::milliseconds{100});
  log::warn("security: a spent token of {} was used again", session->user.name);
  end(claims->session, Ending::replayed);  // rule 4
  co_return errc::token_replayed;
}

asio::awaitable<result<std::variant<Granted, Reply>>> Sessions::reply_of(
    std::shared_ptr<Spent> first) {
  if (!first->reply) {
    boost::system::error_code woken;  // cancelled or run out: what counts is whether it is there
    co_await first->answered.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (!first->reply) co_return errc::busy;
  co_return *first->reply;
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
  spent->answered.cancel();
}

void Sessions::end(SessionId id, Ending why) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const Session ended = std::move(found->second);
  sessions_.erase(found);
  log::info("security: session of {} ended: {}", ended.user.name, ending_word(why));
  for (const auto& [socket, close] : ended.sockets) close(why);
  if (!ended.spent) return;
  if (why == Ending::signed_out) {
    farewells_.emplace(id, Farewell{ended.seq, ended.spent, clock_.now() + times_.idle_timeout});
  } else {
    ended.spent->answered.cancel();
  }
}

result<std::string> Sessions::issue_ticket(SessionId id) {
  if (!find(id)) return errc::signed_out;
  auto ticket = random_text(24);
  tickets_.emplace(ticket, Ticket{id, clock_.now() + limits::ticket_time});
  return ticket;
}

result<void> Sessions::check_bearer(const std::string& ticket, const std::string& token) const {
  const auto found = tickets_.find(ticket);
  const auto claims = key_.verify(token);
  if (found != tickets_.end() && claims && claims->session == found->second.session) return {};
  return Refusal(errc::signed_out, "The ticket is not known, or is another session's.");
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
  if (session->sockets.size() >= limits::sockets_per_session_max)
    return Refusal(errc::flooding, "Too many open pages.");
  session->sockets.emplace(socket, std::move(close));
  return SignedIn{used.session, session->user};
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
  for (const auto& [id, session] : sessions_)
    if (const auto why = overdue(session)) over.emplace_back(id, *why);
  for (const auto& [id, why] : over) end(id, why);
  const auto now = clock_.now();
  std::erase_if(farewells_, [now](const auto& entry) { return now >= entry.second.until; });
  std::erase_if(tickets_, [now](const auto& entry) { return now >= entry.second.until; });
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
