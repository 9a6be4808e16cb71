// What waits to be written to one phone: whole frames, in order, bounded in bytes.
//
// Lives on the socket's shard. Values only: who writes asks for the pieces at
// the front and says how much of them went out. After the closing frame nothing
// is taken in. An empty one holds no memory worth speaking of.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <vector>

#include "wire/frames.hpp"

namespace colo {

class Outbox {
 public:
  /// Takes the frame in; false when with it, and with the bytes `held` elsewhere for the
  /// phone, it would lag by more than outbox_bytes_max. An empty one takes any frame: it must
  /// get through sometime. After the closing frame it is dropped: nobody will read it.
  bool push(const SharedFrame& frame, std::size_t held = 0);

  /// Takes in the last frame, however far the phone lags.
  void close_with(const SharedFrame& closing);
  /// Forgets what waits, but for the frames that were begun: by what went out, and by
  /// `on_its_way` bytes more, which sent() is still to hear of.
  void forget(std::size_t on_its_way);
  /// Forgets all of it: nothing can be written any more.
  void clear();

  bool closing() const { return closing_; }
  std::size_t frames() const { return waiting_.size() - first_; }
  bool empty() const { return frames() == 0; }
  bool between_frames() const { return begun_ == 0; }
  std::size_t bytes() const { return bytes_; }

  /// The front of what waits, as much as `pieces` has room for; gives how many were filled.
  std::size_t gather(std::span<iovec> pieces) const;
  /// So many bytes of it went out; gives how many frames ended with them.
  std::size_t sent(std::size_t bytes);

 private:
  void give_back();

  std::vector<SharedFrame> waiting_;
  std::size_t first_ = 0;  // in waiting_; those before it went out
  std::size_t begun_ = 0;  // bytes of the first one that went out
  std::size_t bytes_ = 0;  // of all, less begun_
  bool closing_ = false;
};

}  // namespace colo
