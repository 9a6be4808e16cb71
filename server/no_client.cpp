#include "embedded_client.hpp"

namespace colo {

Assets embedded_client() {
  return {};
}

}  // namespace colo
