#include "wire/websocket.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace colo::ws {

using Kind = Event::Kind;

// An event with a copy of its payload, which outlives the next read().
struct Seen {
  Kind kind = Kind::violation;
  bool binary = false;
  std::string payload;
  std::uint16_t code = 0;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << "{kind " << static_cast<int>(seen.kind) << ", binary " << seen.binary << ", code "
             << seen.code << ", " << seen.payload.size() << " bytes: " << seen.payload.substr(0, 64)
             << "}";
}

namespace {

constexpr std::size_t message_bytes_max = 100'000;
constexpr std::uint8_t fin = 0x80;

Seen text(std::string payload) {
  return {Kind::message, false, std::move(payload), 0};
}
Seen binary(std::string payload) {
  return {Kind::message, true, std::move(payload), 0};
}
Seen ping(std::string payload) {
  return {Kind::ping, false, std::move(payload), 0};
}
Seen pong(std::string payload) {
  return {Kind::pong, false, std::move(payload), 0};
}
Seen closed(std::uint16_t code, std::string reason = {}) {
  return {Kind::close, false, std::move(reason), code};
}
Seen violation(std::uint16_t code) {
  return {Kind::violation, false, {}, code};
}

// The first byte, then a length in `extended` bytes, and whether there is a mask.
std::string header(std::uint8_t first, std::uint64_t length, int extended, bool masked = true) {
  std::string bytes(1, static_cast<char>(first));
  const auto short_length = extended == 0 ? length : extended == 2 ? 126 : 127;
  bytes.push_back(static_cast<char>(short_length | (masked ? 0x80 : 0)));
  for (int shift = 8 * (extended - 1); shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(length >> shift));
  return bytes;
}

std::string masked(std::string payload, std::string_view mask = "\x37\xfa\x21\x3d") {
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return std::string(mask) + payload;
}

std::string client_frame(std::uint8_t first, const std::string& payload) {
  const auto size = payload.size();
  return header(first, size, size < 126 ? 0 : size < 65536 ? 2 : 8) + masked(payload);
}

std::string client_frame(Op op, const std::string& payload, bool final = true) {
  return client_frame(static_cast<std::uint8_t>(static_cast<int>(op) | (final ? fin : 0)), payload);
}

std::string code_bytes(int code) {
  return {static_cast<char>(code >> 8), static_cast<char>(code)};
}

void read_into(std::vector<Seen>& seen, FrameReader& reader, std::string bytes) {
  std::span<char> left(bytes);
  while (const auto event = reader.read(left))
    seen.push_back({event->kind, event->binary, std::string(event->payload), event->code});
  EXPECT_TRUE(left.empty());
}

// The events of a new reader.
std::vector<Seen> read(const std::string& bytes) {
  FrameReader reader(message_bytes_max);
  std::vector<Seen> seen;
  read_into(seen, reader, bytes);
  return seen;
}

using Events = std::vector<Seen>;

TEST(FrameReader, ReadsTheMaskedHelloOfTheRfc) {
  EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Events{text("Hello")});
}

