// Compares the frame reader with Boost.Beast's: for random streams of valid and invalid client
// frames, split anywhere, both must give the same events and close codes. expected_of_beast()
// holds all intended differences.
//
// COLO_FUZZ_SEED and COLO_FUZZ_ROUNDS select other streams, or more of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include "domain/utf8.hpp"
#include "wire/websocket.hpp"

namespace colo::ws {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using Kind = Event::Kind;

constexpr std::size_t message_bytes_max = 70'000;  // more than 16 bits of length

struct Observed {
  Kind kind = Kind::violation;
  bool binary = false;
  std::string payload;
  std::uint16_t code = 0;  // close: as received; violation: as answered
  bool operator==(const Observed&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Observed& observed) {
  static const char* const names[] = {"message", "ping", "pong", "close", "violation"};
  out << names[static_cast<int>(observed.kind)] << (observed.binary ? " (binary) " : " ")
      << observed.code << ", " << observed.payload.size() << " bytes:";
  out << std::hex << std::setfill('0');
  for (const unsigned char byte : observed.payload.substr(0, 40))
    out << ' ' << std::setw(2) << +byte;
  return out << std::dec;
}

// A stream of frames of one client, some of them invalid.
class ClientStream {
 public:
  explicit ClientStream(std::mt19937_64& random) : random_(random), faulty_(!one_in(3)) {}

  std::string talk() {
    for (auto left = below(12) + 1; left > 0; --left) {
      if (one_in(4)) control();
      message();
      if (fault(8)) mistake();
    }
    if (one_in(3)) close();
    if (one_in(8)) control();
    if (fault(4)) flip_a_bit();
    if (one_in(4)) out_.resize(below(out_.size() + 1));
    return std::move(out_);
  }

  std::size_t below(std::size_t end) { return random_() % end; }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  struct Header {
    int op = 1;
    bool final = true;
    int reserved = 0;
    bool masked = true;
    std::optional<int> length_bytes = {};       // 0, 2 or 8; the shortest that fits
    std::optional<std::uint64_t> claimed = {};  // instead of the payload's length
  };

  void frame(const Header& header, std::string_view payload) {
    const auto length = header.claimed.value_or(payload.size());
    const auto extended = header.length_bytes.value_or(length < 126 ? 0 : length < 65536 ? 2 : 8);
    out_.push_back(static_cast<char>((header.final ? 0x80 : 0) | header.reserved | header.op));
    const auto first = extended == 0 ? length & 0x7F : extended == 2 ? 126u : 127u;
    out_.push_back(static_cast<char>(first | (header.masked ? 0x80 : 0)));
    for (int shift = 8 * (extended - 1); shift >= 0; shift -= 8)
      out_.push_back(static_cast<char>(length >> shift));
    const auto key = static_cast<std::uint32_t>(one_in(16) ? 0 : random_());
    const char mask[] = {static_cast<char>(key), static_cast<char>(key >> 8),
                         static_cast<char>(key >> 16), static_cast<char>(key >> 24)};
    if (header.masked) out_.append(mask, 4);
    for (std::size_t i = 0; i < payload.size(); ++i)
      out_.push_back(header.masked ? static_cast<char>(payload[i] ^ mask[i % 4]) : payload[i]);
  }

  bool fault(std::size_t one_in_n) { return faulty_ && one_in(one_in_n); }

  std::size_t some_length(std::size_t long_one_in = 80) {
    static constexpr std::size_t edges[] = {0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 128, 1535, 1536};
    static constexpr std::size_t long_edges[] = {65'535, 65'536, message_bytes_max - 1,
                                                 message_bytes_max, message_bytes_max + 1};
    if (one_in(4)) return edges[below(std::size(edges))];
    if (one_in(long_one_in)) return long_edges[below(std::size(long_edges))];
    if (one_in(20)) return below(5000);
    return below(200);
  }

