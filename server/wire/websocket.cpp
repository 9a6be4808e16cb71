#include "wire/websocket.hpp"

#include <openssl/evp.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace colo::ws {
namespace {

constexpr std::size_t control_bytes_max = 125;
constexpr std::size_t reason_bytes_max = control_bytes_max - 2;

std::size_t header_bytes(std::uint8_t second) {
  const auto length = second & 0x7F;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((second & 0x80) != 0 ? 4 : 0);
}

// Whether an endpoint may send it: RFC 6455 §7.4.1 and IANA's WebSocket Close Code Number
// Registry, which ends at 1014; 3000–4999 are for libraries and applications (§7.4.2).
bool is_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

const std::uint8_t* as_bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// The start of an incomplete character at the end, otherwise the end.
std::ptrdiff_t end_of_whole_characters(std::string_view text, std::ptrdiff_t from) {
  auto end = std::ssize(text);
  U8_TRUNCATE_IF_INCOMPLETE(as_bytes(text), from, end);
  return end;
}

// Whether this is UTF-8, or with `whole` unset may become it. Skips `checked` bytes and updates
// them.
bool is_text(std::string_view text, std::uint32_t& checked, bool whole) {
  const auto* bytes = as_bytes(text);
  std::ptrdiff_t at = checked;
  const auto end = whole ? std::ssize(text) : end_of_whole_characters(text, at);
  while (at < end) {
    UChar32 point = 0;
    U8_NEXT(bytes, at, end, point);
    if (point < 0) return false;
  }
  checked = static_cast<std::uint32_t>(at);
  return true;
}

}  // namespace

