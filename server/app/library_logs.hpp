// Libraries that report by themselves, to standard error or nowhere: into our log.
#pragma once

namespace colo {

/// To be called once, before anything else of the libraries is used.
void route_library_logs();

}  // namespace colo
