#include "wire/frames.hpp"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace colo {
namespace {

namespace json = boost::json;

struct Fixture {
  std::string name;
  std::string kind;
  std::string text;  // the frame as JSON
  std::string bytes;
};

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::vector<Fixture> fixtures(std::string_view kind) {
  std::vector<Fixture> found;
  for (const auto& entry : std::filesystem::directory_iterator(COLO_FIXTURES)) {
    if (entry.path().extension() != ".json") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto fixture = json::parse(text.str()).as_object();
    if (fixture.at("kind").as_string() != kind) continue;
    found.push_back({std::string(fixture.at("name").as_string()), std::string(kind),
                     json::serialize(fixture.at("json")),
                     from_hex(std::string_view(fixture.at("hex").as_string()))});
  }
  return found;
}

std::string fixture_bytes(const std::string& name) {
  for (const auto& fixture : fixtures("server"))
    if (fixture.name == name) return fixture.bytes;
  throw std::runtime_error("no fixture " + name);
}

// The fields of a spliced frame are in another order, so compare them in a canonical one.
std::string in_order(const SharedFrame& frame) {
  v1::ServerFrame parsed;
  EXPECT_TRUE(parsed.ParseFromString(std::string(frame->payload())));
  return parsed.SerializeAsString();
}

// The message of the fixtures.
Message golden_message() {
  v1::ServerFrame frame;
  EXPECT_TRUE(frame.ParseFromString(fixture_bytes("server-message")));
  Message message;
  message.room = {"main-chat"};
  message.seq = {7};
  message.author.name = "bruh mobile";
  message.sent_at = WallTime{std::chrono::milliseconds{1790000000123}};
  message.drawing = frame.message().drawing().SerializeAsString();
  message.caption = "a <b>wave</b> 👋";
  message.remix_of = {3};
  message.remix_author.name = "Zoë";
  for (std::size_t i = 0; i < 16; ++i) message.client_id.bytes[i] = static_cast<std::byte>(i);
  return message;
}

RoomView golden_room() {
  RoomView room;
  room.spec = {{"main-chat"}, "Main Chat", "Everybody", true, 64, {}};
  room.occupancy = 3;
  room.last_seq = {7};
  return room;
}

TEST(GoldenFrames, ClientFramesAreTheSameInBothEncodings) {
  const auto all = fixtures("client");
  ASSERT_EQ(all.size(), 9u);
  ClientFrameReader reader;  // one for all: nothing of the previous frame remains
  for (const auto& fixture : all) {
    const auto binary = reader.read(fixture.bytes, Encoding::binary);
    ASSERT_TRUE(binary) << fixture.name;
    EXPECT_EQ((*binary)->SerializeAsString(), fixture.bytes) << fixture.name;
    const auto text = reader.read(fixture.text, Encoding::json);
    ASSERT_TRUE(text) << fixture.name;
    EXPECT_EQ((*text)->SerializeAsString(), fixture.bytes) << fixture.name;
  }
}

TEST(GoldenFrames, ServerFramesHaveTheirJsonForm) {
  const auto all = fixtures("server");
  ASSERT_EQ(all.size(), 11u);
  for (const auto& fixture : all) {
    const auto text = in_json(OutgoingFrame(ws::Op::binary, fixture.bytes));
    ASSERT_TRUE(text) << fixture.name;
    EXPECT_EQ(json::parse((*text)->payload()), json::parse(fixture.text)) << fixture.name;
    EXPECT_EQ((*text)->bytes().front(), '\x81') << "a final text frame";
  }
}

TEST(GoldenFrames, MatchTheServersEncoding) {
  const auto message = golden_message();
  const auto encoded = encode_message(message);
  EXPECT_EQ(in_order(message_frame(message)), fixture_bytes("server-message"));

  JoinedFrame joined;
  joined.room = {"main-chat"};
  joined.members = {"Ana", "bruh mobile"};
  joined.messages = {encoded};
  joined.more = true;
  joined.reset = true;
  joined.epoch = {5};
  joined.occupancy = 2;
  EXPECT_EQ(in_order(joined_frame(joined)), fixture_bytes("server-joined"));

  joined.reset = false;
  joined.messages = {};
  joined.more = false;
  joined.deletion = {300};
  joined.deleted = {{2}, {5}, {299}};
  EXPECT_EQ(in_order(joined_frame(joined)), fixture_bytes("server-joined-again"));

  EXPECT_EQ(in_order(page_frame({"main-chat"}, {{message}, true})), fixture_bytes("server-page"));
  const std::vector rooms{golden_room()};
  EXPECT_EQ(rooms_frame(rooms)->payload(), fixture_bytes("server-rooms"));
  EXPECT_EQ(welcome_frame({{1}, "Ana", true}, std::chrono::seconds{1800}, rooms)->payload(),
            fixture_bytes("server-welcome"));
  EXPECT_EQ(
      accepted_frame(message.client_id, message.room, message.seq, message.sent_at)->payload(),
      fixture_bytes("server-accepted"));
  EXPECT_EQ(presence_frame({"main-chat"}, "Ana", v1::CHANGE_JOINED, 4)->payload(),
            fixture_bytes("server-presence"));
  EXPECT_EQ(deleted_frame({"main-chat"}, {7}, "Ana", {300})->payload(),
            fixture_bytes("server-deleted"));
  EXPECT_EQ(pen_frame({"main-chat"}, "Ana", true)->payload(), fixture_bytes("server-pen"));

  const std::string client_id(reinterpret_cast<const char*>(message.client_id.bytes.data()), 16);
  const Refusal slow(errc::slow_down, std::string(sentence(errc::slow_down)),
                     std::chrono::milliseconds{1500});
  EXPECT_EQ(rejected_frame({4, "main-chat", client_id}, slow)->payload(),
            fixture_bytes("server-rejected"));
}

TEST(Messages, EmptyFieldsAreOmitted) {
  Message message;
  message.client_id.bytes.fill(std::byte{1});
  v1::Message same;
  same.mutable_drawing();
  same.set_client_id(bytes_of(message.client_id));
  EXPECT_EQ(encode_message(message), same.SerializeAsString());

  message.sent_at = WallTime{std::chrono::milliseconds{-1}};  // a clock set to before 1970
  same.set_sent_at_ms(-1);
  EXPECT_EQ(encode_message(message), same.SerializeAsString());
}

TEST(OutgoingFrames, HoldHeaderAndPayload) {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 200'000u}) {
    Message message;
    message.drawing = std::string(size, 'x');
    const auto encoded = encode_message(message);
    const auto frame = message_frame(message);
    EXPECT_EQ(frame->bytes(), ws::make_frame(ws::Op::binary, frame->payload())) << size;
    EXPECT_TRUE(frame->payload().ends_with(encoded));
    EXPECT_EQ(frame->field(), encoded);
  }
}

