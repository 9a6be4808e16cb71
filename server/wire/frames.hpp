// Bytes to frames and back: the codec of protocol/colo.proto.
//
// Pure functions. A frame for many phones is encoded once and shared; the
// drawings inside are checked bytes that nobody decodes again on their way.
#pragma once

#include <google/protobuf/arena.h>

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colo.pb.h"
#include "domain/errc.hpp"
#include "domain/message.hpp"
#include "domain/room.hpp"
#include "wire/websocket.hpp"

namespace colo {

/// What a socket's subprotocol carries: `colo.v1` or `colo.v1.json`.
enum class Encoding { binary, json };

/// One WebSocket frame as it goes out, header and all; never changed after it was made.
class OutgoingFrame {
 public:
  OutgoingFrame(ws::Op op, std::string_view payload);
  /// A binary one that holds `frame`.
  explicit OutgoingFrame(const v1::ServerFrame& frame);
  /// A binary one that holds a ServerFrame with one field, whose encoded parts are joined.
  OutgoingFrame(int field_number, std::initializer_list<std::string_view> field_parts);

  /// A Close frame (RFC 6455 §5.5.1); a reason too long for it is cut.
  static OutgoingFrame closing(std::uint16_t code, std::string_view reason);

  std::string_view bytes() const { return bytes_; }
  std::string_view payload() const { return bytes().substr(header_bytes_); }
  /// What the one field holds, if the frame was made of one.
  std::string_view field() const { return bytes().substr(bytes_.size() - field_bytes_); }

 private:
  OutgoingFrame() = default;

  std::string bytes_;
  std::size_t header_bytes_ = 0;
  std::size_t field_bytes_ = 0;
};

/// Encoded once, whatever the number of phones it goes to.
using SharedFrame = std::shared_ptr<const OutgoingFrame>;

/// Reads WebSocket messages, one after another, into the same memory.
class ClientFrameReader {
 public:
  ClientFrameReader();

  /// What it gives is valid until the next one. Errors: bad_frame.
  result<v1::ClientFrame*> read(std::string_view bytes, Encoding encoding);

  /// Of a frame that is too big to be parsed: a Send with its room and client_id alone, so that
  /// it can be refused in words. It takes time and memory in proportion to `bytes`, a tenth of
  /// what parsing does. Errors: bad_frame, also when it is no Send.
  result<v1::ClientFrame*> read_outline(std::string_view bytes, Encoding encoding);

 private:
  std::vector<char> memory_;  // of most frames; a larger one's is given back at the next
  google::protobuf::Arena arena_;
};

/// The same ServerFrame in protobuf's JSON mapping, for `colo.v1.json`. Errors: internal, when it
/// has none (a stored drawing is damaged, say); json_error_frame() is sent instead.
result<SharedFrame> in_json(const OutgoingFrame& server_frame);

/// A Rejected with the code `internal`, in JSON.
SharedFrame json_error_frame();

/// 16 bytes. Errors: bad_client_id.
result<ClientId> read_client_id(std::string_view bytes);
std::string bytes_of(const ClientId& id);

/// An encoded Message: an entry of the pages below.
std::string encode_message(const Message& message);

/// Copies the drawing's bytes once, into the frame.
SharedFrame message_frame(const Message& message);

struct JoinedFrame {
  RoomId room;
  std::vector<std::string> members;
  std::vector<std::string> messages;  // each from encode_message(), ascending
  bool more = false;
  bool reset = false;
  Epoch epoch;
  std::uint32_t occupancy = 0;
  DeletionId deletion;
  std::vector<Seq> deleted;
};
SharedFrame joined_frame(const JoinedFrame& joined);

SharedFrame welcome_frame(const User& user, std::chrono::seconds idle,
                          std::span<const RoomView> rooms);
SharedFrame accepted_frame(const ClientId& client_id, const RoomId& room, Seq seq,
                           WallTime sent_at);

/// What a Rejected answers: the frame's field number in ClientFrame, its room and,
/// for a Send, its client_id as it came.
struct RejectedOf {
  int frame = 0;
  std::string room;
  std::string client_id;
};
SharedFrame rejected_frame(const RejectedOf& of, const Refusal& why);

SharedFrame page_frame(const RoomId& room, const MessagePage& page);
SharedFrame presence_frame(const RoomId& room, const std::string& user, v1::Change change,
                           std::uint32_t occupancy);
SharedFrame deleted_frame(const RoomId& room, Seq seq, const std::string& by, DeletionId deletion);
SharedFrame pen_frame(const RoomId& room, const std::string& user, bool down);
SharedFrame rooms_frame(std::span<const RoomView> rooms);

}  // namespace colo
