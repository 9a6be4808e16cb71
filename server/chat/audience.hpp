// Those of a room's phones that are on one shard: the last stop of a fan-out.
//
// Lives on that shard. The room posts one frame to each audience, never one to
// each phone. A phone is in an audience at most once.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "chat/member.hpp"

namespace colo {

class Audience {
 public:
  void add(std::shared_ptr<Member> member) {
    const auto same = [&](const auto& m) { return m->connection() == member->connection(); };
    if (std::ranges::none_of(members_, same)) members_.push_back(std::move(member));
  }

  void remove(ConnectionId connection) {
    std::erase_if(members_, [&](const auto& m) { return m->connection() == connection; });
  }

  void publish(const SharedFrame& frame) {
    for (const auto& member : members_) member->deliver(frame, queue_);
  }

  void publish_except(const SharedFrame& frame, const std::vector<ConnectionId>& not_to) {
    for (const auto& member : members_)
      if (std::ranges::find(not_to, member->connection()) == not_to.end())
        member->deliver(frame, queue_);
  }

 private:
  std::vector<std::shared_ptr<Member>> members_;
  TurnQueue queue_;  // one of its own, so that no other room waits behind this one
};

}  // namespace colo
