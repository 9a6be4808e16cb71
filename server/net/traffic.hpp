// What goes out to one shard's phones: whose turn it is to be written to, when,
// and how much at once.
//
// Lives on its shard. Writing waits for the end of the loop's turn, and a little
// longer while more keeps coming, so that a phone's frames go out together:
// frames per system call are what a fan-out costs. A large room is served in
// slices, between which everything else gets its turn.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "net/sender.hpp"
#include "runtime/clock.hpp"
#include "runtime/shard.hpp"
#include "runtime/turns.hpp"
#include "wire/frames.hpp"

namespace colo {

using WatchedLink =
    boost::intrusive::list_base_hook<boost::intrusive::tag<class Traffic>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One whom a shard writes to, as far as Traffic knows it.
class Recipient : public TurnTaker, public WatchedLink {
 public:
  virtual ~Recipient() = default;

  /// Where to write; -1 when it sees to that itself (it encrypts).
  virtual int socket() = 0;
  /// Called when it is its turn, and it sees to writing itself.
  virtual void write() = 0;
  /// What is to be written; fills the front of `pieces` and gives how many. None: nothing any more.
  virtual std::size_t gather(std::span<iovec> pieces) = 0;
  /// What came of it: bytes, or -errno. Gives how many frames ended with them.
  virtual std::size_t wrote(ssize_t result) = 0;
  /// Twice a second: time goes by.
  virtual void look_at_clock(SteadyTime now) = 0;
};

enum class SendBy { sendmsg, io_uring };

class Traffic {
 public:
  explicit Traffic(Shard& shard);
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// Once, on the shard. Without it nothing is written.
  void start(SendBy how);

  /// From here on its clock is looked at; to its end.
  void add(Recipient& recipient) { recipients_.push_back(recipient); }

  /// Something waits for it to be written: it gets its turn soon.
  void wants_turn(Recipient& recipient, TurnQueue& queue);
  /// The queue of a flow; there are as many as there are rooms, and the lobby's.
  TurnQueue& queue_of(FlowId flow) {
    while (flows_.size() <= flow.value) flows_.emplace_back();
    return flows_[flow.value];
  }
  /// The queue of those who are answered, each alone.
  TurnQueue& answers() { return answers_; }
  /// The queue of those for whom one write was not enough.
  TurnQueue& leftovers() { return leftovers_; }

  Shard& shard() const { return shard_; }

  /// Room for what is read from one socket, until the next read on this shard.
  std::span<char> read_buffer() { return read_buffer_; }
  /// And for what that says, until the next frame on this shard.
  ClientFrameReader& frame_reader() { return frame_reader_; }

  struct Count {
    std::uint64_t frames = 0;      // written to their ends
    std::uint64_t dispatches = 0;  // writes to one phone each
    std::uint64_t calls = 0;       // of the kernel, for those; not of who encrypts
  };
  const Count& count() const { return count_; }
  /// Counts a write that went another way.
  void count_write(std::size_t frames) {
    count_.frames += frames;
    ++count_.dispatches;
  }

  /// The frame for `colo.v1.json`, made once for those who get the same one after another.
  const SharedFrame& in_json(const SharedFrame& frame);

 private:
  void post_turn();
  void turn();
  bool lingers();
  void write_slice();
  std::size_t gather(Recipient& recipient);
  void write_gathered();
  boost::asio::awaitable<void> look_at_clocks();

  Shard& shard_;
  std::unique_ptr<Sender> sender_;
  boost::intrusive::list<Recipient, boost::intrusive::base_hook<WatchedLink>,
                         boost::intrusive::constant_time_size<false>>
      recipients_;
  Turns turns_;
  std::deque<TurnQueue> flows_;  // by the value of a FlowId
  TurnQueue answers_;
  TurnQueue leftovers_;
  bool turn_posted_ = false;
  bool passing_ = false;  // between the slices of one pass over all that wait
  std::size_t news_ = 0;  // frames that came since the last turn
  SteadyTime pass_due_{};
  std::vector<char> read_buffer_;
  ClientFrameReader frame_reader_;
  // What one call hands over: each dispatch's pieces are among pieces_.
  std::vector<Recipient*> due_;
  std::vector<Recipient*> gathered_;
  std::vector<Dispatch> dispatches_;
  std::vector<iovec> pieces_;
  std::size_t pieces_used_ = 0;
  SharedFrame json_of_;
  SharedFrame json_;
  Count count_;
};

}  // namespace colo