TEST(FrameReader, ReadsEveryFormOfTheLength) {
  for (const std::size_t size : {0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 100'000}) {
    const std::string bytes(size, 'x');
    EXPECT_EQ(read(client_frame(Op::binary, bytes)), Events{binary(bytes)}) << size;
    EXPECT_EQ(read(client_frame(Op::text, bytes)), Events{text(bytes)}) << size;
  }
}

TEST(FrameReader, AssemblesFragmentsAndReturnsControlFramesBetweenThem) {
  const auto bytes = client_frame(Op::text, "dra", false) + client_frame(Op::ping, "still there?") +
                     client_frame(Op::continuation, "", false) + client_frame(Op::pong, "") +
                     client_frame(Op::continuation, "wing") + client_frame(Op::binary, "next");
  EXPECT_EQ(read(bytes), (Events{ping("still there?"), pong(""), text("drawing"), binary("next")}));
}

TEST(FrameReader, GivesTheSameEventsWhereverTheBytesAreSplit) {
  const auto bytes = client_frame(Op::text, "gr\xc3\xbc\xc3", false) +
                     client_frame(Op::ping, std::string(125, 'p')) +
                     client_frame(Op::continuation,
                                  "\x9f"
                                  "e") +
                     client_frame(Op::binary, std::string(130, 'b')) + client_frame(Op::text, "") +
                     client_frame(Op::pong, "q") +
                     client_frame(Op::close, code_bytes(1001) + "off");
  const Events wanted{ping(std::string(125, 'p')),
                      text("gr\xc3\xbc\xc3\x9f"
                           "e"),
                      binary(std::string(130, 'b')),
                      text(""),
                      pong("q"),
                      closed(1001, "off")};
  ASSERT_EQ(read(bytes), wanted);
  for (std::size_t first = 0; first <= bytes.size(); ++first)
    for (std::size_t second = first; second <= bytes.size(); second += 7) {
      FrameReader reader(message_bytes_max);
      Events seen;
      read_into(seen, reader, bytes.substr(0, first));
      read_into(seen, reader, bytes.substr(first, second - first));
      read_into(seen, reader, bytes.substr(second));
      ASSERT_EQ(seen, wanted) << "cut at " << first << " and " << second;
    }
  FrameReader reader(message_bytes_max);
  Events seen;
  for (const char byte : bytes) read_into(seen, reader, std::string(1, byte));
  EXPECT_EQ(seen, wanted);
}

TEST(FrameReader, RefusesUnmaskedFrames) {
  EXPECT_EQ(read(header(fin | 1, 5, 0, false) + "Hello"), Events{violation(1002)});
  EXPECT_EQ(read(header(fin | 9, 0, 0, false)), Events{violation(1002)});
}

TEST(FrameReader, RefusesReservedBits) {
  for (const int bit : {0x40, 0x20, 0x10})
    for (const int op : {1, 2, 8, 9, 10})
      EXPECT_EQ(read(client_frame(static_cast<std::uint8_t>(fin | bit | op), "")),
                Events{violation(1002)});
}

TEST(FrameReader, RefusesReservedOpcodes) {
  for (const int op : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    EXPECT_EQ(read(client_frame(static_cast<std::uint8_t>(fin | op), "")), Events{violation(1002)})
        << op;
}

TEST(FrameReader, RefusesControlFramesThatAreFragmentedOrLong) {
  for (const auto op : {Op::close, Op::ping, Op::pong}) {
    EXPECT_EQ(read(client_frame(op, "", false)), Events{violation(1002)});
    EXPECT_EQ(read(client_frame(op, std::string(126, 'x'))), Events{violation(1002)});
  }
}

TEST(FrameReader, RefusesAContinuationWithoutAMessage) {
  EXPECT_EQ(read(client_frame(Op::continuation, "x")), Events{violation(1002)});
  EXPECT_EQ(read(client_frame(Op::text, "whole") + client_frame(Op::continuation, "x")),
            (Events{text("whole"), violation(1002)}));
}

TEST(FrameReader, RefusesAMessageInsideAMessage) {
  EXPECT_EQ(read(client_frame(Op::text, "a", false) + client_frame(Op::text, "b")),
            Events{violation(1002)});
}

TEST(FrameReader, RefusesLengthsInALongerFormThanNeeded) {
  for (const int first : {fin | 2, fin | 9}) {
    const auto byte = static_cast<std::uint8_t>(first);
    EXPECT_EQ(read(header(byte, 125, 2) + masked(std::string(125, 'x'))), Events{violation(1002)});
    EXPECT_EQ(read(header(byte, 5, 8) + masked("12345")), Events{violation(1002)});
    EXPECT_EQ(read(header(byte, 65535, 8) + masked("")), Events{violation(1002)});
  }
}

TEST(FrameReader, RefusesALengthOf64Bits) {
  EXPECT_EQ(read(header(fin | 2, std::uint64_t{1} << 63, 8) + masked("")), Events{violation(1002)});
  EXPECT_EQ(read(header(fin | 2, (std::uint64_t{1} << 63) - 1, 8) + masked("")),
            Events{violation(1009)});
}

TEST(FrameReader, RefusesAMessageThatIsTooLongByItsHeaders) {
  EXPECT_EQ(read(header(fin | 2, message_bytes_max + 1, 8) + masked("")), Events{violation(1009)});
  const std::string half(message_bytes_max / 2, 'x');
  const auto begun = client_frame(Op::binary, half, false);
  EXPECT_EQ(read(begun + client_frame(Op::continuation, half)), Events{binary(half + half)});
  EXPECT_EQ(read(begun + header(fin, half.size() + 1, 2) + masked("")), Events{violation(1009)});
}

TEST(FrameReader, RefusesTextThatIsNotUtf8) {
  for (const auto* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "ab\xc3", "\x80"})
    EXPECT_EQ(read(client_frame(Op::text, bad)), Events{violation(1007)});
  EXPECT_EQ(read(client_frame(Op::binary, "\xff")), Events{binary("\xff")});
}

TEST(FrameReader, AcceptsACharacterSplitByFragments) {
  const auto begun = client_frame(Op::text, "\xf0\x9f", false);
  EXPECT_EQ(read(begun + client_frame(Op::continuation, "\x91\x8b")), Events{text("👋")});
  EXPECT_EQ(read(begun + client_frame(Op::continuation, "x")), Events{violation(1007)});
  EXPECT_EQ(read(begun + client_frame(Op::continuation, "")), Events{violation(1007)});
}

TEST(FrameReader, ChecksEveryTextFromItsBeginning) {
  const auto good = client_frame(Op::text, "good", false) + client_frame(Op::continuation, " text");
  EXPECT_EQ(read(good + good), (Events{text("good text"), text("good text")}));
  EXPECT_EQ(read(good + client_frame(Op::text, "\xff then")),
            (Events{text("good text"), violation(1007)}));
}

TEST(FrameReader, RefusesInvalidTextBeforeTheRestArrives) {
  EXPECT_EQ(read(header(fin | 1, 1000, 2) + masked("so far \xed\xa0")), Events{violation(1007)});
}

TEST(FrameReader, ReturnsTheCloseCodeAndReason) {
  for (const int code : {1000, 1001, 1003, 1007, 1013, 3000, 4508, 4999})
    EXPECT_EQ(read(client_frame(Op::close, code_bytes(code) + "tschüs")),
              Events{closed(static_cast<std::uint16_t>(code), "tschüs")});
  EXPECT_EQ(read(client_frame(Op::close, code_bytes(1000))), Events{closed(1000)});
  EXPECT_EQ(read(client_frame(Op::close, "")), Events{closed(no_code)});
}

// RFC 6455 §7.4 and IANA's registry: 1004 to 1006 and 1015 are never sent, 1016 to 2999 are not
// assigned yet, and 5000 and above are undefined.
TEST(FrameReader, AcceptsOnlyCloseCodesThatMayBeSent) {
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    const bool of_the_protocol = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    const bool of_applications = code >= 3000 && code <= 4999;
    const auto expected = of_the_protocol || of_applications
                              ? closed(static_cast<std::uint16_t>(code))
                              : violation(1002);
    ASSERT_EQ(read(client_frame(Op::close, code_bytes(static_cast<int>(code)))), Events{expected})
        << code;
  }
}

