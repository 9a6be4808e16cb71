#include "auth/tickets.hpp"

#include <algorithm>

#include "auth/token.hpp"

namespace colo {

std::string Tickets::issue(SessionId session) {
  auto& sessions = entries_.get<by_session>();
  if (sessions.count(session) >= limits::tickets_per_session_max)
    sessions.erase(sessions.lower_bound(session));
  if (entries_.size() >= tickets_max_) entries_.pop_front();
  auto text = random_text(24);
  entries_.push_back({text, session, clock_.now() + limits::ticket_time});
  return text;
}

result<void> Tickets::check_bearer(const std::string& ticket,
                                   std::span<const SessionId> sessions) const {
  const auto& tickets = entries_.get<by_text>();
  const auto found = tickets.find(ticket);
  if (found == tickets.end() || sessions.empty()) return {};
  if (std::ranges::find(sessions, found->session) != sessions.end()) return {};
  return Refusal(errc::signed_out, "This ticket belongs to another session.");
}

result<SessionId> Tickets::redeem(const std::string& ticket) {
  auto& tickets = entries_.get<by_text>();
  const auto found = tickets.find(ticket);
  if (found == tickets.end())
    return Refusal(errc::signed_out, "This ticket is unknown, or was used before.");
  const auto session = found->session;
  const auto until = found->until;
  tickets.erase(found);
  if (clock_.now() >= until) return Refusal(errc::signed_out, "This ticket has expired.");
  return session;
}

void Tickets::remove_of(SessionId session) {
  entries_.get<by_session>().erase(session);
}

void Tickets::sweep() {
  const auto now = clock_.now();
  while (!entries_.empty() && now >= entries_.front().until) entries_.pop_front();
}

}  // namespace colo
