// Round-robin over flows, a few entries per visit, so that a crowded flow does not delay the
// others.
//
// An entry is in at most one flow, at most once. Entries and flows unlink themselves when they are
// destroyed.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>

namespace colo {

class FairQueue {
  using Link =
      boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

 public:
  class Entry : public Link {
   public:
    bool queued() const { return is_linked(); }
    void dequeue() { unlink(); }
  };

  class Flow : public Link {
   public:
    Flow() = default;
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;
    ~Flow() { entries_.clear(); }

   private:
    friend class FairQueue;
    boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> entries_;
  };

  FairQueue() = default;
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;
  ~FairQueue() { flows_.clear(); }

  /// Puts `entry` at the end of `flow`. One that is queued keeps its place.
  void add(Flow& flow, Entry& entry) {
    if (entry.queued()) return;
    flow.entries_.push_back(entry);
    if (!flow.is_linked()) flows_.push_back(flow);
  }

  /// True when no entry is queued. May be false without one: a dequeued entry leaves its flow.
  bool empty() const { return flows_.empty(); }

  /// Removes up to `count` entries and calls `next(Entry&)` for each. `next` must neither add nor
  /// destroy any.
  template <class Next>
  void take(std::size_t count, Next next) {
    while (count > 0 && !flows_.empty()) {
      Flow& flow = flows_.front();
      flows_.pop_front();
      for (std::size_t i = 0; i < entries_per_visit && count > 0; ++i, --count) {
        if (flow.entries_.empty()) break;
        Entry& entry = flow.entries_.front();
        flow.entries_.pop_front();
        next(entry);
      }
      if (!flow.entries_.empty()) flows_.push_back(flow);
    }
  }

 private:
  static constexpr std::size_t entries_per_visit = 8;

  boost::intrusive::list<Flow, boost::intrusive::constant_time_size<false>> flows_;
};

}  // namespace colo
