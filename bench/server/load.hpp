// The load: clients in rooms, the event loop that serves them, and measured runs.
//
// One thread. main.cpp documents the commands that drive it.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "client.hpp"
#include "run.hpp"

namespace load {

class Load {
 public:
  Load();
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void add(std::uint32_t room, Opening opening);
  /// The room's publisher sends the messages added for it in rotation.
  void add_message(std::uint32_t room, std::string bytes, std::size_t stamp_at);

  /// Serves the clients until `fd` is readable: handshakes and pings must not wait for commands.
  void serve_until_readable(int fd);

  /// Returns when all clients have entered. Throws std::runtime_error after `seconds`.
  void await_all(double seconds);

  /// This share of each room's clients stops reading; publishers continue.
  void mute(double share);

  /// Publishes for `warm` + `seconds`; only the latter is measured.
  Result run(Pace pace, double warm, double seconds, const std::vector<int>& server_pids);

  std::size_t clients() const { return clients_.size(); }

 private:
  void begin(Pace pace);
  void settle();
  void serve(std::uint64_t until_ns);
  void handle_message(Client& client, const Frame& frame);
  void publish(Room& room, std::uint64_t due_ns);
  void watch(const Client& client);
  std::string close_codes() const;
  Room& room(std::uint32_t number);

  int epoll_;
  TlsContext tls_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Room> rooms_;
  std::vector<char> buffer_;
  Pace pace_;
  Result result_;
  bool publishing_ = false;
  bool counting_ = false;
  std::uint64_t counted_from_ns_ = 0;
  std::uint64_t last_message_ns_ = 0;
  std::string last_unstamped_;  // the end of that message, for the error of a stuck run
};

}  // namespace load
