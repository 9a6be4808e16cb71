// The server as a whole: built from a Config, started, drained, stopped.
//
// Used from one thread (main's, or a test's). It starts once: stop() destroys the signing key, and
// with it every session.
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

/// What the server depends on besides its settings; tests bring their own.
struct Dependencies {
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  HashCost hash_cost = HashCost::interactive();
};

class App {
 public:
  /// Opens the data folder and binds the port. Throws std::runtime_error, one sentence for the
  /// administrator, when it cannot.
  App(Config config, Assets assets, Dependencies dependencies = {});
  ~App();

  std::uint16_t port() const;                      // the one bound, also when 0 was configured
  std::optional<std::uint16_t> http_port() const;  // the same; none where none was configured
  bool speaks_tls() const;

  /// Starts serving and returns. Throws std::runtime_error when the database cannot be used.
  void start();

  /// Reads the certificate and its key again. New connections use them, open ones keep theirs.
  /// If they cannot be used, the log has the reason and the old ones stay.
  void reload_certificate();

  /// The code of the set-up link; none when there was an administrator at start.
  const std::optional<std::string>& set_up_code() const;

  /// Stops accepting, closes WebSockets with 4500 (reconnect), finishes open writes and commits
  /// what was accepted. Returns within 5 s.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace colo
