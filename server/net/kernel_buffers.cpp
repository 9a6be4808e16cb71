#include "net/kernel_buffers.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "domain/limits.hpp"

namespace colo {

void bound_kernel_buffers(int socket) {
  constexpr int send_bytes = limits::send_buffer_bytes;
  constexpr int receive_bytes = limits::receive_buffer_bytes;
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  constexpr auto kept_ms =
      static_cast<unsigned>(std::chrono::milliseconds{limits::silence_max}.count());
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kept_ms, sizeof kept_ms);
}

std::size_t unacknowledged_bytes(int socket) {
  int bytes = 0;
  if (ioctl(socket, SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

void drop_unacknowledged_on_close(int socket) {
  const linger at_once{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace colo
