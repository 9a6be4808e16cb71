// The frames that wait to be written to one connection, and the write side of its stream.
//
// 1. Frames are written whole and in the order in which they were appended.
// 2. What waits, together with what the kernel holds for the client, is at most
//    limits::send_queue_bytes_max. A frame beyond that closes the connection with 4508. An empty
//    queue takes any frame.
// 3. The closing frame is the last one: close() puts it behind what waits, close_too_slow() in its
//    place. Later frames are dropped.
// 4. A frame that was begun is finished, also by close_too_slow(). Under TLS a frame is begun when
//    a record with some of it was made, even if the socket has not taken the record yet.
// 5. One write takes at most write_frames_max frames and write_bytes_max bytes, under TLS one
//    record. If more waits, the queue goes back to the end of its flow.
// 6. If the socket takes less than it was offered, the queue waits until the socket is writable.
// 7. A failed write drops everything and ends writing; reading may go on until deadline().
// 8. An empty queue keeps almost no memory.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "domain/ids.hpp"
#include "net/fair_queue.hpp"
#include "net/stream.hpp"
#include "runtime/clock.hpp"
#include "wire/frames.hpp"

namespace colo {

class WriteScheduler;

class SendQueue final : public FairQueue::Entry, public std::enable_shared_from_this<SendQueue> {
 public:
  static constexpr std::size_t write_frames_max = 64;
  static constexpr std::size_t write_bytes_max = 128 * 1024;  // the kernel's send buffer

  /// Owns `stream` from here on. `scheduler` is that of the stream's shard.
  SendQueue(Stream stream, WriteScheduler& scheduler);

  Stream& stream() { return stream_; }

  void append(const SharedFrame& frame, FlowId flow);
  void close(std::uint16_t code, std::string_view reason);
  /// Closes with 4508, because the client reads too slowly. `why` goes to the log.
  void close_too_slow(std::string_view why);
  /// Writes what waits within limits::close_time, then closes so that it arrives.
  boost::asio::awaitable<void> close_gracefully();
  /// Closes immediately.
  void abort();

  bool open() const { return open_; }
  bool has_closing_frame() const { return has_closing_frame_; }
  /// Nothing more is to be appended.
  bool closing() const { return has_closing_frame_ || !open_; }
  bool too_slow() const { return too_slow_; }
  /// abort() is due then: the client did not answer the closing frame, or cannot be written to.
  SteadyTime deadline() const { return deadline_; }

  bool empty() const { return frames() == 0; }
  std::size_t frames() const { return waiting_.size() - first_; }
  std::size_t bytes() const { return bytes_; }
  /// A number that changes when the client takes something. It asks the kernel.
  std::size_t progress();

  // For the scheduler.

  bool encrypted() const { return stream_.encrypted(); }
  int socket() { return stream_.native_handle(); }
  struct Batch {
    std::size_t pieces = 0;
    std::size_t bytes = 0;
  };
  /// Fills the front of `pieces` with what the next write takes; nothing when there is nothing to
  /// write.
  Batch gather(std::span<iovec> pieces) const;
  /// `result` of a write that was offered `offered` bytes: bytes taken or -errno. Returns how many
  /// frames were written to their end.
  std::size_t written(std::size_t offered, ssize_t result);

 private:
  friend WriteScheduler;

  void append_closing(std::uint16_t code, std::string_view reason);
  void drop_unbegun();
  std::size_t remove(std::size_t bytes);
  void release_memory();
  void fail(int error);
  void await_writable();
  void became_empty();

  Stream stream_;
  WriteScheduler& scheduler_;
  std::vector<SharedFrame> waiting_;
  std::size_t first_ = 0;         // index in waiting_; those before it were written
  std::size_t begun_ = 0;         // bytes of the first frame that were written
  std::size_t bytes_ = 0;         // of all frames, less begun_
  std::size_t record_ = 0;        // bytes in a TLS record that the socket has not taken yet
  std::size_t kernel_bytes_ = 0;  // unacknowledged, when the socket was full last
  std::size_t written_ = 0;       // in all
  FlowId flow_;                   // of its place in the scheduler
  std::unique_ptr<boost::asio::steady_timer> emptied_;  // close_gracefully() waits on it
  SteadyTime deadline_ = SteadyTime::max();
  bool open_ = true;
  bool writable_ = true;
  bool awaits_writable_ = false;
  bool has_closing_frame_ = false;
  bool too_slow_ = false;
};

}  // namespace colo
