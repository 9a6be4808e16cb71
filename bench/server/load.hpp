// The load: phones in rooms, an event loop, and runs over them.
//
// One thread. main.cpp has the lines by which it is told what to do.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "phone.hpp"
#include "run.hpp"

namespace load {

class Load {
 public:
  Load();
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void add(std::uint32_t room, Opening opening);
  /// The publisher of the room sends this, and what else was added, in turns.
  void add_message(std::uint32_t room, std::string bytes, std::size_t stamp_at);

  /// Until all phones are in. Throws std::runtime_error after `seconds`.
  void await_all(double seconds);

  /// This share of each room's phones stops reading; publishers go on.
  void mute(double share);

  /// Publishes for `warm` + `seconds`, of which the latter count.
  Result run(Pace pace, double warm, double seconds, const std::vector<int>& server_pids);

  std::size_t phones() const { return phones_.size(); }

 private:
  void begin(Pace pace);
  void settle();
  void turn(std::uint64_t until_ns);
  void came(Phone& phone, const Frame& frame);
  void publish(Room& room, std::uint64_t due_ns);
  void watch(const Phone& phone);
  Room& room(std::uint32_t number);

  int epoll_;
  std::vector<std::unique_ptr<Phone>> phones_;
  std::vector<Room> rooms_;
  std::vector<char> buffer_;
  Pace pace_;
  Result result_;
  bool publishing_ = false;
  bool counting_ = false;
  std::uint64_t counted_from_ns_ = 0;
  std::uint64_t last_came_ns_ = 0;
  std::string last_unstamped_;  // its end, for the word that a run is stuck
};

}  // namespace load
