// Reads commands from standard input, one a line, and prints results as JSON. Bytes are in hex; a
// dash means empty.
//
//   client ROOM SCHEME PORT PATH PROTOCOL READY MESSAGE PING PONG FRAMES
//       adds a client. SCHEME is ws or wss. It upgrades and sends FRAMES. It has entered when a
//       message begins with READY; later messages count if they begin with MESSAGE. It replies
//       to the text message PING with PONG.
//   message ROOM STAMP_AT FRAMES   the first client of the room sends it; several: in rotation
//   await SECONDS                  waits until all clients have entered: {"clients":N}
//   mute SHARE                     this share of each room's clients stops reading
//   pids PID...                    processes of the server, whose CPU time is measured
//   window W WARM SECONDS          a run with W messages in flight in each room
//   rate R WARM SECONDS            a run with R messages a second over all rooms
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "load.hpp"

namespace {

using namespace load;

std::string from_hex(const std::string& hex) {
  if (hex == "-") return {};
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

void add_client(Load& load, std::istringstream& words) {
  std::uint32_t room = 0;
  Opening opening;
  std::string scheme, protocol, ready, message, ping, pong, frames;
  words >> room >> scheme >> opening.port >> opening.path >> protocol >> ready >> message >> ping >>
      pong >> frames;
  if (!words) throw std::runtime_error("client: an argument is missing");
  if (scheme != "ws" && scheme != "wss") throw std::runtime_error("client: no scheme " + scheme);
  opening.tls = scheme == "wss";
  if (protocol != "-") opening.protocol = protocol;
  opening.ready_prefix = from_hex(ready);
  opening.message_prefix = from_hex(message);
  opening.ping = from_hex(ping);
  opening.pong = from_hex(pong);
  opening.frames = from_hex(frames);
  load.add(room, std::move(opening));
}

void run(Load& load, Pace pace, std::istringstream& words, const std::vector<int>& pids) {
  double warm = 0;
  double seconds = 0;
  words >> warm >> seconds;
  if (!words) throw std::runtime_error("a run needs the seconds to warm up and to measure");
  std::puts(to_json(load.run(pace, warm, seconds, pids)).c_str());
  std::fflush(stdout);
}

void execute(Load& load, std::vector<int>& pids, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "client") {
    add_client(load, words);
  } else if (verb == "message") {
    std::uint32_t room = 0;
    std::size_t stamp_at = 0;
    std::string bytes;
    words >> room >> stamp_at >> bytes;
    load.add_message(room, from_hex(bytes), stamp_at);
  } else if (verb == "await") {
    double seconds = 0;
    words >> seconds;
    load.await_all(seconds);
    std::printf("{\"clients\":%zu}\n", load.clients());
    std::fflush(stdout);
  } else if (verb == "mute") {
    double share = 0;
    words >> share;
    load.mute(share);
  } else if (verb == "pids") {
    pids.clear();
    for (int pid = 0; words >> pid;) pids.push_back(pid);
  } else if (verb == "window") {
    Pace pace;
    words >> pace.window;
    run(load, pace, words, pids);
  } else if (verb == "rate") {
    Pace pace;
    words >> pace.per_second;
    run(load, pace, words, pids);
  } else {
    throw std::runtime_error("unknown command: " + verb);
  }
}

// Lines of standard input. The clients are served while it waits for the next one.
class Commands {
 public:
  /// Nothing at the end of the input. Throws std::system_error.
  std::optional<std::string> next(Load& load) {
    for (;;) {
      if (const auto end = unread_.find('\n'); end != std::string::npos) {
        std::string line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        return line;
      }
      load.serve_until_readable(STDIN_FILENO);
      std::array<char, 65'536> bytes;
      const auto count = read(STDIN_FILENO, bytes.data(), bytes.size());
      if (count < 0) throw std::system_error(errno, std::generic_category(), "standard input");
      if (count == 0) return std::nullopt;
      unread_.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::string unread_;
};

}  // namespace

int main() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1);    // wake up when a message is due, not 50 µs later
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  try {
    Load load;
    std::vector<int> pids;
    Commands commands;
    while (const auto line = commands.next(load)) execute(load, pids, *line);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "load: %s\n", e.what());
    return 1;
  }
}
