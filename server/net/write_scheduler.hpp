// Decides when each connection of a shard is written to, and how much per turn of the event loop.
//
// Writing waits for the end of the loop's turn, and up to batching_delay_max longer while many
// frames keep arriving: one system call then takes several frames of a connection, and with
// io_uring the writes of many connections. One turn writes a slice, bounded in connections and in
// bytes, plain and TLS alike; reading continues between slices. Flows take turns, so a room does
// not delay the others.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "net/fair_queue.hpp"
#include "net/send_queue.hpp"
#include "net/sender.hpp"
#include "runtime/clock.hpp"
#include "runtime/shard.hpp"

namespace colo {

enum class SendBy { sendmsg, io_uring };

class WriteScheduler {
 public:
  /// The flow of frames for one client alone.
  static constexpr FlowId replies{0};
  /// A slice ends when it has as many bytes; the connections of its last step may exceed it.
  static constexpr std::size_t slice_bytes = 256 * 1024;
  static constexpr std::size_t connections_per_step = 8;

  explicit WriteScheduler(Shard& shard);
  WriteScheduler(const WriteScheduler&) = delete;
  WriteScheduler& operator=(const WriteScheduler&) = delete;

  /// Once, before anything is scheduled.
  void start(SendBy how);

  /// Puts `queue` at the end of `flow`, unless it is scheduled already.
  void schedule(SendQueue& queue, FlowId flow);

  struct Count {
    std::uint64_t frames = 0;  // written to their end
    std::uint64_t writes = 0;  // to one connection each
    std::uint64_t calls = 0;   // system calls for those
  };
  const Count& count() const { return count_; }

 private:
  void post_turn();
  void turn();
  bool waits_for_more();
  void write_slice();
  std::size_t write(SendQueue& queue);
  void send_gathered();

  struct Gathered {
    SendQueue* queue;
    std::size_t bytes;
  };

  Shard& shard_;
  std::unique_ptr<Sender> sender_;
  FairQueue queue_;
  std::deque<FairQueue::Flow> flows_;  // by the value of FlowId: one per room, and the lobby's
  bool turn_posted_ = false;
  bool in_pass_ = false;         // between the slices of one pass over all that is scheduled
  std::size_t new_frames_ = 0;   // since the last turn
  SteadyTime pass_due_{};        // of a pass that waits for more frames
  std::vector<SendQueue*> due_;  // of the current step
  // What the next call of sender_ takes: the pieces of each dispatch are among pieces_.
  std::vector<Gathered> gathered_;
  std::vector<Dispatch> dispatches_;
  std::vector<iovec> pieces_;
  std::size_t pieces_used_ = 0;
  Count count_;
};

}  // namespace colo
