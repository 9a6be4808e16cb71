#include "wire/frames.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace colo {
namespace {

namespace pb = google::protobuf;
using WireFormat = pb::internal::WireFormatLite;

// Appends a length-delimited field: how an encoded message goes into another
// one without being decoded. Protobuf fields may stand in any order.
void append_field(std::string& out, int number, std::string_view bytes) {
  std::array<std::uint8_t, 10> head;
  const auto tag = WireFormat::MakeTag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
  auto* end = pb::io::CodedOutputStream::WriteTagToArray(tag, head.data());
  end = pb::io::CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(bytes.size()),
                                                        end);
  out.append(head.data(), end);
  out.append(bytes);
}

SharedFrame wrap(int field_number, std::string_view encoded) {
  return std::make_shared<const OutgoingFrame>(field_number, encoded);
}

SharedFrame share(const v1::ServerFrame& frame) {
  return std::make_shared<const OutgoingFrame>(frame);
}

std::string bytes_of(const ClientId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

void fill(v1::Room& out, const RoomView& room) {
  out.set_id(room.spec.id.value);
  out.set_name(room.spec.name);
  out.set_persistent(room.spec.persistent);
  out.set_occupancy(room.occupancy);
  out.set_capacity(room.spec.capacity);
  out.set_description(room.spec.description);
  out.set_last_seq(room.last_seq.value);
}

}  // namespace

OutgoingFrame::OutgoingFrame(ws::Op op, std::string_view payload) {
  ws::append_header(bytes_, op, payload.size());
  header_bytes_ = bytes_.size();
  bytes_ += payload;
}

OutgoingFrame::OutgoingFrame(const v1::ServerFrame& frame) {
  ws::append_header(bytes_, ws::Op::binary, frame.ByteSizeLong());
  header_bytes_ = bytes_.size();
  frame.AppendToString(&bytes_);
}

OutgoingFrame::OutgoingFrame(int field_number, std::string_view encoded) {
  const auto size = static_cast<std::uint32_t>(encoded.size());
  const auto payload_bytes = WireFormat::TagSize(field_number, WireFormat::TYPE_BYTES) +
                             pb::io::CodedOutputStream::VarintSize32(size) + encoded.size();
  bytes_.reserve(payload_bytes + ws::header_bytes_max);
  ws::append_header(bytes_, ws::Op::binary, payload_bytes);
  header_bytes_ = bytes_.size();
  append_field(bytes_, field_number, encoded);
}

OutgoingFrame OutgoingFrame::closing(std::uint16_t code, std::string_view reason) {
  OutgoingFrame frame;
  frame.bytes_ = ws::make_close(code, reason);
  frame.header_bytes_ = 2;
  return frame;
}

result<v1::ClientFrame> read_client_frame(std::string_view bytes, Encoding encoding) {
  v1::ClientFrame frame;
  if (encoding == Encoding::binary) {
    if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return Refusal(errc::bad_frame, "The frame is not a protobuf ClientFrame.");
  } else {
    pb::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    const auto status =
        pb::util::JsonStringToMessage(pb::StringPiece(bytes.data(), bytes.size()), &frame, options);
    if (!status.ok())
      return Refusal(errc::bad_frame, "The frame is not a ClientFrame in protobuf's JSON mapping.");
  }
  if (frame.frame_case() == v1::ClientFrame::FRAME_NOT_SET)
    return Refusal(errc::bad_frame, "The frame's type is not known here.");
  return frame;
}

SharedFrame in_json(const OutgoingFrame& server_frame) {
  const auto payload = server_frame.payload();
  v1::ServerFrame frame;
  std::string json;
  if (frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    const auto status = pb::util::MessageToJsonString(frame, &json);
    if (!status.ok()) json.clear();
  }
  return std::make_shared<const OutgoingFrame>(ws::Op::text, json);
}

