// The terminal or file behind the program's standard descriptors.
#pragma once

namespace colo {

enum class Escapes { no, yes };

/// Whether `fd` is a terminal that understands escape codes and whose user wants them:
/// neither TERM=dumb nor NO_COLOR (https://no-color.org).
Escapes escapes_of(int fd);

/// Opens those of descriptors 0 to 2 that are closed: otherwise the next file or socket would
/// become standard error and receive the log. Throws std::system_error.
void open_standard_descriptors();

}  // namespace colo
