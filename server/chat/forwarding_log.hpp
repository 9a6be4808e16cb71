// For tests: a log that passes every call on to a MemoryLog. Override what should differ.
#pragma once

#include <utility>
#include <vector>

#include "storage/memory_log.hpp"

namespace colo {

class ForwardingLog : public MessageLog {
 public:
  boost::asio::awaitable<result<Stored>> append(Message message) override {
    return memory_.append(std::move(message));
  }
  boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                     PageLimit limit) override {
    return memory_.before(std::move(room), seq, limit);
  }
  boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                    PageLimit limit) override {
    return memory_.after(std::move(room), seq, limit);
  }
  boost::asio::awaitable<result<RoomHistory>> history(RoomId room) override {
    return memory_.history(std::move(room));
  }
  boost::asio::awaitable<result<Seq>> last_seq(RoomId room) override {
    return memory_.last_seq(std::move(room));
  }
  boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) override {
    return memory_.erase(std::move(room), seq, std::move(by));
  }
  boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) override {
    return memory_.last_deletion(std::move(room));
  }
  boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                           DeletionId last) override {
    return memory_.deleted(std::move(room), after, last);
  }
  boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                   std::size_t limit) override {
    return memory_.erase_of(std::move(room), author, limit);
  }

 private:
  MemoryLog memory_;
};

}  // namespace colo