  std::string bytes_of(std::size_t length) {
    std::string bytes(length, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  // `length` bytes of UTF-8, with characters of every width, including the first and last of each.
  std::string text_of(std::size_t length) {
    static constexpr std::string_view wide[] = {
        "\xc2\x80",         "\xc3\xbc",         "\xdf\xbf",        "\xe0\xa0\x80",
        "\xed\x9f\xbf",     "\xee\x80\x80",     "\xef\xbf\xbf",    "\xe2\x82\xac",
        "\xf0\x90\x80\x80", "\xf0\x9f\x91\x8b", "\xf4\x8f\xbf\xbf"};
    std::string text;
    const bool plain = one_in(3);
    while (text.size() < length) {
      const auto& next = wide[below(std::size(wide))];
      if (!plain && one_in(3) && text.size() + next.size() <= length)
        text += next;
      else
        text.push_back(static_cast<char>(below(0x80)));
    }
    return text;
  }

  std::string bad_text() {
    static constexpr std::string_view bad[] = {
        "\x80",         "\xbf",         "\xc0\x80",     "\xc1\xbf", "\xc3",
        "\xe0\x9f\xbf", "\xe2\x82",     "\xed\xa0\x80", "\xed\xbf", "\xf0\x8f\xbf\xbf",
        "\xf0\x9f",     "\xf0\x9f\x91", "\xf4\x90",     "\xf5\x80", "\xf8\x88\x80\x80",
        "\xfe",         "\xff",         "\xe2\x28\xa1"};
    const std::string wrong(bad[below(std::size(bad))]);
    auto text = text_of(below(40)) + wrong;
    return one_in(2) ? text + text_of(below(20)) : text;
  }

  void message() {
    const bool binary = one_in(2);
    const bool bad = fault(10);
    const auto payload = binary ? bytes_of(some_length())
                         : bad  ? bad_text()
                                : text_of(some_length());
    std::string_view left = payload;
    Header header{.op = binary ? 2 : 1};
    while (one_in(3)) {
      header.final = false;
      const auto some = left.substr(0, one_in(4) ? left.size() : below(left.size() + 1));
      left.remove_prefix(some.size());
      frame(header, some);
      header.op = 0;
      if (one_in(3)) control();
      if (fault(30)) mistake();
    }
    header.final = true;
    frame(header, left);
  }

  void control() {
    const auto length = one_in(4) ? 125 : below(126);
    frame({.op = one_in(2) ? 9 : 10}, bytes_of(length));
  }

  void close() {
    static constexpr std::uint16_t codes[] = {
        0,    999,  1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011,
        1012, 1013, 1014, 1015, 1016, 2000, 2999, 3000, 4000, 4508, 4999, 5000, 65535};
    const auto code =
        one_in(8) ? static_cast<std::uint16_t>(random_()) : codes[below(std::size(codes))];
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    if (one_in(5))
      payload.resize(below(2));
    else if (one_in(2))
      payload += one_in(4) ? bad_text() : text_of(below(124));
    frame({.op = 8}, payload);
  }

  // A frame that is invalid by itself or in its position.
  void mistake() {
    const auto op = static_cast<int>(below(3)) + (one_in(2) ? 8 : 0);
    switch (below(7)) {
      case 0:
        return frame({.op = op, .masked = false}, text_of(below(130)));
      case 1:
        return frame({.op = op, .reserved = static_cast<int>(below(8)) << 4}, text_of(below(9)));
      case 2:
        return frame({.op = static_cast<int>(below(16))}, text_of(below(20)));
      case 3:
        return frame({.op = op, .final = one_in(2)}, text_of(one_in(3) ? 126 : some_length()));
      case 4:
        return frame({.op = op, .length_bytes = one_in(2) ? 2 : 8}, text_of(below(300)));
      case 5:
        return frame({.op = op, .claimed = below(140)}, text_of(below(140)));
      default: {
        const auto huge = one_in(3) ? random_() | std::uint64_t{1} << 63 : random_() >> below(64);
        const auto claimed = one_in(4) ? some_length(2) : huge;
        return frame({.op = op, .length_bytes = 8, .claimed = claimed}, text_of(below(20)));
      }
    }
  }

  void flip_a_bit() {
    if (out_.empty()) return;
    auto& byte = out_[below(one_in(2) ? std::min<std::size_t>(out_.size(), 40) : out_.size())];
    byte = static_cast<char>(byte ^ (1 << below(8)));
  }

  std::mt19937_64& random_;
  bool faulty_;
  std::string out_;
};

// What our reader returned, and how many bytes it consumed.
struct OurResult {
  std::vector<Observed> observed;
  std::size_t bytes = 0;
};

OurResult ours(const std::string& stream, ClientStream& cuts) {
  FrameReader reader(message_bytes_max);
  OurResult result;
  const std::size_t piece_max = cuts.one_in(3) ? 8 : cuts.one_in(2) ? 300 : 100'000;
  for (std::size_t at = 0; at < stream.size();) {
    // Each piece in its own allocation, so that AddressSanitizer detects an access outside it.
    auto piece = stream.substr(at, cuts.below(piece_max) + 1);
    piece.shrink_to_fit();
    at += piece.size();
    std::span<char> left(piece);
    while (const auto event = reader.read(left)) {
      result.observed.push_back(
          {event->kind, event->binary, std::string(event->payload), event->code});
      result.bytes = at - left.size();
    }
    EXPECT_TRUE(left.empty());
    EXPECT_LE(reader.holds(), 2 * std::min(at, message_bytes_max + 125));
  }
  return result;
}

constexpr std::string_view request =
    "GET / HTTP/1.1\r\nHost: colo\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// What Beast returned, and whether it stopped at the end of the stream.
struct BeastResult {
  std::vector<Observed> observed;
  beast::error_code why;
};

BeastResult beasts(const std::string& stream, ClientStream& cuts) {
  boost::asio::io_context context;
  beast::test::stream client(context);
  websocket::stream<beast::test::stream, false> socket(context);
  socket.next_layer().connect(client);
  socket.next_layer().append({request.data(), request.size()});
  socket.accept();
  EXPECT_NE(std::string(client.str()).find(*accept_key("dGhlIHNhbXBsZSBub25jZQ==")),
            std::string::npos);
  client.clear();

  BeastResult result;
  auto& observed = result.observed;
  socket.read_message_max(message_bytes_max);
  socket.auto_fragment(false);
  socket.control_callback([&](websocket::frame_type type, beast::string_view payload) {
    if (type == websocket::frame_type::close) return;  // the reading ends with it
    const auto kind = type == websocket::frame_type::ping ? Kind::ping : Kind::pong;
    observed.push_back({kind, false, std::string(payload), 0});
  });
  socket.next_layer().append(stream);
  socket.next_layer().close_remote();
  socket.next_layer().read_size(cuts.one_in(3) ? cuts.below(40) + 1 : 100'000);
  for (;;) {
    beast::flat_buffer buffer;
    socket.read(buffer, result.why);
    if (result.why) break;
    const auto data = buffer.cdata();
    observed.push_back({Kind::message, socket.got_binary(),
                        std::string(static_cast<const char*>(data.data()), data.size()), 0});
  }
  if (result.why == websocket::error::closed) {
    const auto& reason = socket.reason();
    const auto code = reason.code == websocket::close_code::none ? no_code : reason.code;
    observed.push_back(
        {Kind::close, false, std::string(reason.reason.data(), reason.reason.size()), code});
  } else if (result.why != boost::asio::error::eof) {
    // The last four bytes it sent are its Close frame.
    const std::string sent(client.str());
    EXPECT_GE(sent.size(), 4u) << result.why.message();
    if (sent.size() < 4) return result;
    const auto* frame = reinterpret_cast<const unsigned char*>(sent.data() + sent.size() - 4);
    const auto code = static_cast<std::uint16_t>(frame[2] << 8 | frame[3]);
    EXPECT_EQ(sent.substr(sent.size() - 4), make_close(code, "")) << result.why.message();
    observed.push_back({Kind::violation, false, {}, code});
  }
  return result;
}

// Whether it is UTF-8 except for one to three bytes at the end.
bool lacks_its_end(const std::string& text) {
  if (code_points(text)) return false;
  for (std::size_t cut = 1; cut <= std::min<std::size_t>(3, text.size()); ++cut)
    if (code_points(text.substr(0, text.size() - cut))) return true;
  return false;
}

std::uint8_t byte_of(const std::string& stream, std::size_t at) {
  return static_cast<std::uint8_t>(stream.at(at));
}

// The size of the header at `frame`, including its mask. The stream is valid up to there and holds
// the whole header.
std::size_t header_bytes(const std::string& stream, std::size_t frame) {
  const auto length = byte_of(stream, frame + 1) & 0x7F;
  return 2 + (length == 126 ? 2u : length == 127 ? 8u : 0u) + 4;
}

// The start of the last frame; all before it are valid.
std::size_t last_frame(const std::string& stream) {
  std::size_t frame = 0;
  while (stream.size() - frame > 2) {
    const auto header = header_bytes(stream, frame);
    if (stream.size() - frame <= header) break;
    std::size_t length = byte_of(stream, frame + 1) & 0x7F;
    if (length >= 126) length = 0;
    for (std::size_t i = 2; i < header - 4; ++i) length = length << 8 | byte_of(stream, frame + i);
    if (length >= stream.size() - frame - header) break;
    frame += header + length;
  }
  return frame;
}

// Whether the last frame has a 64-bit length; those before it are valid.
bool ends_with_length_of_64_bits(const std::string& stream) {
  const auto frame = last_frame(stream);
  return stream.size() - frame == 14 && byte_of(stream, frame + 1) == 0xFF &&
         byte_of(stream, frame + 2) >= 0x80;
}

// The payload of the last frame, a complete control frame.
std::string last_payload(const std::string& stream) {
  const auto payload = last_frame(stream) + header_bytes(stream, last_frame(stream));
  auto text = stream.substr(payload);
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(text[i] ^ stream[payload - 4 + i % 4]);
  return text;
}

// What Beast would have returned under our rules.
std::vector<Observed> expected_of_beast(BeastResult beast, const std::string& until_we_ended) {
  auto& observed = beast.observed;

  // Beast refuses 1014, which IANA registered later, and accepts codes above 4999, which are
  // undefined (RFC 6455 §7.4.2).
  const bool refused = beast.why == websocket::error::bad_close_code ||
                       beast.why == websocket::error::bad_close_payload;
  if (refused || beast.why == websocket::error::closed) {
    const auto payload = last_payload(until_we_ended);
    const auto code = payload.size() < 2 ? no_code : byte_of(payload, 0) << 8 | byte_of(payload, 1);
    if (code > 4999) {
      observed.back() = {Kind::violation, false, {}, protocol_error};
      return observed;
    }
    if (code == 1014) {
      observed.back() = {Kind::close, false, payload.substr(2), 1014};
      if (!code_points(payload.substr(2))) observed.back() = {Kind::violation, false, {}, bad_text};
    }
  }

  // RFC 6455 §7.4.1: text that is not UTF-8 is 1007. Beast answers a close reason that is not
  // with 1002.
  if (beast.why == websocket::error::bad_close_payload) observed.back().code = bad_text;

  // RFC 6455 §5.2: of a 64-bit length "the most significant bit MUST be 0". Beast only considers
  // such a length too big.
  if (beast.why == websocket::error::message_too_big && ends_with_length_of_64_bits(until_we_ended))
    observed.back().code = protocol_error;

  // If the last fragment of a text is empty, Beast does not check that the text ends at a character
  // boundary, and checks the next text as its continuation. Not comparable from there on.
  const auto broken = std::ranges::find_if(observed, [](const Observed& event) {
    return event.kind == Kind::message && !event.binary && lacks_its_end(event.payload);
  });
  if (broken != observed.end()) {
    observed.erase(broken, observed.end());
    observed.push_back({Kind::violation, false, {}, bad_text});
  }
  return observed;
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const auto* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

std::string hex(const std::string& bytes) {
  std::ostringstream out;
  out << std::hex << std::setfill('0');
  for (const unsigned char byte : bytes.substr(0, 4000)) out << std::setw(2) << +byte;
  return out.str();
}

TEST(FrameReader, ReadsWhatBeastReads) {
  const auto seed = from_environment("COLO_FUZZ_SEED", 20);
  const auto rounds = from_environment("COLO_FUZZ_ROUNDS", 2000);
  std::cout << "COLO_FUZZ_SEED=" << seed << " COLO_FUZZ_ROUNDS=" << rounds << "\n";
  std::map<std::string, std::uint64_t> outcomes;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::mt19937_64 random(seed * 1'000'000'007 + round);
    ClientStream client(random);
    const auto stream = client.talk();
    const auto our_result = ours(stream, client);
    const auto beast_result = beasts(stream, client);
    ++outcomes[beast_result.why.message()];
    ASSERT_EQ(expected_of_beast(beast_result, stream.substr(0, our_result.bytes)),
              our_result.observed)
        << "round " << round << ", Beast: " << beast_result.why.message() << "\n"
        << hex(stream);
  }
  for (const auto& [outcome, times] : outcomes) std::cout << times << " × " << outcome << "\n";
  // The streams must not all break the same rule.
  if (rounds >= 2000) {
    EXPECT_GE(outcomes.size(), 14u);
  }
}

}  // namespace
}  // namespace colo::ws
