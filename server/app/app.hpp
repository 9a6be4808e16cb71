// The server as a whole: built from a Config, started, drained, stopped.
//
// Used from one thread (main's, or a test's). After stop() it cannot start
// again: the signing key is gone, and with it everybody's session.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "auth/passwords.hpp"
#include "net/assets.hpp"
#include "runtime/clock.hpp"

namespace colo {

/// What the server takes from the world besides its settings; a test has its own.
struct Surroundings {
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  HashCost hash_cost = HashCost::interactive();
};

class App {
 public:
  /// Opens the data folder and binds the port. Throws std::runtime_error, one
  /// sentence for whoever runs the server, when something of that cannot be.
  App(Config config, Assets assets, Surroundings surroundings = {});
  ~App();

  std::uint16_t port() const;                      // the one bound, also when 0 was asked for
  std::optional<std::uint16_t> http_port() const;  // the same; none where none was asked for
  bool speaks_tls() const;

  /// Begins to serve; returns at once.
  void start();

  /// Reads the certificate and its key again: connections from now on have the
  /// new one, those that are open keep theirs. One that cannot be used is
  /// reported in the log, and the old one stays.
  void reload_certificate();

  /// The code of the set-up link; none when there was an administrator at the start.
  const std::optional<std::string>& set_up_code() const;

  /// No more arrivals; phones are told to come back later (4500), open writes
  /// are finished, the disk is up to date. Returns within 5 s.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace colo
