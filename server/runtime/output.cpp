#include "runtime/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "domain/limits.hpp"

namespace colo {
namespace {

constexpr std::size_t piece_bytes_max = 4096;  // PIPE_BUF: written atomically

// The main thread handles signals. In the background of a terminal with `stty tostop`, SIGTTOU
// would stop the whole process; while it is blocked, the write succeeds.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

// Ends after the last complete line that fits.
std::string_view next_piece(std::string_view text) {
  if (text.size() <= piece_bytes_max) return text;
  const auto end = text.rfind('\n', piece_bytes_max - 1);
  return text.substr(0, end == text.npos ? piece_bytes_max : end + 1);
}

// Blocks. False when the descriptor can no longer be written to.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto piece = next_piece(text);
    const auto written = ::write(fd, piece.data(), piece.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // another process set O_NONBLOCK
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

// Shared with the thread, which may block for longer than the Output exists.
struct Output::State {
  State(int original, AskMore more)
      : fd(fcntl(original, F_DUPFD_CLOEXEC, 0)), ask_more(std::move(more)) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "output");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ::close(fd); }

  const int fd;
  const AskMore ask_more;
  std::mutex mutex;
  std::condition_variable changed;
  std::string waiting;
  std::size_t lines = 0;  // waiting or being written
  std::size_t bytes = 0;  // likewise
  std::size_t lost = 0;   // lines, since the last call of ask_more
  bool woken = false;
  bool closing = false;
  bool done = false;
};

Output::Output(int fd, AskMore ask_more)
    : state_(std::make_shared<State>(fd, std::move(ask_more))) {
  std::thread([state = state_] { run(state); }).detach();
}

Output::~Output() {
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, limits::output_close_time, [this] { return state_->done; });
}

bool Output::write(std::string_view lines) {
  const auto count = lines_in(lines);
  const std::lock_guard lock(state_->mutex);
  if (state_->lines + count > limits::output_lines_max ||
      state_->bytes + lines.size() > limits::output_bytes_max) {
    state_->lost += count;
    return false;
  }
  state_->waiting += lines;
  state_->lines += count;
  state_->bytes += lines.size();
  state_->changed.notify_all();
  return true;
}

void Output::wake() {
  const std::lock_guard lock(state_->mutex);
  state_->woken = true;
  state_->changed.notify_all();
}

// Without memory only these counts are lost, not the lines to come.
Output::More Output::more_of(const State& state, std::size_t lost, bool closing) {
  try {
    return state.ask_more ? state.ask_more(lost, closing) : More{};
  } catch (const std::exception&) {
    return {};
  }
}

void Output::run(const std::shared_ptr<State>& state) {
  block_signals();
  std::optional<SteadyTime> due;
  std::string text;
  bool last = false;
  while (!last) {
    std::size_t lost = 0;
    const auto written = lines_in(text);
    {
      std::unique_lock lock(state->mutex);
      // One critical section, so that the count of lost lines precedes the lines accepted later.
      state->lines -= written;
      state->bytes -= text.size();
      text.clear();
      const auto ready = [&] {
        return state->closing || state->woken || !state->waiting.empty() || state->lost > 0;
      };
      if (due)
        state->changed.wait_until(lock, *due, ready);
      else
        state->changed.wait(lock, ready);
      text.swap(state->waiting);
      lost = std::exchange(state->lost, 0);
      state->woken = false;
      last = state->closing;
    }
    write_all(state->fd, text);
    const auto more = more_of(*state, lost, last);
    write_all(state->fd, more.text);
    due = more.again;
  }
  const std::lock_guard lock(state->mutex);
  state->done = true;
  state->changed.notify_all();
}

}  // namespace colo
