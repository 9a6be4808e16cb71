#include "wire/frames.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstring>
#include <optional>

namespace colo {
namespace {

namespace pb = google::protobuf;
using WireFormat = pb::internal::WireFormatLite;

// A drawing of 4 kB takes some 30 kB as a message.
constexpr std::size_t read_memory_bytes = 64 * 1024;
constexpr std::size_t small_fields_bytes = 256;  // for names and numbers; usually enough

// The tag and length of a length-delimited field of `size` bytes.
void append_field_head(std::string& out, int number, std::size_t size) {
  std::array<std::uint8_t, 10> head;
  const auto tag = WireFormat::MakeTag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
  auto* end = pb::io::CodedOutputStream::WriteTagToArray(tag, head.data());
  end = pb::io::CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), end);
  out.append(head.data(), end);
}

// Puts an encoded message into another one without decoding it.
void append_field(std::string& out, int number, std::string_view bytes) {
  append_field_head(out, number, bytes.size());
  out.append(bytes);
}

// As protobuf does, these leave out a field with its default value.
void append_text(std::string& out, int number, std::string_view text) {
  if (!text.empty()) append_field(out, number, text);
}

void append_number(std::string& out, int number, std::uint64_t value) {
  if (value == 0) return;
  std::array<std::uint8_t, 20> bytes;
  out.append(bytes.data(), WireFormat::WriteUInt64ToArray(number, value, bytes.data()));
}

