// Tokens: JWTs signed with a key that exists in this process's memory only.
//
// The key is made when the object is and wiped when it goes, so a restart makes
// every token worthless. A token proves nothing by itself: sessions.hpp decides
// whether it is still good. Immutable after construction; safe from any thread.
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
  /// 256 random bits in locked memory that core dumps leave out (libsodium).
  TokenKey();

  /// A compact JWT, HS256 (RFC 7519), with claims sid, seq, exp.
  std::string sign(const TokenClaims& claims) const;

  /// The claims, if this key signed them with HS256; expiry is the caller's to judge.
  std::optional<TokenClaims> verify(const std::string& token) const;

 private:
  struct Wipe {
    void operator()(unsigned char* key) const;
  };
  std::unique_ptr<unsigned char, Wipe> key_;
};

/// `bytes` random bytes in base64url: tickets.
std::string random_text(std::size_t bytes);

SessionId random_session_id();

}  // namespace colo
