// What the WebSocket connections of one shard share: when they are written to, when they are
// checked, and the memory that one read and one frame need at a time.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "net/keepalive.hpp"
#include "net/write_scheduler.hpp"
#include "runtime/log.hpp"
#include "runtime/shard.hpp"
#include "wire/frames.hpp"

namespace colo {

class ShardIo {
 public:
  explicit ShardIo(Shard& shard)
      : scheduler(shard), keepalive(shard), read_buffer_(read_bytes_max) {}

  /// Valid until the next read on this shard.
  std::span<char> read_buffer() { return read_buffer_; }
  /// What it returns is valid until the next frame on this shard.
  ClientFrameReader& frame_reader() { return frame_reader_; }
  /// The frame for `colo.v1.json`. It is converted once for clients that get it in a row.
  const SharedFrame& in_json(const SharedFrame& frame) {
    if (converted_ != frame) {
      auto converted = colo::in_json(*frame);
      if (!converted) log::error("a frame could not be sent as JSON: {}", converted.error().detail);
      json_ = converted ? std::move(*converted) : json_error_frame();
      converted_ = frame;
    }
    return json_;
  }

  WriteScheduler scheduler;
  Keepalive keepalive;

 private:
  // Of one client in one turn: a few drawings, each of which may go to thousands.
  static constexpr std::size_t read_bytes_max = 8 * 1024;

  std::vector<char> read_buffer_;
  ClientFrameReader frame_reader_;
  SharedFrame converted_;
  SharedFrame json_;
};

}  // namespace colo
