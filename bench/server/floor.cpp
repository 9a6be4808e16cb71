// The floor: the baseline server. It does the least work that hands one client's frame to all the
// others, and nothing else of a chat server.
//
// `floor send` calls send() once per frame and client. `floor gather` writes all frames of one loop
// iteration to a client with one writev(), at most 64; `floor gather N` waits until there are N.
// `floor uring` submits all sends of an iteration together. Every upgrade is accepted, the path
// names the room, and a client whose socket is full is dropped.
#include <arpa/inet.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t gathered_max = 64;
constexpr int late_ms = 50;  // then an incomplete batch is sent: the last of a run

struct Room;

struct Client {
  int fd = -1;
  Room* room = nullptr;  // null before the upgrade
  std::string unread;
};

struct Room {
  std::vector<Client*> clients;
  std::vector<std::string> frames;  // of this loop iteration
};

std::string server_frame(std::string_view payload) {
  std::string frame(1, '\x82');
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += '\x7E';
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xFF);
  }
  return frame.append(payload);
}

// Takes complete frames out of `unread`; their masks are zeros.
void take_frames(Client& client) {
  auto& unread = client.unread;
  for (;;) {
    if (unread.size() < 6) return;
    const auto length7 = static_cast<std::uint8_t>(unread[1] & 0x7F);
    std::size_t header = 6;
    std::size_t length = length7;
    if (length7 == 126) {
      if (unread.size() < 8) return;
      header = 8;
      length = static_cast<std::size_t>(static_cast<unsigned char>(unread[2]) << 8 |
                                        static_cast<unsigned char>(unread[3]));
    }
    if (unread.size() < header + length) return;
    client.room->frames.push_back(server_frame({unread.data() + header, length}));
    unread.erase(0, header + length);
  }
}

class Floor {
 public:
  Floor(std::string mode, std::size_t batch)
      : mode_(std::move(mode)), batch_(batch), epoll_(epoll_create1(0)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 4096) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error(std::strerror(errno));
    watch(listener_, nullptr);
    if (mode_ == "uring") {
      io_uring_params params{};
      params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
      if (io_uring_queue_init_params(4096, &ring_, &params) != 0)
        throw std::runtime_error("io_uring is not available");
    }
    std::printf("port %d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  void run() {
    std::array<epoll_event, 1024> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   batch_ > 1 ? late_ms : -1);
      for (int i = 0; i < count; ++i) {
        auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (client)
          read(*client);
        else
          accept_one();
      }
      for (auto& [path, room] : rooms_) flush(room, count == 0 ? 1 : batch_);
    }
  }

 private:
  void watch(int fd, Client* client) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = client;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_one() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    clients_.push_back(std::make_unique<Client>());
    clients_.back()->fd = fd;
    watch(fd, clients_.back().get());
  }

  void read(Client& client) {
    std::array<char, 65'536> bytes;
    const auto received = recv(client.fd, bytes.data(), bytes.size(), 0);
    if (received <= 0) {
      if (received == 0 || errno != EAGAIN) drop(client);
      return;
    }
    client.unread.append(bytes.data(), static_cast<std::size_t>(received));
    if (!client.room) upgrade(client);
    if (client.room) take_frames(client);
  }

  void upgrade(Client& client) {
    const auto end = client.unread.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const auto path = client.unread.substr(4, client.unread.find(' ', 4) - 4);
    client.unread.erase(0, end + 4);
    client.room = &rooms_[path];
    client.room->clients.push_back(&client);
    constexpr std::string_view reply =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    if (send(client.fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) drop(client);
  }

  void drop(Client& client) {
    close(client.fd);
    client.fd = -1;
    if (client.room) std::erase(client.room->clients, &client);
  }

  // Sends complete batches; the other frames stay.
  void flush(Room& room, std::size_t batch) {
    const auto rest = room.frames.size() % batch;
    if (room.frames.size() == rest) return;
    std::vector<std::string> left(
        std::make_move_iterator(room.frames.end() - static_cast<std::ptrdiff_t>(rest)),
        std::make_move_iterator(room.frames.end()));
    room.frames.resize(room.frames.size() - rest);
    if (mode_ == "send") send_each(room);
    if (mode_ == "gather") gather(room);
    if (mode_ == "uring") submit(room);
    room.frames = std::move(left);
  }

  void send_each(Room& room) {
    const auto clients = room.clients;
    for (const auto& frame : room.frames)
      for (Client* client : clients)
        if (client->fd >= 0 && send(client->fd, frame.data(), frame.size(), MSG_NOSIGNAL) !=
                                   static_cast<ssize_t>(frame.size()))
          drop(*client);
  }

  void gather(Room& room) {
    const auto clients = room.clients;
    const auto most = batch_ > 1 ? batch_ : gathered_max;
    for (std::size_t at = 0; at < room.frames.size(); at += most) {
      std::vector<iovec> parts;
      std::size_t bytes = 0;
      for (auto i = at; i < room.frames.size() && i < at + most; ++i) {
        parts.push_back({room.frames[i].data(), room.frames[i].size()});
        bytes += room.frames[i].size();
      }
      for (Client* client : clients)
        if (client->fd >= 0 && writev(client->fd, parts.data(), static_cast<int>(parts.size())) !=
                                   static_cast<ssize_t>(bytes))
          drop(*client);
    }
  }

  void submit(Room& room) {
    std::vector<iovec> parts;
    for (auto& frame : room.frames) parts.push_back({frame.data(), frame.size()});
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    unsigned waiting = 0;
    const auto reap = [&] {
      io_uring_submit_and_wait(&ring_, waiting);
      io_uring_cqe* done = nullptr;
      unsigned head = 0;
      unsigned count = 0;
      io_uring_for_each_cqe(&ring_, head, done) {
        if (done->res < 0) drop(*static_cast<Client*>(io_uring_cqe_get_data(done)));
        ++count;
      }
      io_uring_cq_advance(&ring_, count);
      waiting = 0;
    };
    const auto clients = room.clients;
    for (Client* client : clients) {
      io_uring_sqe* job = io_uring_get_sqe(&ring_);
      if (parts.size() == 1)
        io_uring_prep_send(job, client->fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
      else
        io_uring_prep_sendmsg(job, client->fd, &message, MSG_NOSIGNAL);
      io_uring_sqe_set_data(job, client);
      if (++waiting == 1024) reap();
    }
    if (waiting > 0) reap();
  }

  std::string mode_;
  std::size_t batch_;
  int epoll_;
  int listener_ = -1;
  std::vector<std::unique_ptr<Client>> clients_;
  std::map<std::string, Room> rooms_;
  io_uring ring_{};
};

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // writev() has no MSG_NOSIGNAL
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  try {
    Floor(argc > 1 ? argv[1] : "send", argc > 2 ? std::stoul(argv[2]) : 1).run();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "floor: %s\n", e.what());
    return 1;
  }
}
