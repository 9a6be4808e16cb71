// For tests: a log that passes every call on to another one. Override what should differ.
#pragma once

#include <utility>
#include <vector>

#include "storage/memory_log.hpp"

namespace colo {

class ForwardingLog : public MessageLog {
 public:
  /// To one of its own, in memory.
  ForwardingLog() : to_(memory_) {}
  explicit ForwardingLog(MessageLog& to) : to_(to) {}

  boost::asio::awaitable<result<Stored>> append(Message message) override {
    return to_.append(std::move(message));
  }
  boost::asio::awaitable<result<MessagePage>> before(RoomId room, Seq seq,
                                                     PageLimit limit) override {
    return to_.before(std::move(room), seq, limit);
  }
  boost::asio::awaitable<result<MessagePage>> after(RoomId room, Seq seq,
                                                    PageLimit limit) override {
    return to_.after(std::move(room), seq, limit);
  }
  boost::asio::awaitable<result<RoomHistory>> history(RoomId room) override {
    return to_.history(std::move(room));
  }
  boost::asio::awaitable<result<Seq>> last_seq(RoomId room) override {
    return to_.last_seq(std::move(room));
  }
  boost::asio::awaitable<result<DeletionId>> erase(RoomId room, Seq seq, User by) override {
    return to_.erase(std::move(room), seq, std::move(by));
  }
  boost::asio::awaitable<result<DeletionId>> last_deletion(RoomId room) override {
    return to_.last_deletion(std::move(room));
  }
  boost::asio::awaitable<result<std::vector<Seq>>> deleted(RoomId room, DeletionId after,
                                                           DeletionId last) override {
    return to_.deleted(std::move(room), after, last);
  }
  boost::asio::awaitable<result<Erasure>> erase_of(RoomId room, UserId author,
                                                   std::size_t limit) override {
    return to_.erase_of(std::move(room), author, limit);
  }

 private:
  MemoryLog memory_;
  MessageLog& to_;
};

}  // namespace colo
