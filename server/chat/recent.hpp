// What a room published most recently, so that a client can be caught up while more is published.
//
// RecentFrames holds the newest messages, RecentDeletions the newest deletions. Both are bounded
// and report when they no longer reach back far enough.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/ids.hpp"
#include "wire/frames.hpp"

namespace colo {

class RecentFrames {
 public:
  /// The frames in use and what they hold: at most limits::recent_messages_max and
  /// limits::recent_bytes_max.
  std::size_t size() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_; }

  /// Empty: all messages up to `last` were published before.
  void reset(Seq last);

  /// Adds the message after the last one.
  void push(Seq seq, SharedFrame frame);

  /// The message was deleted.
  void erase(std::span<const Seq> seqs);

  /// Appends the encoded messages after `after`. False when they are not all known here.
  bool append_after(Seq after, std::vector<std::string>& messages) const;

 private:
  struct Entry {
    Seq seq;
    SharedFrame frame;
  };

  std::deque<Entry> frames_;
  Seq after_;  // frames_ has all messages after it but deleted ones
  Seq last_;
  std::size_t bytes_ = 0;
};

class RecentDeletions {
 public:
  /// The number of the newest deletion.
  DeletionId last() const { return last_; }
  std::size_t size() const { return seqs_.size(); }  // at most limits::recent_deletions_max

  /// Empty: `last` is the newest deletion.
  void reset(DeletionId last);

  /// The deletion `number` deleted `seq`.
  void push(Seq seq, DeletionId number);

  /// The seqs deleted after the deletion `number`; nothing when they are not all known here.
  std::optional<std::vector<Seq>> since(DeletionId number) const;

 private:
  std::deque<Seq> seqs_;  // of the newest deletions, the last one's is last_
  DeletionId last_;
};

}  // namespace colo