result<ClientId> read_client_id(std::string_view bytes) {
  ClientId id;
  if (bytes.size() != id.bytes.size()) return errc::bad_client_id;
  std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

std::string encode_message(const Message& message) {
  v1::Message out;
  out.set_room(message.room.value);
  out.set_seq(message.seq.value);
  out.set_author(message.author);
  out.set_sent_at_ms(message.sent_at.time_since_epoch().count());
  out.set_caption(message.caption);
  out.set_remix_of(message.remix_of.value);
  out.set_client_id(bytes_of(message.client_id));
  out.set_remix_author(message.remix_author);
  std::string bytes;
  bytes.reserve(out.ByteSizeLong() + message.drawing.size() + 10);
  out.AppendToString(&bytes);
  append_field(bytes, v1::Message::kDrawingFieldNumber, message.drawing);
  return bytes;
}

SharedFrame message_frame(std::string_view encoded_message) {
  return wrap(v1::ServerFrame::kMessageFieldNumber, encoded_message);
}

SharedFrame joined_frame(const JoinedFrame& joined) {
  v1::Joined out;
  out.set_room(joined.room.value);
  for (const auto& member : joined.members) out.add_members(member);
  out.set_more(joined.more);
  out.set_reset(joined.reset);
  out.set_epoch(joined.epoch.value);
  out.set_occupancy(joined.occupancy);
  out.set_deletion(joined.deletion.value);
  for (const auto seq : joined.deleted) out.add_deleted(seq.value);
  std::string bytes = out.SerializeAsString();
  for (const auto& message : joined.messages)
    append_field(bytes, v1::Joined::kMessagesFieldNumber, message);
  return wrap(v1::ServerFrame::kJoinedFieldNumber, bytes);
}

SharedFrame welcome_frame(const User& user, std::chrono::seconds idle,
                          std::span<const RoomView> rooms) {
  v1::ServerFrame frame;
  auto& welcome = *frame.mutable_welcome();
  welcome.set_user(user.name);
  // 0 would read as "at once"; a fraction of a second is told as one.
  welcome.set_idle_seconds(static_cast<std::uint32_t>(std::max<std::int64_t>(1, idle.count())));
  welcome.set_admin(user.admin);
  for (const auto& room : rooms) fill(*welcome.add_rooms(), room);
  return share(frame);
}

SharedFrame accepted_frame(const ClientId& client_id, const RoomId& room, Seq seq,
                           WallTime sent_at) {
  v1::ServerFrame frame;
  auto& accepted = *frame.mutable_accepted();
  accepted.set_client_id(bytes_of(client_id));
  accepted.set_room(room.value);
  accepted.set_seq(seq.value);
  accepted.set_sent_at_ms(sent_at.time_since_epoch().count());
  return share(frame);
}

SharedFrame rejected_frame(const RejectedOf& of, const Refusal& why) {
  v1::ServerFrame frame;
  auto& rejected = *frame.mutable_rejected();
  rejected.set_client_id(of.client_id);
  rejected.set_code(std::string(code_name(why.code)));
  rejected.set_reason(why.detail);
  rejected.set_retry_after_ms(static_cast<std::uint32_t>(why.retry_after.count()));
  rejected.set_room(of.room);
  rejected.set_frame(static_cast<std::uint32_t>(of.frame));
  return share(frame);
}

SharedFrame page_frame(const RoomId& room, const MessagePage& page) {
  v1::Page out;
  out.set_room(room.value);
  out.set_more(page.more);
  std::string bytes = out.SerializeAsString();
  for (const auto& message : page.messages)
    append_field(bytes, v1::Page::kMessagesFieldNumber, encode_message(message));
  return wrap(v1::ServerFrame::kPageFieldNumber, bytes);
}

SharedFrame presence_frame(const RoomId& room, const std::string& user, v1::Change change,
                           std::uint32_t occupancy) {
  v1::ServerFrame frame;
  auto& presence = *frame.mutable_presence();
  presence.set_room(room.value);
  presence.set_user(user);
  presence.set_change(change);
  presence.set_occupancy(occupancy);
  return share(frame);
}

SharedFrame deleted_frame(const RoomId& room, Seq seq, const std::string& by, DeletionId deletion) {
  v1::ServerFrame frame;
  auto& deleted = *frame.mutable_deleted();
  deleted.set_room(room.value);
  deleted.set_seq(seq.value);
  deleted.set_by(by);
  deleted.set_deletion(deletion.value);
  return share(frame);
}

SharedFrame pen_frame(const RoomId& room, const std::string& user, bool down) {
  v1::ServerFrame frame;
  auto& pen = *frame.mutable_pen();
  pen.set_room(room.value);
  pen.set_user(user);
  pen.set_down(down);
  return share(frame);
}

SharedFrame rooms_frame(std::span<const RoomView> rooms) {
  v1::ServerFrame frame;
  auto& list = *frame.mutable_rooms();
  for (const auto& room : rooms) fill(*list.add_rooms(), room);
  return share(frame);
}

}  // namespace colo
