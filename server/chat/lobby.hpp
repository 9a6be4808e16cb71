// The phones of one shard that are in no room: they watch the list of rooms.
//
// Lives on its shard.
#pragma once

#include <memory>
#include <unordered_map>

#include "chat/member.hpp"

namespace colo {

class Lobby {
 public:
  void enter(std::shared_ptr<Member> member) {
    const auto connection = member->connection();
    members_.insert_or_assign(connection, std::move(member));
  }
  void leave(ConnectionId connection) { members_.erase(connection); }
  bool empty() const { return members_.empty(); }

  /// What was published last; null at first.
  const SharedFrame& last() const { return last_; }

  void publish(const SharedFrame& frame) {
    last_ = frame;
    for (const auto& [connection, member] : members_) member->deliver(frame, queue_);
  }

 private:
  std::unordered_map<ConnectionId, std::shared_ptr<Member>> members_;
  SharedFrame last_;
  TurnQueue queue_;
};

}  // namespace colo
