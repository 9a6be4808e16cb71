// How a refusal looks from outside: an HTTP status, or a WebSocket close code.
#pragma once

#include <cstdint>

#include "domain/errc.hpp"

namespace colo {

/// RFC 9110 status for a refused request.
unsigned http_status(errc code);

/// 44xx: do not come back without the person; 45xx: come back with backoff.
std::uint16_t close_code(errc code);

}  // namespace colo
