// What the program's output is connected to.
#pragma once

namespace colo {

enum class Escapes { no, yes };

/// Whether `fd` is a terminal that understands escape codes and whose user wants them:
/// neither TERM=dumb nor NO_COLOR (https://no-color.org).
Escapes escapes_of(int fd);

/// Makes sure that descriptors 0 to 2 are open: otherwise the next file or socket would
/// become standard error, and receive the log. Throws std::system_error.
void open_standard_descriptors();

}  // namespace colo
