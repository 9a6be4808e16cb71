#include "app/arguments.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdio>
#include <filesystem>

namespace colo {

namespace {

struct Flags {
  std::optional<std::string> config_file;
  std::string data = "data";
  std::optional<std::string> host;
  std::optional<int> port;
  std::optional<int> shards;
  std::string name;  // of the admin commands
  bool existing = false;
};

void describe(CLI::App& cli, Flags& flags) {
  cli.description("Colo: chat in drawings, for phones in your network.");
  cli.set_version_flag("--version", "colo " COLO_VERSION);
  cli.add_option("--data", flags.data, "Folder for accounts and saved messages (./data)");
  cli.add_option("--config", flags.config_file,
                 "Settings and rooms (colo.toml in the data folder)");
  cli.add_option("--host", flags.host, "Address to listen on (0.0.0.0: every network)");
  cli.add_option("--port", flags.port, "Port to listen on (5000); 0 takes a free one")
      ->check(CLI::Range(0, 65535));
  cli.add_option("--shards", flags.shards, "Threads that serve clients (one per core)")
      ->check(CLI::Range(1, 256));
}

// Both work with or without a running server.
CLI::App& describe_admin(CLI::App& cli, Flags& flags) {
  auto& admin = *cli.add_subcommand("admin", "Manage accounts, on the machine of the server");
  admin.require_subcommand(1)->fallthrough();
  auto& create = *admin.add_subcommand("create", "Create an administrator's account");
  create.fallthrough()->add_option("NAME", flags.name, "Their name")->required();
  create.add_flag("--existing", flags.existing, "Promote their existing account");
  admin.add_subcommand("reset-password", "Replace somebody's password; signs them out")
      ->fallthrough()
      ->add_option("NAME", flags.name, "Their name")
      ->required();
  return admin;
}

CLI::App& describe_verify(CLI::App& cli) {
  auto& verify = *cli.add_subcommand("verify", "Check the database for damage");
  verify.fallthrough()->footer(
      "Reads the whole database without changing it; a server may be running.\n"
      "Reports what is damaged, by room and message, and what to do. Exit code 0: no damage.\n\n"
      "Example: colo verify --data /var/lib/colo");
  return verify;
}

Config load(const Flags& flags) {
  if (flags.config_file) return load_config(*flags.config_file);
  const auto usual = std::filesystem::path(flags.data) / "colo.toml";
  std::error_code unreadable;  // then there is no file
  return std::filesystem::exists(usual, unreadable) ? load_config(usual) : default_config();
}

}  // namespace

Command read_arguments(int argc, const char* const* argv) {
  Flags flags;
  CLI::App cli;
  describe(cli, flags);
  const auto& admin = describe_admin(cli, flags);
  const auto& verify = describe_verify(cli);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    cli.exit(asked);
    return NothingToDo{};
  } catch (const CLI::ParseError& e) {
    throw std::runtime_error(std::string(e.what()) + " (--help lists the flags)");
  }
  if (admin.got_subcommand("create")) return CreateAdmin{flags.data, flags.name, flags.existing};
  if (admin.got_subcommand("reset-password")) return ResetPassword{flags.data, flags.name};
  if (verify.parsed()) return Verify{flags.data};
  Config config = load(flags);
  config.data = flags.data;
  if (flags.host) config.server.host = *flags.host;
  if (flags.port) config.server.port = static_cast<std::uint16_t>(*flags.port);
  if (flags.shards) config.server.shards = static_cast<std::uint32_t>(*flags.shards);
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(config.server.host, not_an_address);
  if (not_an_address)
    throw std::runtime_error("host is \"" + config.server.host +
                             "\"; it must be an address of this machine, such as 0.0.0.0 for "
                             "all of them or 127.0.0.1 for this machine alone");
  return config;
}

}  // namespace colo
