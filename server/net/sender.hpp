// Writes to many sockets with few system calls, without blocking.
//
// Each shard has one. sendmsg() always works; with io_uring one system call takes many writes.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>

namespace colo {

/// One write to one socket.
struct Dispatch {
  int socket = -1;
  std::span<iovec> pieces;
  ssize_t result = 0;  // bytes that the kernel took, or -errno; -EAGAIN: its buffer is full
};

class Sender {
 public:
  virtual ~Sender() = default;

  /// Sets each result. Returns the number of system calls. At most dispatches_max per call.
  virtual std::size_t send(std::span<Dispatch> dispatches) = 0;

  static constexpr std::size_t dispatches_max = 256;
};

std::unique_ptr<Sender> make_sendmsg_sender();

/// A few dispatches still go by sendmsg(), which is cheaper then (decision 0013). Null when the
/// kernel or a sandbox does not allow io_uring, which is tested with a real write.
std::unique_ptr<Sender> make_io_uring_sender();

}  // namespace colo