std::optional<errc> refused(std::string_view bytes, Encoding encoding) {
  ClientFrameReader reader;
  const auto read = reader.read(bytes, encoding);
  if (read) return std::nullopt;
  return read.error().code;
}

TEST(Frames, InvalidBytesAreRefused) {
  EXPECT_EQ(refused("\xFF\xFF\xFF", Encoding::binary), errc::bad_frame);
  EXPECT_EQ(refused("{", Encoding::json), errc::bad_frame);
  EXPECT_EQ(refused("", Encoding::binary), errc::bad_frame);
}

TEST(Frames, AFrameOfAnUnknownTypeIsRefused) {
  const std::string type_99("\x9a\x06\x00", 3);
  EXPECT_EQ(refused(type_99, Encoding::binary), errc::bad_frame);
  EXPECT_EQ(refused(R"({"dance":{}})", Encoding::json), errc::bad_frame);
}

TEST(Frames, TextThatIsNotUtf8IsRefused) {
  // Join { room: "\xff" }
  EXPECT_EQ(refused(std::string("\x12\x03\x0a\x01\xff", 5), Encoding::binary), errc::bad_frame);
}

TEST(Frames, AClientIdHasSixteenBytes) {
  EXPECT_TRUE(read_client_id("0123456789abcdef"));
  EXPECT_EQ(read_client_id("0123456789abcde").error().code, errc::bad_client_id);
  EXPECT_EQ(read_client_id("").error().code, errc::bad_client_id);
}

