// The codec of protocol/colo.proto: bytes to frames and back.
//
// Stateless except for ClientFrameReader. A frame for many clients is encoded once and shared; the
// drawings inside are checked bytes that are not decoded again.
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

/// The encoding of a connection: of the subprotocol `colo.v1` or `colo.v1.json`.
enum class Encoding { binary, json };

/// One outgoing WebSocket frame, including its header; immutable.
class OutgoingFrame {
 public:
  OutgoingFrame(ws::Op op, std::string_view payload);
  /// A binary frame with `frame`.
  explicit OutgoingFrame(const v1::ServerFrame& frame);
  /// A binary one that holds a ServerFrame with one field, whose encoded parts are joined.
  OutgoingFrame(int field_number, std::initializer_list<std::string_view> field_parts);

  /// A Close frame (RFC 6455 §5.5.1); a reason that is too long is truncated.
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

/// Encoded once for all clients.
using SharedFrame = std::shared_ptr<const OutgoingFrame>;

/// Parses WebSocket messages, reusing its memory.
class ClientFrameReader {
 public:
  ClientFrameReader();

  /// The result is valid until the next call. Errors: bad_frame.
  result<v1::ClientFrame*> read(std::string_view bytes, Encoding encoding);

  /// Reads only the room and client_id of a Send that is too big to be parsed, so that it can be
  /// answered with a Rejected. Time and memory are linear in `bytes`, a tenth of parsing. Errors:
  /// bad_frame, also when it is no Send.
  result<v1::ClientFrame*> read_outline(std::string_view bytes, Encoding encoding);

 private:
  std::vector<char> memory_;  // enough for most frames; more is freed by the next call
  google::protobuf::Arena arena_;
};

/// The same ServerFrame in protobuf's JSON mapping, for `colo.v1.json`. Errors: internal, when it
/// has none (a damaged stored drawing, for example); json_error_frame() is sent instead.
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

/// The refused frame: its field number in ClientFrame, its room and, for a Send, its client_id as
/// received.
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
