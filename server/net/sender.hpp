// Hands the kernel what many phones are to be sent, without waiting for any of them.
//
// One for each shard, used on its thread alone. sendmsg() is there always; with
// io_uring one system call takes the sends of many phones.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>

namespace colo {

/// What goes to one phone at once.
struct Dispatch {
  int socket = -1;
  std::span<iovec> pieces;
  ssize_t result = 0;  // bytes that the kernel took, or -errno: EAGAIN when it has no room now
};

class Sender {
 public:
  virtual ~Sender() = default;

  /// Fills in each result; gives how many system calls that took. At most dispatches_max of them.
  virtual std::size_t send(std::span<Dispatch> dispatches) = 0;

  static constexpr std::size_t dispatches_max = 256;
};

std::unique_ptr<Sender> make_sendmsg_sender();

/// Few at once still go by sendmsg(), which is cheaper then.
/// Null where the kernel, or what guards it, does not let us; that is tried out.
std::unique_ptr<Sender> make_io_uring_sender();

}  // namespace colo
