// Arguments → Config → App → exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/addresses.hpp"
#include "app/admin.hpp"
#include "app/app.hpp"
#include "app/arguments.hpp"
#include "embedded_client.hpp"
#include "runtime/log.hpp"

namespace {

using namespace colo;

std::string set_up_text(const std::string& link) {
  std::string text = "\nNobody looks after this server yet. Whoever opens this link can:\n\n";
  if (const auto code = qr_code(link)) text += *code + "\n";
  return text + fmt::format("  {}\n\nIt works once, until Colo stops.\n", link);
}

void announce(const App& app, const Config& config) {
  const auto addresses = reachable_addresses(config.server.host, app.port());
  const auto& best = addresses.front();
  std::string text =
      fmt::format("\nColo {} is open. On a phone in this network:\n\n", COLO_VERSION);
  if (const auto code = qr_code(best.url)) text += *code + "\n";
  for (const auto& address : addresses)
    text += fmt::format("  {}{}\n", address.url,
                        address.interface.empty() ? "" : fmt::format("  ({})", address.interface));
  if (app.set_up_code()) text += set_up_text(best.url + "/#/setup/" + *app.set_up_code());
  text += fmt::format("\n  data   {}\n", std::filesystem::absolute(config.data).string());
  text += "  rooms  ";
  for (std::size_t i = 0; i < config.rooms.size(); ++i)
    text += fmt::format("{}{} ({})", i == 0 ? "" : "\n         ", config.rooms[i].name,
                        config.rooms[i].persistent ? "saved" : "temporary");
  text += "\n\nCtrl-C stops it.\n";
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void serve(const Config& config) {
  // Signals are taken before there are threads, so that none is missed.
  boost::asio::io_context signals_loop;
  boost::asio::signal_set signals(signals_loop, SIGINT, SIGTERM);
  log::open(config.server.log);
  App app(config, embedded_client());
  app.start();
  announce(app, config);
  signals.async_wait([](boost::system::error_code, int) {});
  signals_loop.run();
  std::fputs("\nClosing. Phones are told to come back later.\n", stdout);
  std::fflush(stdout);
  app.stop();
}

void run(const Command& command) {
  if (const auto* config = std::get_if<Config>(&command)) serve(*config);
  if (const auto* create = std::get_if<CreateAdmin>(&command)) create_admin(*create);
  if (const auto* reset = std::get_if<ResetPassword>(&command)) reset_password(*reset);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a phone that went away is an error code, not a signal
  try {
    run(read_arguments(argc, argv));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "colo: %s\n", e.what());
    return 1;
  }
}
