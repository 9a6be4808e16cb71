// One session's requests: which token is current, and how a repeated request is handled.
//
// Implements the table in protocol/http-api.md, "Tokens". Pure: no timers and no I/O; the caller
// passes the time. Keeps the reply of the last request, and the keys of the few before it.
// Invariant: only the current token runs a request, so each token runs at most one.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.hpp"

namespace colo {

/// The response to a request that spends a token; kept for its duplicates.
struct Reply {
  unsigned status = 200;
  std::string body;        // empty: none
  std::string next_token;  // empty: none
  bool signs_out = false;  // the cookie is cleared
  std::optional<std::chrono::seconds> retry_after;
};

/// SHA-256 over method, path and body.
using RequestHash = std::array<std::byte, 32>;
RequestHash hash_request(std::string_view method, std::string_view path, std::string_view body);

/// Equal keys mean the same request, sent again.
struct RequestKey {
  std::string rid;  // Idempotency-Key
  RequestHash hash{};

  bool operator==(const RequestKey&) const = default;
};

/// What to do with a request.
enum class Verdict {
  run,             // call begin(), run it, call answer()
  repeat_reply,    // a duplicate of the last request: send reply_to() again
  wait_for_reply,  // the same, and the last request still runs
  retry,           // token_spent: the client retries with its current token
  key_reused,      // idempotency_mismatch: the last request's rid with another request
  replayed,        // token_replayed: the session must end
};

class RequestReplay {
 public:
  Verdict judge(std::uint64_t token, const RequestKey& request, SteadyTime now) const;

  /// Spends the current token for `request`.
  void begin(RequestKey request, SteadyTime now);

  /// Stores the reply. False when `rid` is not that of the last request.
  bool answer(std::string_view rid, Reply reply, SteadyTime now);

  std::uint64_t current_token() const { return current_token_; }

  /// True when `request` is the last one, sent again with the token that it spent.
  bool repeats_last(std::uint64_t token, const RequestKey& request) const;

  /// Null when `request` is not the last one, or still runs.
  const Reply* reply_to(const RequestKey& request) const;

  bool has_run() const { return last_.has_value(); }

  /// Memory of the last reply.
  std::size_t reply_bytes() const;

  /// Frees spent tokens that no longer excuse a late duplicate.
  void forget_old_tokens(SteadyTime now);

 private:
  struct LastRequest {
    RequestKey key;
    SteadyTime at;               // when it was answered; until then, when it began
    std::optional<Reply> reply;  // none: it still runs
  };
  // A token spent before the last one. A duplicate can arrive late: a browser attaches the cookie
  // before it has a free connection.
  struct SpentToken {
    std::uint64_t token;
    RequestKey key;
    SteadyTime at;
  };

  bool is_last(const RequestKey& request) const { return last_ && last_->key == request; }
  bool is_late_duplicate(std::uint64_t token, const RequestKey& request, SteadyTime now) const;

  std::uint64_t current_token_ = 1;
  std::optional<LastRequest> last_;       // spent token current_token_ - 1
  std::vector<SpentToken> spent_tokens_;  // oldest first; at most late_duplicates_max
};

}  // namespace colo
