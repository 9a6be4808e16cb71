// Reads what to do, line by line, and says JSON. Bytes are written in hex; a dash is none.
//
//   phone ROOM PORT PATH PROTOCOL READY TOLD BEAT ANSWER FRAMES   one more phone: it upgrades,
//       says FRAMES, is in when a message comes that begins with READY; messages count that
//       begin with TOLD; it answers BEAT with ANSWER
//   message ROOM STAMP_AT FRAMES   what the first phone of the room sends; several take turns
//   await SECONDS                  until all phones are in: {"phones":N}
//   mute SHARE                     of each room's phones read no more
//   pids PID...                    the server, whose CPU time counts
//   window W WARM SECONDS          a run with W messages on their way in each room
//   rate R WARM SECONDS            a run with R messages a second over all rooms
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

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

void add_phone(Load& load, std::istringstream& words) {
  std::uint32_t room = 0;
  Opening opening;
  std::string protocol, ready, told, beat, answer, frames;
  words >> room >> opening.port >> opening.path >> protocol >> ready >> told >> beat >> answer >>
      frames;
  if (!words) throw std::runtime_error("phone: a word is missing");
  if (protocol != "-") opening.protocol = protocol;
  opening.ready_head = from_hex(ready);
  opening.told_head = from_hex(told);
  opening.beat = from_hex(beat);
  opening.answer = from_hex(answer);
  opening.frames = from_hex(frames);
  load.add(room, std::move(opening));
}

void run(Load& load, Pace pace, std::istringstream& words, const std::vector<int>& pids) {
  double warm = 0;
  double seconds = 0;
  words >> warm >> seconds;
  if (!words) throw std::runtime_error("a run needs the seconds to warm up and to count");
  std::puts(to_json(load.run(pace, warm, seconds, pids)).c_str());
  std::fflush(stdout);
}

void obey(Load& load, std::vector<int>& pids, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "phone") {
    add_phone(load, words);
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
    std::printf("{\"phones\":%zu}\n", load.phones());
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
    throw std::runtime_error("unknown: " + verb);
  }
}

}  // namespace

int main() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1);  // wakes when a message is due, not 50 µs later
  try {
    Load load;
    std::vector<int> pids;
    for (std::string line; std::getline(std::cin, line);) obey(load, pids, line);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "load: %s\n", e.what());
    return 1;
  }
}
