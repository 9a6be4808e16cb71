#include "auth/token.hpp"

#include <jwt.h>
#include <sodium.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "runtime/log.hpp"

namespace colo {
namespace {

constexpr int key_bytes = 32;

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

std::string to_hex(const SessionId& id) {
  std::array<char, 33> text{};
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(id.bytes.data()),
                 id.bytes.size());
  return text.data();
}

std::optional<SessionId> from_hex(const char* text) {
  SessionId id;
  std::size_t length = 0;
  if (!text || sodium_hex2bin(reinterpret_cast<unsigned char*>(id.bytes.data()), id.bytes.size(),
                              text, std::strlen(text), nullptr, &length, nullptr) != 0)
    return std::nullopt;
  if (length != id.bytes.size()) return std::nullopt;
  return id;
}

}  // namespace

TokenKey::TokenKey() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start on this machine");
  key_.reset(static_cast<unsigned char*>(sodium_malloc(key_bytes)));
  if (!key_) throw std::bad_alloc();
  // sodium_malloc() tries the same, and does not report a failure.
  if (sodium_mlock(key_.get(), key_bytes) != 0)
    log::warn(
        "the key that signs tokens could not be locked in memory ({}) and may be written to swap: "
        "allow 64 KiB of locked memory (ulimit -l 64, or LimitMEMLOCK=64K in the service's unit)",
        std::error_code(errno, std::generic_category()).message());
  randombytes_buf(key_.get(), key_bytes);
}

void TokenKey::Wipe::operator()(unsigned char* key) const {
  sodium_free(key);
}

std::string TokenKey::sign(const TokenClaims& claims) const {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) throw std::bad_alloc();
  const Jwt jwt(raw);
  const bool made = jwt_set_alg(jwt.get(), JWT_ALG_HS256, key_.get(), key_bytes) == 0 &&
                    jwt_add_grant(jwt.get(), "sid", to_hex(claims.session).c_str()) == 0 &&
                    jwt_add_grant_int(jwt.get(), "seq", static_cast<long>(claims.seq)) == 0 &&
                    jwt_add_grant_int(jwt.get(), "exp", static_cast<long>(claims.expires_s)) == 0;
  const std::unique_ptr<char, FreeText> text(made ? jwt_encode_str(jwt.get()) : nullptr);
  if (!text) throw std::bad_alloc();
  return text.get();
}

std::optional<TokenClaims> TokenKey::verify(const std::string& token) const {
  jwt_t* raw = nullptr;
  if (jwt_decode(&raw, token.c_str(), key_.get(), key_bytes) != 0) return std::nullopt;
  const Jwt jwt(raw);
  // The token must not choose the algorithm (RFC 8725 §3.1).
  if (jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return std::nullopt;
  const auto session = from_hex(jwt_get_grant(jwt.get(), "sid"));
  const long seq = jwt_get_grant_int(jwt.get(), "seq");
  const long expires = jwt_get_grant_int(jwt.get(), "exp");
  if (!session || seq < 1 || expires < 1) return std::nullopt;
  return TokenClaims{*session, static_cast<std::uint64_t>(seq), expires};
}

std::string random_text(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  randombytes_buf(random.data(), random.size());
  const auto variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes, variant), '\0');
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), variant);
  text.resize(text.size() - 1);  // its terminator
  return text;
}

SessionId random_session_id() {
  SessionId id;
  randombytes_buf(id.bytes.data(), id.bytes.size());
  return id;
}

}  // namespace colo
