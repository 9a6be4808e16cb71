// Redirects the reports of libraries (protobuf, SQLite) to our log.
#pragma once

namespace colo {

/// To be called once, before any other use of these libraries.
void route_library_logs();

}  // namespace colo
