// Turns: who goes next when many want to, so that a crowd does not hold up a few.
//
// Lives on one shard. Whoever wants a turn stands in one queue, once; the queues
// go in turn, a few of each. All know each other by links only: whoever goes
// away is waited for no more, and so is a queue with all who stand in it.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>

namespace colo {

using TurnLink =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One who may wait for a turn.
class TurnTaker : public TurnLink {
 public:
  bool waits() const { return is_linked(); }
  void wait_no_more() { unlink(); }
};

/// Those who wait for the same reason: a drawing for a room, say.
class TurnQueue : public TurnLink {
 public:
  TurnQueue() = default;
  TurnQueue(const TurnQueue&) = delete;
  TurnQueue& operator=(const TurnQueue&) = delete;
  ~TurnQueue() { waiting_.clear(); }

 private:
  friend class Turns;
  boost::intrusive::list<TurnTaker, boost::intrusive::constant_time_size<false>> waiting_;
};

class Turns {
 public:
  Turns() = default;
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  ~Turns() { queues_.clear(); }

  /// Stands `one` at the end of `queue`; who waits already stays where it is.
  void add(TurnQueue& queue, TurnTaker& one) {
    if (one.waits()) return;
    queue.waiting_.push_back(one);
    if (!queue.is_linked()) queues_.push_back(queue);
  }

  /// False when somebody may be waiting.
  bool empty() const { return queues_.empty(); }

  /// Calls `next(TurnTaker&)` for those whose turn it is, `count` of them at most;
  /// they wait no more. Meanwhile nobody may come or go.
  template <class Next>
  void take(std::size_t count, Next next) {
    while (count > 0 && !queues_.empty()) {
      TurnQueue& queue = queues_.front();
      queues_.pop_front();
      for (std::size_t turn = 0; turn < turn_each && count > 0; ++turn, --count) {
        if (queue.waiting_.empty()) break;
        TurnTaker& one = queue.waiting_.front();
        queue.waiting_.pop_front();
        next(one);
      }
      if (!queue.waiting_.empty()) queues_.push_back(queue);
    }
  }

 private:
  static constexpr std::size_t turn_each = 8;

  boost::intrusive::list<TurnQueue, boost::intrusive::constant_time_size<false>> queues_;
};

}  // namespace colo
