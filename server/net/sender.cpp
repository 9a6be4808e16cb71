#include "net/sender.hpp"

#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace colo {

namespace {

constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;

msghdr message_of(const Dispatch& dispatch) {
  msghdr message{};
  message.msg_iov = dispatch.pieces.data();
  message.msg_iovlen = dispatch.pieces.size();
  return message;
}

class SendmsgSender final : public Sender {
 public:
  std::size_t send(std::span<Dispatch> dispatches) override {
    for (auto& dispatch : dispatches) {
      const auto message = message_of(dispatch);
      dispatch.result = sendmsg(dispatch.socket, &message, send_flags);
      if (dispatch.result < 0) dispatch.result = -errno;
    }
    return dispatches.size();
  }
};

class IoUringSender final : public Sender {
 public:
  IoUringSender() {
    io_uring_params params{};
    // Used by one thread, and completions run only when it waits for them (Linux 6.1).
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    open_ = io_uring_queue_init_params(dispatches_max, &ring_, &params) == 0;
  }
  ~IoUringSender() override {
    if (open_) io_uring_queue_exit(&ring_);
  }
  IoUringSender(const IoUringSender&) = delete;
  IoUringSender& operator=(const IoUringSender&) = delete;

  bool open() const { return open_; }

  std::size_t send(std::span<Dispatch> dispatches) override {
    if (!open_ || dispatches.size() < worth_it) return sendmsg_.send(dispatches);
    for (std::size_t i = 0; i < dispatches.size(); ++i) prepare(dispatches[i], messages_[i]);
    const auto count = static_cast<unsigned>(dispatches.size());
    std::size_t calls = 0;
    // With MSG_DONTWAIT each write is complete when the call returns.
    for (unsigned done = 0; done < count; ++calls) {
      const int submitted = io_uring_submit_and_wait(&ring_, count - done);
      done += reap();
      if (submitted >= 0 || submitted == -EINTR) continue;
      give_up();
      break;
    }
    return calls;
  }

  static constexpr std::size_t worth_it = 16;  // fewer are cheaper by sendmsg() (decision 0013)

 private:
  void prepare(Dispatch& dispatch, msghdr& message) {
    dispatch.result = -EIO;  // for those that do not complete
    auto* entry = io_uring_get_sqe(&ring_);
    if (dispatch.pieces.size() == 1) {
      const auto& piece = dispatch.pieces.front();
      io_uring_prep_send(entry, dispatch.socket, piece.iov_base, piece.iov_len, send_flags);
    } else {
      message = message_of(dispatch);
      io_uring_prep_sendmsg(entry, dispatch.socket, &message, send_flags);
    }
    io_uring_sqe_set_data(entry, &dispatch);
  }

  // No error is known that leads here. Pending entries point at dispatches that may be destroyed,
  // so destroy the ring.
  void give_up() {
    io_uring_queue_exit(&ring_);
    open_ = false;
  }

  unsigned reap() {
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* done = nullptr;
    io_uring_for_each_cqe(&ring_, head, done) {
      static_cast<Dispatch*>(io_uring_cqe_get_data(done))->result = done->res;
      ++count;
    }
    io_uring_cq_advance(&ring_, count);
    return count;
  }

  SendmsgSender sendmsg_;
  io_uring ring_{};
  bool open_ = false;
  std::array<msghdr, dispatches_max> messages_{};
};

// A kernel may have io_uring and still refuse these operations.
bool works(IoUringSender& sender) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return false;
  char byte = 'x';
  std::array<iovec, 2> pieces{{{&byte, 1}, {&byte, 1}}};
  std::vector<Dispatch> trial(IoUringSender::worth_it, {ends[0], std::span(pieces).first(1), 0});
  trial.back().pieces = pieces;
  sender.send(trial);
  for (const int end : ends) close(end);
  return trial.front().result == 1 && trial.back().result == 2;
}

}  // namespace

std::unique_ptr<Sender> make_sendmsg_sender() {
  return std::make_unique<SendmsgSender>();
}

std::unique_ptr<Sender> make_io_uring_sender() {
  auto sender = std::make_unique<IoUringSender>();
  if (!sender->open() || !works(*sender)) return nullptr;
  return sender;
}

}  // namespace colo