TEST(FrameReader, RefusesAnInvalidClosePayload) {
  EXPECT_EQ(read(client_frame(Op::close, "\x03")), Events{violation(1002)});
  EXPECT_EQ(read(client_frame(Op::close, code_bytes(1000) + "\xff")), Events{violation(1007)});
}

TEST(FrameReader, DiscardsEverythingAfterACloseOrAViolation) {
  FrameReader closing(message_bytes_max);
  Events seen;
  read_into(seen, closing, client_frame(Op::close, "") + client_frame(Op::ping, "a"));
  read_into(seen, closing, client_frame(Op::text, "b"));
  EXPECT_EQ(seen, Events{closed(no_code)});

  EXPECT_EQ(read(client_frame(Op::text, "\xff") + client_frame(Op::text, "b")),
            Events{violation(1007)});
}

TEST(FrameReader, ReturnsACompleteFrameWithoutCopying) {
  FrameReader reader(message_bytes_max);
  auto bytes = client_frame(Op::binary, "first") + client_frame(Op::ping, "second");
  std::span<char> left(bytes);
  const auto first = reader.read(left);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->payload.data(), bytes.data() + 6);
  const auto second = reader.read(left);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->payload.data(), bytes.data() + 6 + 5 + 6);
  EXPECT_EQ(reader.holds(), 0u);
}

TEST(FrameReader, HoldsNothingBetweenMessages) {
  FrameReader reader(message_bytes_max);
  Events seen;
  const auto drawing = client_frame(Op::binary, std::string(5000, 'd'));
  read_into(seen, reader, drawing.substr(0, 3000));
  EXPECT_GE(reader.holds(), 2900u);
  read_into(seen, reader, drawing.substr(3000));
  EXPECT_EQ(reader.holds(), 0u);
  const auto beat = client_frame(Op::ping, "cut");
  read_into(seen, reader, beat.substr(0, 8));
  EXPECT_GT(reader.holds(), 0u);
  read_into(seen, reader, beat.substr(8));
  EXPECT_EQ(reader.holds(), 0u);
  EXPECT_EQ(seen, (Events{binary(std::string(5000, 'd')), ping("cut")}));

  read_into(seen, reader, client_frame(Op::binary, "begun", false));
  EXPECT_GT(reader.holds(), 0u);
  read_into(seen, reader, client_frame(Op::text, "wrong"));
  EXPECT_EQ(reader.holds(), 0u);
}