void append_time(std::string& out, int number, WallTime time) {
  append_number(out, number, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

std::string_view view_of(const ClientId& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

// Longer than any room id or client_id in either encoding.
constexpr std::size_t outlined_text_max = 64;

// Of repeated occurrences the last counts, as in protobuf. Nothing when the bytes are invalid.
std::optional<std::string> outlined_fields(std::string_view bytes, int first, int second) {
  pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  std::array<std::string, 2> found;
  while (const auto tag = in.ReadTag()) {
    const int number = WireFormat::GetTagFieldNumber(tag);
    if (WireFormat::GetTagWireType(tag) != WireFormat::WIRETYPE_LENGTH_DELIMITED ||
        (number != first && number != second)) {
      if (!WireFormat::SkipField(&in, tag)) return std::nullopt;
      continue;
    }
    std::uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return std::nullopt;
    auto& text = found[number == first ? 0 : 1];
    text.clear();
    const bool wanted = size <= outlined_text_max;
    if (!(wanted ? in.ReadString(&text, static_cast<int>(size)) : in.Skip(static_cast<int>(size))))
      return std::nullopt;
  }
  if (!in.ConsumedEntireMessage()) return std::nullopt;
  std::string out;
  append_text(out, first, found[0]);
  append_text(out, second, found[1]);
  return out;
}

// The Send of a ClientFrame that holds nothing else.
std::optional<std::string_view> send_in(std::string_view bytes) {
  pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  constexpr auto send_tag =
      WireFormat::MakeTag(v1::ClientFrame::kSendFieldNumber, WireFormat::WIRETYPE_LENGTH_DELIMITED);
  std::uint32_t size = 0;
  if (in.ReadTag() != send_tag || !in.ReadVarint32(&size)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(in.CurrentPosition());
  if (size != bytes.size() - begin) return std::nullopt;
  return bytes.substr(begin);
}

std::optional<std::string> outline_of_binary(std::string_view bytes) {
  const auto send = send_in(bytes);
  if (!send) return std::nullopt;
  const auto fields =
      outlined_fields(*send, v1::Send::kRoomFieldNumber, v1::Send::kClientIdFieldNumber);
  if (!fields) return std::nullopt;
  std::string frame;
  append_field(frame, v1::ClientFrame::kSendFieldNumber, *fields);
  return frame;
}

std::optional<std::string> outline_of_json(std::string_view text) {
  namespace json = boost::json;
  json::monotonic_resource memory;
  json::error_code error;
  const auto frame = json::parse(json::string_view(text.data(), text.size()), error, &memory);
  const auto* fields =
      error || !frame.is_object() ? nullptr : frame.as_object().if_contains("send");
  if (!fields || !fields->is_object()) return std::nullopt;
  json::object kept;
  for (const auto* name : {"room", "clientId", "client_id"}) {
    const auto* value = fields->as_object().if_contains(name);
    if (value && value->is_string() && value->as_string().size() <= outlined_text_max)
      kept[name] = value->as_string();
  }
  return json::serialize(json::object{{"send", std::move(kept)}});
}

// An encoded Message without the drawing's bytes: the parts before and after them.
struct AroundDrawing {
  std::string before;
  std::string after;
};

AroundDrawing around_drawing(const Message& message) {
  using Field = v1::Message;
  AroundDrawing around;
  auto& before = around.before;
  before.reserve(small_fields_bytes);
  append_text(before, Field::kRoomFieldNumber, message.room.value);
  append_number(before, Field::kSeqFieldNumber, message.seq.value);
  append_text(before, Field::kAuthorFieldNumber, message.author.name);
  append_time(before, Field::kSentAtMsFieldNumber, message.sent_at);
  append_field_head(before, Field::kDrawingFieldNumber, message.drawing.size());
  auto& after = around.after;
  after.reserve(message.caption.size() + small_fields_bytes);
  append_text(after, Field::kCaptionFieldNumber, message.caption);
  append_number(after, Field::kRemixOfFieldNumber, message.remix_of.value);
  append_field(after, Field::kClientIdFieldNumber, view_of(message.client_id));
  append_text(after, Field::kRemixAuthorFieldNumber, message.remix_author.name);
  return around;
}

SharedFrame wrap(int field_number, std::string_view encoded) {
  return std::make_shared<const OutgoingFrame>(field_number,
                                               std::initializer_list<std::string_view>{encoded});
}

SharedFrame share(const v1::ServerFrame& frame) {
  return std::make_shared<const OutgoingFrame>(frame);
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

OutgoingFrame::OutgoingFrame(int field_number,
                             std::initializer_list<std::string_view> field_parts) {
  for (const auto part : field_parts) field_bytes_ += part.size();
  const auto size = static_cast<std::uint32_t>(field_bytes_);
  const auto payload_bytes = WireFormat::TagSize(field_number, WireFormat::TYPE_BYTES) +
                             pb::io::CodedOutputStream::VarintSize32(size) + field_bytes_;
  bytes_.reserve(payload_bytes + ws::header_bytes_max);
  ws::append_header(bytes_, ws::Op::binary, payload_bytes);
  header_bytes_ = bytes_.size();
  append_field_head(bytes_, field_number, field_bytes_);
  for (const auto part : field_parts) bytes_.append(part);
}

OutgoingFrame OutgoingFrame::closing(std::uint16_t code, std::string_view reason) {
  OutgoingFrame frame;
  frame.bytes_ = ws::make_close(code, reason);
  frame.header_bytes_ = 2;
  return frame;
}

ClientFrameReader::ClientFrameReader()
    : memory_(read_memory_bytes), arena_(memory_.data(), memory_.size()) {}

result<v1::ClientFrame*> ClientFrameReader::read(std::string_view bytes, Encoding encoding) {
  arena_.Reset();
  auto& frame = *pb::Arena::CreateMessage<v1::ClientFrame>(&arena_);
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
    return Refusal(errc::bad_frame, "This server does not know that type of frame.");
  return &frame;
}

result<v1::ClientFrame*> ClientFrameReader::read_outline(std::string_view bytes,
                                                         Encoding encoding) {
  const auto small =
      encoding == Encoding::binary ? outline_of_binary(bytes) : outline_of_json(bytes);
  if (!small) return Refusal(errc::bad_frame, "The frame is too big.");
  return read(*small, encoding);
}

result<SharedFrame> in_json(const OutgoingFrame& server_frame) {
  const auto payload = server_frame.payload();
  v1::ServerFrame frame;
  std::string json;
  if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return Refusal(errc::internal, "it is not a ServerFrame");
  const auto status = pb::util::MessageToJsonString(frame, &json);
  if (!status.ok()) return Refusal(errc::internal, status.ToString());
  return std::make_shared<const OutgoingFrame>(ws::Op::text, json);
}

SharedFrame json_error_frame() {
  return std::make_shared<const OutgoingFrame>(
      ws::Op::text, boost::json::serialize(boost::json::object{
                        {"rejected", boost::json::object{{"code", code_name(errc::internal)},
                                                         {"reason", sentence(errc::internal)}}}}));
}

result<ClientId> read_client_id(std::string_view bytes) {
  ClientId id;
  if (bytes.size() != id.bytes.size()) return errc::bad_client_id;
  std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

std::string bytes_of(const ClientId& id) {
  return std::string(view_of(id));
}

std::string encode_message(const Message& message) {
  const auto [before, after] = around_drawing(message);
  std::string bytes;
  bytes.reserve(before.size() + message.drawing.size() + after.size());
  return bytes.append(before).append(message.drawing.view()).append(after);
}

SharedFrame message_frame(const Message& message) {
  const auto [before, after] = around_drawing(message);
  return std::make_shared<const OutgoingFrame>(
      v1::ServerFrame::kMessageFieldNumber,
      std::initializer_list<std::string_view>{before, message.drawing.view(), after});
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
  // At least one second: 0 would mean "at once".
  welcome.set_idle_seconds(static_cast<std::uint32_t>(std::max<std::int64_t>(1, idle.count())));
  welcome.set_admin(user.admin);
  for (const auto& room : rooms) fill(*welcome.add_rooms(), room);
  return share(frame);
}

SharedFrame accepted_frame(const ClientId& client_id, const RoomId& room, Seq seq,
                           WallTime sent_at) {
  using Field = v1::Accepted;
  std::string bytes;
  bytes.reserve(small_fields_bytes);
  append_field(bytes, Field::kClientIdFieldNumber, view_of(client_id));
  append_text(bytes, Field::kRoomFieldNumber, room.value);
  append_number(bytes, Field::kSeqFieldNumber, seq.value);
  append_time(bytes, Field::kSentAtMsFieldNumber, sent_at);
  return wrap(v1::ServerFrame::kAcceptedFieldNumber, bytes);
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
