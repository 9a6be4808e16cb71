// Sessions: whose a request, or a ticket, is.
#include <sodium.h>

#include "auth/sessions.hpp"

namespace colo {

namespace {

// Takes the same time wherever they differ.
bool same_secret(const std::string& secret, const std::string& shown) {
  return secret.size() == shown.size() &&
         sodium_memcmp(secret.data(), shown.data(), secret.size()) == 0;
}

}  // namespace

// The token of the session whose secret is shown; of several the newest, for an older one may
// have been planted beside it. Errors: signed_out, other_session.
result<TokenClaims> Sessions::recognise(const SessionProof& proof) {
  std::optional<TokenClaims> newest;
  bool of_another = false;
  for (const auto& token : proof.tokens) {
    const auto claims = key_.verify(token);
    if (!claims || claims->expires_s <= unix_seconds(clock_.now())) continue;
    const auto* secret = secret_of(claims->session);
    if (!secret) continue;
    if (!same_secret(*secret, proof.secret))
      of_another = of_another || find(claims->session);
    else if (!newest || claims->seq > newest->seq)
      newest = claims;
  }
  if (newest) return *newest;
  return of_another && !proof.secret.empty() ? errc::other_session : errc::signed_out;
}

const std::string* Sessions::secret_of(SessionId id) {
  if (const Session* session = find(id)) return &session->secret;
  const auto ended = farewells_.find(id);
  return ended == farewells_.end() ? nullptr : &ended->second.secret;
}

result<void> Sessions::check_bearer(const std::string& ticket,
                                    const std::vector<std::string>& tokens) const {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end()) return {};
  bool of_another = false;
  for (const auto& token : tokens) {
    const auto claims = key_.verify(token);
    if (claims && claims->session == found->second.session) return {};
    if (claims) of_another = true;
  }
  if (of_another) return Refusal(errc::signed_out, "The ticket is another session's.");
  return {};
}

}  // namespace colo
