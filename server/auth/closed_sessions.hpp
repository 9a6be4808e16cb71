// Sessions that signed themselves out. The reply to that request can be lost, so it is kept for a
// retry until the idle timeout.
//
// Bounded in all, per person, and in bytes of replies. Beyond a bound the oldest is evicted; its
// retry is then refused as signed_out. Nothing ever runs for a closed session.
#pragma once

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "auth/session_requests.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "runtime/clock.hpp"

namespace colo {

struct ClosedSession {
  SessionId id;
  UserId user;
  std::string secret;
  std::shared_ptr<SessionRequests> requests;
};

struct ClosedSessionLimits {
  std::size_t sessions_max = limits::closed_sessions_max;
  std::size_t per_person_max = limits::closed_sessions_per_person_max;
  std::size_t reply_bytes_max = limits::closed_sessions_bytes_max;
};

class ClosedSessions {
 public:
  /// Each session is kept for `keep_time`.
  ClosedSessions(std::chrono::milliseconds keep_time, const Clock& clock,
                 ClosedSessionLimits bounds = {})
      : keep_time_(keep_time), clock_(clock), bounds_(bounds) {}

  void add(ClosedSession session);

  /// The reply to the request that closed session `id`. False when it is not kept.
  bool answer(SessionId id, std::string_view rid, Reply reply);

  /// Null when it is not kept. Valid until the next call that changes this.
  const std::string* secret_of(SessionId id) const;

  /// The session's requests, when `request` repeats its last one; else null.
  std::shared_ptr<SessionRequests> repeated(SessionId id, std::uint64_t token,
                                            const RequestKey& request) const;

  /// Removes what was kept for long enough.
  void sweep();

 private:
  struct Entry {
    SessionId id;
    UserId user;
    std::string secret;
    std::shared_ptr<SessionRequests> requests;
    SteadyTime until;
    std::size_t reply_bytes;
  };
  struct by_id {};
  struct by_user {};  // oldest first within a person
  using Entries = boost::multi_index_container<
      Entry,
      boost::multi_index::indexed_by<
          boost::multi_index::sequenced<>,  // oldest first
          boost::multi_index::hashed_unique<
              boost::multi_index::tag<by_id>,
              boost::multi_index::member<Entry, SessionId, &Entry::id>, std::hash<SessionId>>,
          boost::multi_index::ordered_non_unique<
              boost::multi_index::tag<by_user>,
              boost::multi_index::member<Entry, UserId, &Entry::user>>>>;

  void evict(Entries::iterator entry);

  std::chrono::milliseconds keep_time_;
  const Clock& clock_;
  ClosedSessionLimits bounds_;
  Entries entries_;
  std::size_t reply_bytes_ = 0;
};

}  // namespace colo
