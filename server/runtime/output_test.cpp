#include "runtime/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <future>
#include <new>
#include <string>

#include "domain/limits.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
    EXPECT_EQ(fcntl(ends_[1], F_SETPIPE_SZ, bytes), bytes);
  }
  ~Pipe() {
    stop_reading();
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writing() const { return ends_[1]; }
  /// Leaves no space, so that the next write blocks. Returns what can be read then.
  std::string fill() const {
    const std::string text(bytes, '.');
    EXPECT_EQ(write(ends_[1], text.data(), text.size()), bytes);
    return text;
  }
  int reading() const { return ends_[0]; }
  void stop_reading() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }

 private:
  static constexpr int bytes = 4096;

  std::array<int, 2> ends_{-1, -1};
};

/// Reads from `fd` until the text ends with `end`, or nothing arrives for `patience`.
std::string read_until(int fd, const std::string& end) {
  std::string text;
  while (!text.ends_with(end)) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, std::chrono::milliseconds(patience).count()) <= 0) break;
    std::array<char, 4096> piece;
    const auto count = read(fd, piece.data(), piece.size());
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return text;
}

Output::More report_lost(std::size_t lost, bool) {
  return {lost > 0 ? std::to_string(lost) + " lost\n" : "", std::nullopt};
}

TEST(Output, WritesInOrder) {
  const Pipe pipe;
  Output output(pipe.writing());
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    const auto line = std::to_string(i) + '\n';
    all += line;
    EXPECT_TRUE(output.write(line));
  }
  EXPECT_EQ(read_until(pipe.reading(), "\n999\n"), all);
}

TEST(Output, WritesTheRestBeforeItIsDestroyed) {
  const Pipe pipe;
  { Output(pipe.writing()).write("the last line\n"); }
  EXPECT_EQ(read_until(pipe.reading(), "line\n"), "the last line\n");
}

TEST(Output, DropsWhatDoesNotFitAndCountsItInOrder) {
  const Pipe pipe;
  std::string all = pipe.fill();
  Output output(pipe.writing(), report_lost);
  std::size_t kept = 0;
  while (output.write("kept\n")) ++kept;  // without a reader: must not block
  EXPECT_EQ(kept, limits::output_lines_max);
  EXPECT_FALSE(output.write("lost\n"));
  for (std::size_t i = 0; i < kept; ++i) all += "kept\n";
  EXPECT_EQ(read_until(pipe.reading(), "lost\n"), all + "2 lost\n");
  // Bytes can be read before the writing thread has removed their lines from the queue.
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!output.write("again\n") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_TRUE(read_until(pipe.reading(), "again\n").ends_with("again\n"));
}

TEST(Output, IsBoundedInBytes) {
  const Pipe pipe;
  Output output(pipe.writing());
  const std::string line = std::string(limits::output_bytes_max / 4 - 1, 'x') + '\n';
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(output.write(line));
  EXPECT_FALSE(output.write("\n"));
}

TEST(Output, IsDestroyedInTimeWithoutAReader) {
  const Pipe pipe;
  auto gone = std::async(std::launch::async, [&] {
    Output output(pipe.writing());
    while (output.write("nobody reads this\n")) {
    }
  });
  EXPECT_EQ(gone.wait_for(patience), std::future_status::ready);
}

TEST(Output, DoesNotWaitForAStoppedTerminal) {
  int master = -1;
  int terminal = -1;
  ASSERT_EQ(openpty(&master, &terminal, nullptr, nullptr, nullptr), 0);
  ASSERT_EQ(tcflow(terminal, TCOOFF), 0);  // what Ctrl-S does
  auto used = std::async(std::launch::async, [terminal] {
    Output output(terminal, report_lost);
    for (std::size_t i = 0; i < limits::output_lines_max; ++i)
      EXPECT_TRUE(output.write("a line\n"));
    EXPECT_FALSE(output.write("one more\n"));
  });
  EXPECT_EQ(used.wait_for(patience), std::future_status::ready);
  ASSERT_EQ(tcflow(terminal, TCOON), 0);
  EXPECT_TRUE(read_until(master, "1 lost\r\n").ends_with("a line\r\n1 lost\r\n"));
  close(master);
  close(terminal);
}

TEST(Output, ContinuesAfterTheReaderCloses) {
  Pipe pipe;
  signal(SIGPIPE, SIG_IGN);
  pipe.stop_reading();
  Output output(pipe.writing());
  for (std::size_t i = 0; i < 10 * limits::output_lines_max; ++i) output.write("nobody\n");
  SUCCEED();
}

TEST(Output, ContinuesAfterAskMoreThrew) {
  const Pipe pipe;
  int calls = 0;
  Output output(pipe.writing(), [&calls](std::size_t, bool) -> Output::More {
    if (++calls == 1) throw std::bad_alloc();
    return {"call " + std::to_string(calls) + '\n', std::nullopt};
  });
  output.write("x\n");
  EXPECT_EQ(read_until(pipe.reading(), "x\n"), "x\n");
  output.write("y\n");
  EXPECT_TRUE(read_until(pipe.reading(), "call 2\n").starts_with("y\n"));
}

TEST(Output, AsksForMoreWhenWokenAndWhenDue) {
  const Pipe pipe;
  int calls = 0;
  Output output(pipe.writing(), [&calls](std::size_t, bool) {
    ++calls;
    const auto text = "call " + std::to_string(calls) + '\n';
    // The first call requests a second one immediately; the third follows a wake-up.
    return Output::More{text, calls == 1 ? std::optional(SteadyTime{}) : std::nullopt};
  });
  output.write("x\n");
  EXPECT_EQ(read_until(pipe.reading(), "call 2\n"), "x\ncall 1\ncall 2\n");
  output.wake();
  EXPECT_EQ(read_until(pipe.reading(), "call 3\n"), "call 3\n");
}

}  // namespace
}  // namespace colo
