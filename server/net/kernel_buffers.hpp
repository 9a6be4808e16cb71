// Bounds what the kernel holds for one TCP connection.
//
// Functions on a socket's descriptor. Errors are ignored: the connection has ended then, and
// reading from it reports that.
#pragma once

#include <cstddef>

namespace colo {

/// Bounds both buffers (limits::send_buffer_bytes, receive_buffer_bytes) and the time for which
/// unacknowledged bytes are kept, also after a close (limits::silence_max). The kernel's defaults
/// are several megabytes each, and minutes.
void bound_kernel_buffers(int socket);

/// Bytes that were written and not acknowledged yet (SIOCOUTQ, tcp(7)).
std::size_t unacknowledged_bytes(int socket);

/// Makes closing drop unacknowledged bytes immediately (RST). Otherwise the kernel keeps them for a
/// minute or more for a client that does not read.
void drop_unacknowledged_on_close(int socket);

}  // namespace colo
