// The web client that was built into this executable (script/embed-assets.mjs),
// or nothing in a build without it.
#pragma once

#include "net/assets.hpp"

namespace colo {

Assets embedded_client();

}  // namespace colo
