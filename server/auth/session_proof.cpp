#include "auth/session_proof.hpp"

#include <sodium.h>

namespace colo {

bool same_secret(const std::string& secret, const std::string& sent) {
  return secret.size() == sent.size() &&
         sodium_memcmp(secret.data(), sent.data(), secret.size()) == 0;
}

}  // namespace colo