void append_header(std::string& out, Op op, std::size_t payload_bytes) {
  const int extended = payload_bytes <= control_bytes_max ? 0 : payload_bytes <= 0xFFFF ? 2 : 8;
  out.push_back(static_cast<char>(0x80 | static_cast<int>(op)));
  out.push_back(static_cast<char>(extended == 0 ? payload_bytes : extended == 2 ? 126 : 127));
  for (int shift = 8 * (extended - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(std::uint64_t{payload_bytes} >> shift));
}

std::string make_frame(Op op, std::string_view payload) {
  std::string frame;
  frame.reserve(header_bytes_max + payload.size());
  append_header(frame, op, payload.size());
  return frame.append(payload);
}

std::string make_close(std::uint16_t code, std::string_view reason) {
  if (reason.size() > reason_bytes_max) {
    reason = reason.substr(0, reason_bytes_max);
    reason = reason.substr(0, static_cast<std::size_t>(end_of_whole_characters(reason, 0)));
  }
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return make_frame(Op::close, payload.append(reason));
}

std::optional<std::string> accept_key(std::string_view key) {
  const auto is_digit = [](unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  if (key.size() != 24 || !key.ends_with("==") || !std::ranges::all_of(key.substr(0, 22), is_digit))
    return std::nullopt;
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-1.");
  std::array<unsigned char, 29> encoded{};  // 28 and a zero
  EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
  return std::string(encoded.begin(), encoded.end() - 1);
}

FrameReader::FrameReader(std::size_t message_bytes_max) {
  set_message_bytes_max(message_bytes_max);
}

void FrameReader::set_message_bytes_max(std::size_t bytes) {
  message_max_ = static_cast<std::uint32_t>(
      std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<Event> FrameReader::read(std::span<char>& bytes) {
  forget_event();
  while (!ended_) {
    if (!in_payload_) {
      if (!take_header(bytes)) return std::nullopt;
      if (frames_ < std::numeric_limits<std::uint16_t>::max()) ++frames_;
      if (const auto refused = begin_frame()) return end_with_violation(*refused);
    }
    if (const auto event = take_payload(bytes)) return event;
    if (in_payload_) return std::nullopt;
  }
  bytes = {};
  return std::nullopt;
}

void FrameReader::forget_event() {
  if (in_payload_) return;
  if (message_ == Op::continuation)
    std::vector<char>().swap(buffer_);
  else
    buffer_.resize(message_bytes_);  // without the control frame in between
}

bool FrameReader::take_header(std::span<char>& bytes) {
  const std::size_t had = header_bytes_;
  const auto some = std::min(header_.size() - had, bytes.size());
  std::copy_n(bytes.begin(), some, header_.begin() + header_bytes_);
  const auto has = had + some;
  const auto needed = has < 2 ? 2 : header_bytes(header_[1]);
  header_bytes_ = static_cast<std::uint8_t>(std::min(has, needed));
  bytes = bytes.subspan(header_bytes_ - had);
  return has >= needed;
}

// Checks a complete header. Returns the close code of a violation.
std::optional<std::uint16_t> FrameReader::begin_frame() {
  const auto reserved_bits = header_[0] & 0x70;
  const bool masked = (header_[1] & 0x80) != 0;
  if (reserved_bits != 0 || !masked) return protocol_error;
  const auto length = declared_bytes();
  const auto extended = header_[1] & 0x7F;
  if (extended == 126 && length <= control_bytes_max) return protocol_error;
  if (extended == 127 && (length <= 0xFFFF || length >> 63 != 0)) return protocol_error;
  if (control()) {
    if (op() > Op::pong || !final() || length > control_bytes_max) return protocol_error;
  } else {
    const bool goes_on = op() == Op::continuation;
    if (op() > Op::binary || goes_on != (message_ != Op::continuation)) return protocol_error;
    if (length > message_max_ - message_bytes_) return too_big;
    if (!goes_on) message_ = op();
  }
  remain_ = static_cast<std::uint32_t>(length);
  mask_at_ = 0;
  in_payload_ = true;
  return std::nullopt;
}

std::uint64_t FrameReader::declared_bytes() const {
  const auto short_length = header_[1] & 0x7F;
  if (short_length < 126) return static_cast<std::uint64_t>(short_length);
  std::uint64_t length = 0;
  for (std::size_t i = 2; i < header_bytes_ - 4u; ++i) length = length << 8 | header_[i];
  return length;
}

std::optional<Event> FrameReader::take_payload(std::span<char>& bytes) {
  const auto piece = bytes.first(std::min<std::size_t>(remain_, bytes.size()));
  bytes = bytes.subspan(piece.size());
  unmask(piece);
  remain_ -= static_cast<std::uint32_t>(piece.size());

  const std::size_t begin = control() ? message_bytes_ : 0;
  const bool whole = remain_ == 0 && final();
  std::string_view payload(piece.data(), piece.size());
  if (!whole || buffer_.size() > begin) {
    // Grows with the received bytes, not with the length in the header.
    buffer_.insert(buffer_.end(), piece.begin(), piece.end());
    payload = {buffer_.data() + begin, buffer_.size() - begin};
    if (!control()) message_bytes_ = static_cast<std::uint32_t>(payload.size());
  }
  if (!control() && message_ == Op::text && !is_text(payload, text_checked_, whole))
    return end_with_violation(bad_text);
  if (remain_ > 0) return std::nullopt;
  in_payload_ = false;
  header_bytes_ = 0;
  return whole ? end_frame(payload) : std::nullopt;
}

void FrameReader::unmask(std::span<char> piece) {
  std::array<std::uint8_t, 8> mask{};
  for (std::size_t i = 0; i < mask.size(); ++i)
    mask[i] = header_[header_bytes_ - 4u + (mask_at_ + i) % 4];
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + piece.size()) % 4);
  const auto wide = std::bit_cast<std::uint64_t>(mask);
  for (; piece.size() >= sizeof wide; piece = piece.subspan(sizeof wide)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, piece.data(), sizeof eight);
    eight ^= wide;
    std::memcpy(piece.data(), &eight, sizeof eight);
  }
  for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<char>(piece[i] ^ mask[i]);
}

// Called for a complete control frame and for the last frame of a message.
std::optional<Event> FrameReader::end_frame(std::string_view payload) {
  if (op() == Op::close) return end_with_close(payload);
  if (op() == Op::ping) return Event{Event::Kind::ping, false, payload, 0};
  if (op() == Op::pong) return Event{Event::Kind::pong, false, payload, 0};
  const bool binary = message_ == Op::binary;
  message_ = Op::continuation;
  message_bytes_ = 0;
  text_checked_ = 0;
  return Event{Event::Kind::message, binary, payload, 0};
}

Event FrameReader::end_with_close(std::string_view payload) {
  if (payload.size() == 1) return end_with_violation(protocol_error);
  ended_ = true;
  message_ = Op::continuation;
  if (payload.empty()) return {Event::Kind::close, false, {}, no_code};
  const auto* bytes = as_bytes(payload);
  const auto code = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
  if (!is_close_code(code)) return end_with_violation(protocol_error);
  const auto reason = payload.substr(2);
  std::uint32_t checked = 0;
  if (!is_text(reason, checked, true)) return end_with_violation(bad_text);
  return {Event::Kind::close, false, reason, code};
}

Event FrameReader::end_with_violation(std::uint16_t code) {
  ended_ = true;
  in_payload_ = false;
  message_ = Op::continuation;
  forget_event();
  return {Event::Kind::violation, false, {}, code};
}

}  // namespace colo::ws
