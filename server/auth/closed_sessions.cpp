#include "auth/closed_sessions.hpp"

#include <utility>

namespace colo {

void ClosedSessions::add(ClosedSession session) {
  auto& people = entries_.get<by_user>();
  if (people.count(session.user) >= bounds_.per_person_max)
    evict(entries_.project<0>(people.lower_bound(session.user)));
  if (entries_.size() >= bounds_.sessions_max) evict(entries_.begin());
  const auto bytes = session.requests->replay().reply_bytes();
  const bool added = entries_
                         .push_back({session.id, session.user, std::move(session.secret),
                                     std::move(session.requests), clock_.now() + keep_time_, bytes})
                         .second;
  if (added) reply_bytes_ += bytes;
  while (reply_bytes_ > bounds_.reply_bytes_max) evict(entries_.begin());
}

bool ClosedSessions::answer(SessionId id, std::string_view rid, Reply reply) {
  auto& sessions = entries_.get<by_id>();
  const auto found = sessions.find(id);
  if (found == sessions.end()) return false;
  if (!found->requests->answer(rid, std::move(reply), clock_.now())) return false;
  const auto bytes = found->requests->replay().reply_bytes();
  reply_bytes_ += bytes - found->reply_bytes;
  sessions.modify(found, [bytes](Entry& entry) { entry.reply_bytes = bytes; });
  while (reply_bytes_ > bounds_.reply_bytes_max) evict(entries_.begin());
  return true;
}

const std::string* ClosedSessions::secret_of(SessionId id) const {
  const auto& sessions = entries_.get<by_id>();
  const auto found = sessions.find(id);
  return found == sessions.end() ? nullptr : &found->secret;
}

std::shared_ptr<SessionRequests> ClosedSessions::repeated(SessionId id, std::uint64_t token,
                                                          const RequestKey& request) const {
  const auto& sessions = entries_.get<by_id>();
  const auto found = sessions.find(id);
  if (found == sessions.end() || !found->requests->replay().repeats_last(token, request))
    return nullptr;
  return found->requests;
}

void ClosedSessions::sweep() {
  const auto now = clock_.now();
  while (!entries_.empty() && now >= entries_.front().until) evict(entries_.begin());
}

void ClosedSessions::evict(Entries::iterator entry) {
  reply_bytes_ -= entry->reply_bytes;
  entry->requests->abandon();
  entries_.erase(entry);
}

}  // namespace colo
