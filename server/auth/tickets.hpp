// Tickets: each opens one WebSocket of the session that it was issued to, within ticket_time.
//
// Bounded per session and in all. Beyond a bound the oldest ticket is removed, so that no client
// can prevent others from getting one; the client of the removed ticket requests another.
#pragma once

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <cstddef>
#include <span>
#include <string>

#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "domain/seeded_hash.hpp"
#include "runtime/clock.hpp"

namespace colo {

class Tickets {
 public:
  explicit Tickets(const Clock& clock, std::size_t tickets_max = limits::tickets_max)
      : clock_(clock), tickets_max_(tickets_max) {}

  /// 192 random bits in base64url.
  std::string issue(SessionId session);

  /// Whether a browser whose cookies hold tokens of `sessions` may use the ticket: one of them is
  /// the ticket's, or there are none. Not every browser sends a SameSite=Strict cookie with an
  /// upgrade. Errors: signed_out.
  result<void> check_bearer(const std::string& ticket, std::span<const SessionId> sessions) const;

  /// Removes the ticket. Errors: signed_out when it is unknown, used or expired.
  result<SessionId> redeem(const std::string& ticket);

  void remove_of(SessionId session);

  /// Removes expired tickets.
  void sweep();

 private:
  struct Entry {
    std::string text;
    SessionId session;
    SteadyTime until;
  };
  struct by_text {};
  struct by_session {};  // oldest first within a session
  using Entries = boost::multi_index_container<
      Entry,
      boost::multi_index::indexed_by<
          boost::multi_index::sequenced<>,  // oldest first
          boost::multi_index::hashed_unique<
              boost::multi_index::tag<by_text>,
              boost::multi_index::member<Entry, std::string, &Entry::text>, SeededHash>,
          boost::multi_index::ordered_non_unique<
              boost::multi_index::tag<by_session>,
              boost::multi_index::member<Entry, SessionId, &Entry::session>>>>;

  const Clock& clock_;
  std::size_t tickets_max_;
  Entries entries_;
};

}  // namespace colo
