#include "chat/room_subscribers.hpp"

#include <cstdint>
#include <utility>

namespace colo {
namespace {

void reply_and_subscribe(Subscribers& subscribers, const std::weak_ptr<Subscriber>& weak,
                         const SharedFrame& frame, bool subscribe) {
  auto subscriber = weak.lock();
  if (!subscriber) return;
  subscriber->reply(frame);
  if (subscribe) subscribers.add(std::move(subscriber));
}

}  // namespace

RoomSubscribers::RoomSubscribers(Shards& shards)
    : subscribers_(shards), connections_(shards.size()) {}

void RoomSubscribers::add(ConnectionId connection) {
  ++connections_[connection.shard];
}

void RoomSubscribers::remove(ConnectionId connection) {
  --connections_[connection.shard];
  subscribers_[connection.shard].post(&Subscribers::remove, connection);
}

void RoomSubscribers::reply_to(ConnectionId connection, std::weak_ptr<Subscriber> subscriber,
                               SharedFrame frame, bool subscribe) {
  subscribers_[connection.shard].post(&reply_and_subscribe, std::move(subscriber), std::move(frame),
                                      subscribe);
}

void RoomSubscribers::publish(const SharedFrame& frame, const std::vector<ConnectionId>& except) {
  for (std::uint32_t shard = 0; shard < connections_.size(); ++shard) {
    if (connections_[shard] == 0) continue;
    if (except.empty())
      subscribers_[shard].post(&Subscribers::publish, frame);
    else
      subscribers_[shard].post(&Subscribers::publish_except, frame, except);
  }
}

}  // namespace colo