TEST(FrameReader, AllocatesNothingForADeclaredLength) {
  FrameReader reader(message_bytes_max);
  Events seen;
  read_into(seen, reader, header(fin | 2, message_bytes_max, 8) + masked("few"));
  EXPECT_LE(reader.holds(), 64u);
}

TEST(WebSocketFrame, HasTheShortestHeaderForItsLength) {
  EXPECT_EQ(make_frame(Op::text, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(make_frame(Op::ping, ""), std::string("\x89\0", 2));
  EXPECT_EQ(make_frame(Op::binary, std::string(125, 'x')).substr(0, 3), "\x82\x7dx");
  EXPECT_EQ(make_frame(Op::binary, std::string(126, 'x')).substr(0, 5),
            std::string("\x82\x7e\0\x7ex", 5));
  EXPECT_EQ(make_frame(Op::binary, std::string(65535, 'x')).substr(0, 5), "\x82\x7e\xff\xffx");
  EXPECT_EQ(make_frame(Op::binary, std::string(65536, 'x')).substr(0, 11),
            std::string("\x82\x7f\0\0\0\0\0\x01\0\0x", 11));
}

TEST(WebSocketFrame, TruncatesTheReasonOfAClose) {
  EXPECT_EQ(make_close(1000, ""), std::string("\x88\x02\x03\xe8", 4));
  EXPECT_EQ(make_close(4508, "too slow"), "\x88\x0a\x11\x9ctoo slow");
  const std::string a122(122, 'a');
  EXPECT_EQ(make_close(1000, a122 + "bc"), "\x88\x7d\x03\xe8" + a122 + "b");
  EXPECT_EQ(make_close(1000, a122 + "ü"), "\x88\x7c\x03\xe8" + a122);
}

TEST(WebSocketKey, IsAnsweredAsInTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketKey, OfAnotherLengthOrAlphabetIsRefused) {
  for (const auto* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQA=", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25-ZQ==", " GhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==dGhl"})
    EXPECT_FALSE(accept_key(key)) << key;
}

TEST(FrameReader, ALargerBoundAppliesToTheNextMessages) {
  FrameReader reader(100);
  std::vector<Seen> seen;
  read_into(seen, reader, client_frame(Op::binary, std::string(100, 'x')));
  reader.set_message_bytes_max(200);
  read_into(seen, reader, client_frame(Op::binary, std::string(200, 'y')));
  EXPECT_EQ(seen, (std::vector{binary(std::string(100, 'x')), binary(std::string(200, 'y'))}));
  read_into(seen, reader, header(fin | 2, 201, 2) + "mask");
  EXPECT_EQ(seen.back(), violation(too_big));
}

TEST(FrameReader, AMessageThatIsTooBigIsRefusedByItsHeaderAndNotStored) {
  FrameReader reader(2048);
  std::vector<Seen> seen;
  read_into(seen, reader, header(fin | 1, 2049, 2) + "mask");
  EXPECT_EQ(seen, std::vector{violation(too_big)});
  read_into(seen, reader, std::string(2049, 'x'));
  EXPECT_EQ(reader.holds(), 0u);
  // In fragments: by the header of the fragment that exceeds the bound.
  FrameReader pieces(2048);
  std::vector<Seen> split_events;
  read_into(split_events, pieces, client_frame(Op::text, std::string(2048, 'x'), false));
  EXPECT_TRUE(split_events.empty());
  read_into(split_events, pieces, header(fin, 1, 0) + "mask");
  EXPECT_EQ(split_events, std::vector{violation(too_big)});
  EXPECT_EQ(pieces.holds(), 0u);
}

TEST(FrameReader, CountsFramesWithoutAnEvent) {
  FrameReader reader(message_bytes_max);
  std::vector<Seen> seen;
  std::string bytes = client_frame(Op::binary, "", false);
  for (int i = 0; i < 100; ++i) bytes += client_frame(Op::continuation, "", false);
  read_into(seen, reader, bytes);
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(reader.take_frames(), 101u);
  EXPECT_EQ(reader.take_frames(), 0u);
  read_into(seen, reader, client_frame(Op::ping, "") + client_frame(Op::continuation, "x"));
  EXPECT_EQ(reader.take_frames(), 2u);
}

}  // namespace
}  // namespace colo::ws
