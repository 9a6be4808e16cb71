// Turns the bytes that one client sends into WebSocket events, within the person's budget.
//
// No sockets and no waiting. Bytes that were received but not parsed yet are kept here; between
// events an idle client keeps none. The work done for a client is charged to its person's Budget;
// the caller waits until resume_at(). Before sign-in, the number of frames and the size of
// a message are bounded instead (limits::hello_frames_max, hello_bytes_max).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "domain/limits.hpp"
#include "runtime/budget.hpp"
#include "runtime/clock.hpp"
#include "wire/websocket.hpp"

namespace colo {

class FrameSource {
 public:
  /// `received`: bytes that came together with the upgrade request.
  explicit FrameSource(std::string received) : kept_(std::move(received)) {}

  /// The client signed in: from now on messages may be larger, and `budget` is charged.
  void sign_in(std::shared_ptr<Budget> budget);

  /// Adds work that the next resume_at() charges.
  void charge(std::chrono::nanoseconds work) { owed_ += work; }
  /// Charges the added work. Returns the time until which nothing more may be parsed, if any.
  std::optional<SteadyTime> resume_at(SteadyTime now);

  /// The next event of the kept bytes. Nothing: more has to be received; the memory of the last
  /// event is released. An event is valid until the next call.
  std::optional<ws::Event> next();
  /// After next() returned nothing: the first event of `received`, whose rest is kept. Unmasks the
  /// bytes in place.
  std::optional<ws::Event> next(std::span<char> received);

 private:
  std::optional<ws::Event> parse(std::span<char>& bytes);

  ws::FrameReader reader_{limits::hello_bytes_max};
  std::string kept_;
  std::size_t kept_from_ = 0;       // index in kept_; those before it were parsed
  std::shared_ptr<Budget> budget_;  // null before sign-in
  std::chrono::nanoseconds owed_{0};
  std::size_t frames_before_sign_in_ = 0;
};

}  // namespace colo
