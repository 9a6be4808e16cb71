// Tokens: JWTs signed with a key that exists only in this process's memory.
//
// Owns the key: random at construction, wiped at destruction; so a restart invalidates every
// token. A signature alone proves nothing: session_table.hpp decides whether a token is current.
// Immutable after construction, so thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "domain/ids.hpp"

namespace colo {

struct TokenClaims {
  SessionId session;
  std::uint64_t seq = 0;       // which of the session's tokens this is
  std::int64_t expires_s = 0;  // Unix time, seconds
};

class TokenKey {
 public:
  /// 256 random bits in locked memory, excluded from core dumps (libsodium).
  TokenKey();

  /// A compact JWT, HS256 (RFC 7519), with claims sid, seq, exp.
  std::string sign(const TokenClaims& claims) const;

  /// The claims, if this key signed them with HS256. Does not check expiry.
  std::optional<TokenClaims> verify(const std::string& token) const;

 private:
  struct Wipe {
    void operator()(unsigned char* key) const;
  };
  std::unique_ptr<unsigned char, Wipe> key_;
};

/// `bytes` random bytes in base64url.
std::string random_text(std::size_t bytes);

SessionId random_session_id();

}  // namespace colo
