// The credentials by which a request proves that it belongs to a session.
//
// Cookies ignore ports: every program on the same host receives them and can set more. So a token
// alone is not sufficient; the page also sends a secret from its own storage.
#pragma once

#include <string>
#include <vector>

namespace colo {

struct SessionProof {
  std::vector<std::string> tokens;  // of all cookies of the name; some may be of other sessions
  std::string secret;               // the header Colo-Session; empty: none
};

/// Compares in constant time.
bool same_secret(const std::string& secret, const std::string& sent);

}  // namespace colo
