#include "auth/request_replay.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "domain/limits.hpp"

namespace colo {

RequestHash hash_request(std::string_view method, std::string_view path, std::string_view body) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  // The zero byte after each part keeps parts from running together.
  for (const auto part : {method, path, body}) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(part.data());
    crypto_hash_sha256_update(&state, bytes, part.size());
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>("\0"), 1);
  }
  RequestHash hash;
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

Verdict RequestReplay::judge(std::uint64_t token, const RequestKey& request, SteadyTime now) const {
  const bool current = token == current_token_;
  const bool just_spent = last_ && token + 1 == current_token_;
  // With the current token too: the browser may have stored the cookie of a reply that its page
  // never received.
  if (is_last(request) && (current || just_spent))
    return last_->reply ? Verdict::repeat_reply : Verdict::wait_for_reply;
  if (current) return Verdict::run;
  if (just_spent && last_->key.rid == request.rid) return Verdict::key_reused;
  // While the last request runs, no client can have the next token.
  if (just_spent && (!last_->reply || now - last_->at < limits::spent_token_grace))
    return Verdict::retry;
  // We no longer have the reply to an earlier request, so its duplicate must retry.
  if (is_late_duplicate(token, request, now)) return Verdict::retry;
  return Verdict::replayed;
}

void RequestReplay::begin(RequestKey request, SteadyTime now) {
  forget_old_tokens(now);
  if (last_) {
    if (spent_tokens_.size() == limits::late_duplicates_max)
      spent_tokens_.erase(spent_tokens_.begin());
    spent_tokens_.push_back({current_token_ - 1, std::move(last_->key), last_->at});
  }
  ++current_token_;
  last_ = LastRequest{std::move(request), now, std::nullopt};
}

bool RequestReplay::answer(std::string_view rid, Reply reply, SteadyTime now) {
  if (!last_ || last_->key.rid != rid) return false;
  last_->reply = std::move(reply);
  last_->at = now;
  return true;
}

bool RequestReplay::repeats_last(std::uint64_t token, const RequestKey& request) const {
  return token + 1 == current_token_ && is_last(request);
}

const Reply* RequestReplay::reply_to(const RequestKey& request) const {
  return is_last(request) && last_->reply ? &*last_->reply : nullptr;
}

std::size_t RequestReplay::reply_bytes() const {
  if (!last_ || !last_->reply) return 0;
  return last_->reply->body.size() + last_->reply->next_token.size();
}

void RequestReplay::forget_old_tokens(SteadyTime now) {
  std::erase_if(spent_tokens_, [now](const SpentToken& spent) {
    return now - spent.at >= limits::spent_token_grace;
  });
  if (spent_tokens_.empty()) spent_tokens_.shrink_to_fit();
}

bool RequestReplay::is_late_duplicate(std::uint64_t token, const RequestKey& request,
                                      SteadyTime now) const {
  return std::ranges::any_of(spent_tokens_, [&](const SpentToken& spent) {
    return spent.token == token && spent.key == request &&
           now - spent.at < limits::spent_token_grace;
  });
}

}  // namespace colo
