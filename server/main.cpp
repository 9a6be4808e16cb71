// Arguments → Config → App → exit code.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include "app/addresses.hpp"
#include "app/admin.hpp"
#include "app/app.hpp"
#include "app/arguments.hpp"
#include "app/library_logs.hpp"
#include "app/terminal.hpp"
#include "app/verify.hpp"
#include "embedded_client.hpp"
#include "runtime/log.hpp"
#include "runtime/output.hpp"

namespace {

using namespace colo;

// A core dump would contain passwords in transit and the signing key of the tokens.
void disable_core_dumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) log::warn("core dumps could not be disabled");
#ifndef __SANITIZE_ADDRESS__  // whose leak check attaches to the process
  if (prctl(PR_SET_DUMPABLE, 0) != 0) log::warn("core dumps could not be disabled");
#endif
}

std::string set_up_text(const std::string& link, Escapes escapes) {
  std::string text = "\nThis server has no administrator yet. To become one, open:\n\n";
  if (const auto code = qr_code(link, escapes)) text += *code + "\n";
  return text + fmt::format("  {}\n\nIt works once, and until Colo stops.\n", link);
}

std::string announcement(const App& app, const Config& config) {
  const auto escapes = escapes_of(STDOUT_FILENO);
  const auto addresses =
      reachable_addresses(config.server.host, app.port(), app.speaks_tls(), config.server.hosts);
  const auto& best = addresses.front();
  std::string text =
      fmt::format("\nColo {} is open. On a phone in this network:\n\n", COLO_VERSION);
  if (const auto code = qr_code(best.url, escapes)) text += *code + "\n";
  for (const auto& address : addresses)
    text += fmt::format("  {}{}\n", address.url,
                        address.interface.empty() ? "" : fmt::format("  ({})", address.interface));
  if (const auto port = app.http_port())
    text += fmt::format("\n  port {} sends browsers there\n", *port);
  if (app.set_up_code()) text += set_up_text(best.url + "/#/setup/" + *app.set_up_code(), escapes);
  text += fmt::format("\n  data   {}\n", std::filesystem::absolute(config.data).string());
  text += "  rooms  ";
  for (std::size_t i = 0; i < config.rooms.size(); ++i)
    text += fmt::format("{}{} ({})", i == 0 ? "" : "\n         ", config.rooms[i].name,
                        config.rooms[i].persistent ? "saved" : "temporary");
  return text + "\n\nCtrl-C stops it.\n";
}

// Waits for SIGINT or SIGTERM. SIGHUP is handled only with TLS, where it reloads the certificate;
// otherwise it ends the process, as when its terminal is closed.
void wait_for_stop(boost::asio::io_context& loop, boost::asio::signal_set& signals, App& app) {
  bool stopping = false;
  while (!stopping) {
    signals.async_wait([&](boost::system::error_code error, int signal) {
      stopping = error || signal != SIGHUP;
      if (!stopping) app.reload_certificate();
    });
    loop.restart();
    loop.run();
  }
}

void serve(const Config& config) {
  // Before any thread starts, so that no signal is missed.
  boost::asio::io_context signals_loop;
  boost::asio::signal_set signals(signals_loop, SIGINT, SIGTERM);
  if (!config.server.tls_cert.empty()) signals.add(SIGHUP);
  log::open(config.server.log);
  Output output(STDOUT_FILENO);
  App app(config, embedded_client());
  app.start();
  output.write(announcement(app, config));
  wait_for_stop(signals_loop, signals, app);
  output.write("\nClosing. Phones will reconnect when Colo runs again.\n");
  app.stop();
}

// Returns the exit code.
int run(const Command& command) {
  if (const auto* config = std::get_if<Config>(&command)) serve(*config);
  if (const auto* create = std::get_if<CreateAdmin>(&command)) create_admin(*create);
  if (const auto* reset = std::get_if<ResetPassword>(&command)) reset_password(*reset);
  if (const auto* verifying = std::get_if<Verify>(&command)) return verify(*verifying) ? 0 : 1;
  return 0;
}

// The default handler writes to standard error itself, which may block and keep the process alive.
[[noreturn]] void end_by_exception() {
  std::string what = "an unknown exception";
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {  // NOLINT: see `what`
  }
  log::write(fmt::format("colo: ended by an internal error: {}\n", what));
  log::close();
  std::abort();
}

int run_to_exit_code(int argc, char** argv) {
  try {
    open_standard_descriptors();
    return run(read_arguments(argc, argv));
  } catch (const std::exception& e) {
    log::write(fmt::format("colo: {}\n", e.what()));
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(end_by_exception);
  route_library_logs();
  disable_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error code, not a signal
  const int code = run_to_exit_code(argc, argv);
  log::close();
  return code;
}
