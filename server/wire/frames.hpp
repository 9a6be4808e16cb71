// Bytes to frames and back: the codec of protocol/colo.proto.
//
// Pure functions. A frame for many clients is encoded once and shared. Its
// drawings are checked bytes that are copied, never decoded again.
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

/// The encoding of a connection's subprotocol: `colo.v1` or `colo.v1.json`.
enum class Encoding { binary, json };

/// One WebSocket frame to send, with its header. Immutable.
class OutgoingFrame {
 public:
  OutgoingFrame(ws::Op op, std::string_view payload);
  /// A binary one that holds `frame`.
  explicit OutgoingFrame(const v1::ServerFrame& frame);
  /// A binary one that holds a ServerFrame with one field, whose encoded parts are joined.
  OutgoingFrame(int field_number, std::initializer_list<std::string_view> field_parts);

  /// A Close frame (RFC 6455 §5.5.1). A reason that is too long is cut.
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

/// One frame for any number of clients.
using SharedFrame = std::shared_ptr<const OutgoingFrame>;

/// Parses WebSocket messages, one after another, into the same memory.
class ClientFrameReader {
 public:
  ClientFrameReader();

  /// The frame is valid until the next call. Errors: bad_frame.
  result<v1::ClientFrame*> read(std::string_view bytes, Encoding encoding);

  /// For a frame that is too big to parse: a Send with only its room and client_id, so that the
  /// client can be told why. Time and memory are proportional to `bytes`, a tenth of parsing.
  /// Errors: bad_frame, also when it is not a Send.
  result<v1::ClientFrame*> read_outline(std::string_view bytes, Encoding encoding);

 private:
  std::vector<char> memory_;  // enough for most frames; the arena frees more at the next
  google::protobuf::Arena arena_;
};

/// The same ServerFrame in protobuf's JSON mapping, for `colo.v1.json`. One that cannot
/// be converted becomes a Rejected with the code `internal`, never an empty message.
SharedFrame in_json(const OutgoingFrame& server_frame);

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

/// The frame that a Rejected answers: its field number in ClientFrame, its room and,
/// for a Send, its client_id as received.
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
