// The floor: the least that a process can do to hand one phone's frame to all
// the others, with nothing of a chat server in it.
//
// `floor send` calls send() once per frame and phone; `floor gather` writes all
// frames of a turn to a phone with one writev(), at most 64, and `floor gather N`
// always N, for which it waits; `floor uring` hands the kernel the sends of a
// turn together. It takes any upgrade for good, puts phones into the room that
// their path names, and knows no errors: a phone that lags is dropped.
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
constexpr int late_ms = 50;  // the last ones of a run never become a batch

struct Room;

struct Phone {
  int fd = -1;
  Room* room = nullptr;  // none before the upgrade
  std::string unread;
};

struct Room {
  std::vector<Phone*> phones;
  std::vector<std::string> frames;  // of this turn
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

// Takes whole frames out of `unread`; their masks are zeros.
void take_frames(Phone& phone) {
  auto& unread = phone.unread;
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
    phone.room->frames.push_back(server_frame({unread.data() + header, length}));
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
        throw std::runtime_error("io_uring is not to be had here");
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
        auto* phone = static_cast<Phone*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (phone)
          read(*phone);
        else
          accept_one();
      }
      for (auto& [path, room] : rooms_) flush(room, count == 0 ? 1 : batch_);
    }
  }

 private:
  void watch(int fd, Phone* phone) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = phone;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_one() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    phones_.push_back(std::make_unique<Phone>());
    phones_.back()->fd = fd;
    watch(fd, phones_.back().get());
  }

  void read(Phone& phone) {
    std::array<char, 65'536> bytes;
    const auto came = recv(phone.fd, bytes.data(), bytes.size(), 0);
    if (came <= 0) {
      if (came == 0 || errno != EAGAIN) drop(phone);
      return;
    }
    phone.unread.append(bytes.data(), static_cast<std::size_t>(came));
    if (!phone.room) upgrade(phone);
    if (phone.room) take_frames(phone);
  }

  void upgrade(Phone& phone) {
    const auto end = phone.unread.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const auto path = phone.unread.substr(4, phone.unread.find(' ', 4) - 4);
    phone.unread.erase(0, end + 4);
    phone.room = &rooms_[path];
    phone.room->phones.push_back(&phone);
    constexpr std::string_view reply =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    if (send(phone.fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) drop(phone);
  }

  void drop(Phone& phone) {
    close(phone.fd);
    phone.fd = -1;
    if (phone.room) std::erase(phone.room->phones, &phone);
  }

  // Sends what there is in whole batches; the rest stays.
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
    const auto phones = room.phones;
    for (const auto& frame : room.frames)
      for (Phone* phone : phones)
        if (phone->fd >= 0 && send(phone->fd, frame.data(), frame.size(), MSG_NOSIGNAL) !=
                                  static_cast<ssize_t>(frame.size()))
          drop(*phone);
  }

  void gather(Room& room) {
    const auto phones = room.phones;
    const auto most = batch_ > 1 ? batch_ : gathered_max;
    for (std::size_t at = 0; at < room.frames.size(); at += most) {
      std::vector<iovec> parts;
      std::size_t bytes = 0;
      for (auto i = at; i < room.frames.size() && i < at + most; ++i) {
        parts.push_back({room.frames[i].data(), room.frames[i].size()});
        bytes += room.frames[i].size();
      }
      for (Phone* phone : phones)
        if (phone->fd >= 0 && writev(phone->fd, parts.data(), static_cast<int>(parts.size())) !=
                                  static_cast<ssize_t>(bytes))
          drop(*phone);
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
        if (done->res < 0) drop(*static_cast<Phone*>(io_uring_cqe_get_data(done)));
        ++count;
      }
      io_uring_cq_advance(&ring_, count);
      waiting = 0;
    };
    const auto phones = room.phones;
    for (Phone* phone : phones) {
      io_uring_sqe* job = io_uring_get_sqe(&ring_);
      if (parts.size() == 1)
        io_uring_prep_send(job, phone->fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
      else
        io_uring_prep_sendmsg(job, phone->fd, &message, MSG_NOSIGNAL);
      io_uring_sqe_set_data(job, phone);
      if (++waiting == 1024) reap();
    }
    if (waiting > 0) reap();
  }

  std::string mode_;
  std::size_t batch_;
  int epoll_;
  int listener_ = -1;
  std::vector<std::unique_ptr<Phone>> phones_;
  std::map<std::string, Room> rooms_;
  io_uring ring_{};
};

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // writev() cannot be told
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
