// Maps errors to HTTP statuses and WebSocket close codes.
#pragma once

#include <cstdint>

#include "domain/errc.hpp"

namespace colo {

/// The RFC 9110 status of a refused request.
unsigned http_status(errc code);

/// 44xx: reconnect only after an action of the person; 45xx: reconnect with backoff.
std::uint16_t close_code(errc code);

}  // namespace colo
