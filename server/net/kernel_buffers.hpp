// What the kernel holds for one TCP connection, and how much that may be.
//
// Plain functions on a socket's descriptor. An error changes nothing: the connection is gone
// then, and whoever reads it hears of that.
#pragma once

#include <cstddef>

namespace colo {

/// Bounds both directions (limits::send_buffer_bytes, receive_buffer_bytes), and how long the
/// kernel keeps what is not acknowledged (limits::silence_max), also after it was closed. Left
/// alone, it grows them to several megabytes each, and keeps them for minutes.
void bound_kernel_buffers(int socket);

/// Bytes written that the other side has not acknowledged yet (SIOCOUTQ, tcp(7)).
std::size_t unacknowledged_bytes(int socket);

/// When it is closed, what is not acknowledged is dropped at once (RST). Otherwise the kernel
/// keeps it for a minute or more for somebody who does not read.
void drop_unacknowledged_on_close(int socket);

}  // namespace colo