v1::ClientFrame large_send() {
  v1::ClientFrame frame;
  auto& send = *frame.mutable_send();
  send.set_room("main-chat");
  send.set_client_id("0123456789abcdef");
  send.set_caption(std::string(100'000, 'x'));
  for (int i = 0; i < 1000; ++i) send.mutable_drawing()->add_strokes()->add_points(i);
  return frame;
}

std::string json_of(const v1::ClientFrame& frame) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(frame, &text).ok());
  return text;
}

TEST(Outlines, HoldRoomAndClientIdOfALargeSendInBothEncodings) {
  const auto large = large_send();
  v1::ClientFrame wanted;
  wanted.mutable_send()->set_room("main-chat");
  wanted.mutable_send()->set_client_id("0123456789abcdef");
  ClientFrameReader reader;
  const auto binary = reader.read_outline(large.SerializeAsString(), Encoding::binary);
  ASSERT_TRUE(binary);
  EXPECT_EQ((*binary)->SerializeAsString(), wanted.SerializeAsString());
  const auto text = reader.read_outline(json_of(large), Encoding::json);
  ASSERT_TRUE(text);
  EXPECT_EQ((*text)->SerializeAsString(), wanted.SerializeAsString());
}

std::optional<errc> outline_refused(std::string_view bytes, Encoding encoding) {
  ClientFrameReader reader;
  const auto read = reader.read_outline(bytes, encoding);
  if (read) return std::nullopt;
  return read.error().code;
}

TEST(Outlines, AreRefusedForOtherFrames) {
  v1::ClientFrame join;
  join.mutable_join()->set_room(std::string(100'000, 'x'));
  EXPECT_EQ(outline_refused(join.SerializeAsString(), Encoding::binary), errc::bad_frame);
  EXPECT_EQ(outline_refused(json_of(join), Encoding::json), errc::bad_frame);
  const auto send = large_send().SerializeAsString();
  EXPECT_EQ(outline_refused(send.substr(0, send.size() - 1), Encoding::binary), errc::bad_frame);
  EXPECT_EQ(outline_refused(send + std::string("\x42\x00", 2), Encoding::binary), errc::bad_frame);
  EXPECT_EQ(outline_refused(std::string(100'000, '['), Encoding::json), errc::bad_frame);
  EXPECT_EQ(outline_refused(std::string(100'000, '\xFF'), Encoding::binary), errc::bad_frame);
  EXPECT_EQ(outline_refused("{\"send\":[]}", Encoding::json), errc::bad_frame);
}

TEST(Outlines, OmitInvalidRoomsAndClientIds) {
  auto large = large_send();
  large.mutable_send()->set_room(std::string(50'000, 'r'));
  ClientFrameReader reader;
  const auto binary = reader.read_outline(large.SerializeAsString(), Encoding::binary);
  ASSERT_TRUE(binary);
  EXPECT_EQ((*binary)->send().room(), "");
  EXPECT_EQ((*binary)->send().client_id(), "0123456789abcdef");
  const auto text = reader.read_outline(json_of(large), Encoding::json);
  ASSERT_TRUE(text);
  EXPECT_EQ((*text)->send().room(), "");
}

TEST(Frames, AFrameWithoutAJsonFormIsAnErrorInsteadOfAnEmptyMessage) {
  MessagePage page;
  page.messages.emplace_back();
  page.messages.back().seq = {1};
  page.messages.back().drawing = std::string("\xFF\xFF");  // as after damage to a disk
  const auto text = in_json(*page_frame({"den"}, page));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, errc::internal);

  v1::ServerFrame instead;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  std::string(json_error_frame()->payload()), &instead)
                  .ok());
  EXPECT_EQ(instead.rejected().code(), "internal");
  EXPECT_FALSE(instead.rejected().reason().empty());
}

}  // namespace
}  // namespace colo
