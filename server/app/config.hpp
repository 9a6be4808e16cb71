// The settings of the operator: colo.toml, read once at start.
//
// Plain values with their defaults. Unknown keys and invalid values are refused with one sentence
// that names the place, the value, and what would be valid. Command-line flags override them
// (arguments.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/limits.hpp"
#include "domain/rate.hpp"
#include "domain/registration.hpp"
#include "domain/room.hpp"

namespace colo {

struct Config {
  std::filesystem::path data = "data";  // only a flag, because colo.toml is in this folder

  struct Server {                  // [server]
    std::string host = "0.0.0.0";  // host: the address to listen on
    std::uint16_t port = 5000;     // port: 0 means any free one
    std::uint32_t shards = 0;      // shards: threads; 0 means one per core
    std::vector<std::string>
        hosts;  // hosts: further names, lower case; "https://…": behind a TLS proxy
    std::filesystem::path tls_cert;  // tls_cert, tls_key: PEM; none: plain http
    std::filesystem::path tls_key;
    std::optional<std::uint16_t>
        http_port;  // http_port: redirects browsers to TLS; 0: any free one
    std::vector<std::string> trusted_proxies;  // trusted_proxies: addresses and networks
    bool io_uring = true;                      // io_uring: used if the kernel allows it
    std::string log = "info";                  // log: debug, info, warn, error or off
  } server;

  struct Session {                                                     // [session]
    std::chrono::milliseconds idle_timeout{std::chrono::minutes{30}};  // idle_timeout
    std::chrono::milliseconds lifetime{std::chrono::days{30}};         // lifetime
  } session;

  struct Accounts {                                  // [accounts]
    Registration registration = Registration::open;  // registration: open, invite or closed
  } accounts;

  struct Limits {                                   // [limits]
    Rate drawings{120, std::chrono::minutes{1}};    // drawings_per_minute, of a person
    Rate frames{60, std::chrono::seconds{1}};       // frames_per_second, on a socket
    Rate registrations{30, std::chrono::hours{1}};  // registrations_per_hour, of an address
    Rate sign_ins{20, std::chrono::minutes{1}};     // sign_ins_per_minute, of an address
    std::uint32_t connections = 500;                // connections_per_address, open
    // cpu_percent_per_person: of one core's time, for all connections of a person
    std::uint32_t cpu_percent = limits::cpu_percent_per_person;
  } limits;

  std::vector<RoomSpec> rooms;  // [[room]]; never empty
};

/// One sentence: "colo.toml:12: unknown key "capcity" in [[room]]; did you mean …?"
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The settings without a file: a persistent "Main Chat", a temporary "Scratch".
Config default_config();

/// The settings in `file`, which must exist. Throws ConfigError.
Config load_config(const std::filesystem::path& file);

}  // namespace colo
