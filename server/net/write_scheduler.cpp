#include "net/write_scheduler.hpp"

#include <boost/asio/post.hpp>
#include <span>
#include <utility>

namespace colo {

namespace asio = boost::asio;

namespace {

// A slice takes about 1 ms, so an event that arrives meanwhile waits no longer than that.
constexpr std::size_t slice_connections = Sender::dispatches_max;
constexpr std::size_t pieces_max = 4096;
constexpr std::chrono::microseconds batching_delay_max{1000};
constexpr std::size_t batching_frames_min = 64;  // per turn; fewer are written without delay

}  // namespace

WriteScheduler::WriteScheduler(Shard& shard) : shard_(shard), pieces_(pieces_max) {}

void WriteScheduler::start(SendBy how) {
  if (how == SendBy::io_uring) sender_ = make_io_uring_sender();
  if (!sender_) sender_ = make_sendmsg_sender();
}

void WriteScheduler::schedule(SendQueue& queue, FlowId flow) {
  while (flows_.size() <= flow.value) flows_.emplace_back();
  if (!queue.queued()) {
    queue.flow_ = flow;
    queue_.add(flows_[flow.value], queue);
  }
  ++new_frames_;
  if (!turn_posted_) post_turn();
}

void WriteScheduler::post_turn() {
  asio::post(shard_.executor(), [this] { turn(); });
  turn_posted_ = true;
}

void WriteScheduler::turn() {
  turn_posted_ = false;
  shard_.coalesce_wakeups();
  if (waits_for_more()) return post_turn();
  in_pass_ = true;
  write_slice();
  in_pass_ = !queue_.empty();
  if (in_pass_ && !turn_posted_) post_turn();
}

bool WriteScheduler::waits_for_more() {
  if (in_pass_ || std::exchange(new_frames_, 0) < batching_frames_min) return false;
  const auto now = std::chrono::steady_clock::now();
  if (pass_due_ == SteadyTime{}) pass_due_ = now + batching_delay_max;
  return now < pass_due_;
}

void WriteScheduler::write_slice() {
  new_frames_ = 0;
  pass_due_ = {};
  std::size_t connections = 0;
  std::size_t bytes = 0;
  while (connections < slice_connections && bytes < slice_bytes && !queue_.empty()) {
    due_.clear();
    queue_.take(connections_per_step, [this](FairQueue::Entry& entry) {
      due_.push_back(static_cast<SendQueue*>(&entry));
    });
    for (auto* queue : due_) bytes += write(*queue);
    connections += due_.size();
  }
  send_gathered();
}

// Collects a plain write for the sender; does a TLS write immediately. Returns its bytes.
std::size_t WriteScheduler::write(SendQueue& queue) {
  if (pieces_.size() - pieces_used_ < SendQueue::write_frames_max) send_gathered();
  const auto room = std::span(pieces_).subspan(pieces_used_, SendQueue::write_frames_max);
  const auto batch = queue.gather(room);
  if (batch.bytes == 0) return 0;
  const auto pieces = room.first(batch.pieces);
  if (queue.encrypted()) {
    ++count_.writes;
    ++count_.calls;
    count_.frames += queue.written(batch.bytes, queue.stream().write_now(pieces));
  } else {
    pieces_used_ += batch.pieces;
    gathered_.push_back({&queue, batch.bytes});
    dispatches_.push_back({queue.socket(), pieces, 0});
  }
  return batch.bytes;
}

void WriteScheduler::send_gathered() {
  if (dispatches_.empty()) return;
  // Also after an exception: the pointers must not be used again.
  struct Clear {
    WriteScheduler& scheduler;
    ~Clear() {
      scheduler.gathered_.clear();
      scheduler.dispatches_.clear();
      scheduler.pieces_used_ = 0;
    }
  } const clear{*this};
  count_.calls += sender_->send(dispatches_);
  count_.writes += dispatches_.size();
  for (std::size_t i = 0; i < gathered_.size(); ++i)
    count_.frames += gathered_[i].queue->written(gathered_[i].bytes, dispatches_[i].result);
}

}  // namespace colo
