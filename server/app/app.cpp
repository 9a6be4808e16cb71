#include "app/app.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "app/data_folder.hpp"
#include "app/existing_database.hpp"
#include "domain/limits.hpp"
#include "net/http_session.hpp"
#include "net/listener.hpp"
#include "runtime/log.hpp"
#include "runtime/problems.hpp"
#include "runtime/wait.hpp"
#include "storage/sqlite_store.hpp"

namespace colo {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds drain_step{10};
constexpr std::chrono::minutes prune_every{10};
constexpr std::chrono::milliseconds look_outside_every{500};

std::uint32_t shard_count(const Config& config) {
  return config.server.shards > 0 ? config.server.shards : Shards::one_per_core();
}

// Each connection is a file descriptor, and the usual soft limit of 1,024 is low.
void raise_open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    log::debug("the limit of open files could not be raised");
}

// Megabytes of drawings are freed and allocated again all the time. Returning them to the kernel
// each time cost 3 % of the server's CPU time with 100 busy rooms.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
  mallopt(M_TOP_PAD, 1024 * 1024);
}

// Short against the timeout, so that sessions end soon after they are due.
std::chrono::milliseconds session_sweep_time(const Config::Session& times) {
  return std::clamp<std::chrono::milliseconds>(
      times.idle_timeout / 20, std::chrono::milliseconds{50}, std::chrono::seconds{1});
}

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  boost::system::error_code stopping;  // only a stopping shard ends it early
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, stopping));
}

asio::awaitable<void> sweep_sessions(Owned<SessionTable>& sessions,
                                     std::chrono::milliseconds every) {
  for (;;) {
    co_await sleep(every);
    co_await sessions.call(&SessionTable::sweep);
  }
}

// Accounts that `colo admin` changed in another process.
asio::awaitable<void> apply_outside_changes(SqliteStore& store, Owned<SessionTable>& sessions,
                                            Invites& invites) {
  for (;;) {
    co_await sleep(look_outside_every);
    // This query also detects a removed database while no drawings are stored.
    const auto changes = co_await store.outside_changes();
    if (!changes || changes->empty()) continue;
    for (const auto& [id, account] : *changes) {
      log::info("security: the account of {} was changed where the server runs", account.user.name);
      co_await sessions.call(&SessionTable::change_password, account.user.id, account.password,
                             std::optional<SessionId>{});
      if (account.user.admin) co_await invites.end_set_up();
    }
    // After a failure, which the store logs, they are applied again.
    static_cast<void>(co_await store.forget_outside_changes(changes->back().id));
  }
}

asio::awaitable<void> prune_rooms(SqliteStore& store, std::vector<RoomSpec> rooms,
                                  const Clock& clock) {
  std::map<RoomId, Keep> keeps;
  for (const auto& room : rooms)
    if (room.persistent) keeps.emplace(room.id, room.keep);
  for (;;) {
    // A failure is logged by the store.
    static_cast<void>(co_await store.prune(keeps, clock.now(), clock.wall()));
    co_await sleep(prune_every);
  }
}

std::filesystem::path database_of(const DataFolder& data) {
  const auto file = data.database();
  refuse_folder_without_its_database(file.parent_path());
  return file;
}

asio::awaitable<void> watch_lock(const DataFolder& data, Problems& problems) {
  const std::string key = "lock";
  for (;;) {
    co_await sleep(look_outside_every);
    if (data.is_locked())
      problems.resolve(key, "the lock of the data folder is back");
    else
      problems.report(key, "The lock of the data folder was removed.",
                      "colo.lock of the data folder was removed or replaced while the server runs: "
                      "another server may start there. Restart this one");
  }
}

// Names the file. The log and the refusal have the reason.
[[noreturn]] void refuse_to_start(const DataFolder& data, const Refusal& why) {
  throw std::runtime_error(
      fmt::format("The database {} cannot be used: {} The log says more, and `colo verify` what is "
                  "damaged.",
                  data.database().string(), why.detail));
}

SendBy choose_sending(bool io_uring) {
  const bool possible = io_uring && make_io_uring_sender() != nullptr;
  log::info("frames go out by {}", possible ? "io_uring" : "sendmsg");
  return possible ? SendBy::io_uring : SendBy::sendmsg;
}

// Asks every connection of the shard to close, and waits for that up to drain_time.
asio::awaitable<void> stop_shard(std::deque<Listener>& listeners, Owned<Connections>& owned,
                                 const Clock& clock) {
  const auto deadline = clock.now() + limits::drain_time;
  for (auto& listener : listeners) listener.stop(owned.home());
  auto& connections = owned.here();
  connections.stop_all();
  while (!connections.empty() && clock.now() < deadline) co_await sleep(drain_step);
}

}  // namespace

// In the order of construction. Tasks that still wait when the shards stop are destroyed first,
// while everything that they refer to still exists.
struct App::Parts {
  Parts(Config settings, Assets assets, Dependencies dependencies)
      : config(std::move(settings)),
        clock_kept(std::move(dependencies.clock)),
        clock(*clock_kept),
        shards(shard_count(config)),
        connections(shards),
        data(config.data),
        store(database_of(data), OpenedBy::server, &problems),
        passwords(dependencies.hash_cost),
        accounts(store, passwords, shards.first(),
                 {config.limits.registrations, config.limits.sign_ins}, clock),
        session_times{config.session.idle_timeout, config.session.lifetime},
        sessions(shards.first(), session_times, clock,
                 SessionLimits{.cpu_percent = config.limits.cpu_percent}),
        invites(store, store, shards.first(), config.accounts.registration, clock),
        quota(config.limits.connections, shards, connections, clock),
        io(shards),
        rooms(config.rooms, shards, store, clock, config.limits.drawings),
        account_eraser(shards, rooms, store, store),
        services{shards,
                 clock,
                 sessions,
                 session_times,
                 accounts,
                 invites,
                 rooms,
                 account_eraser,
                 assets,
                 Sites(config.server.hosts),
                 config.limits.frames,
                 TrustedProxies(config.server.trusted_proxies),
                 connections,
                 quota,
                 io,
                 problems,
                 loops} {
    data.note_database();
    listen();
  }
  ~Parts() {
    shards.stop();
    shards.discard();
  }

  void listen() {
    ListenerSettings settings;
    if (!config.server.tls_cert.empty())
      settings.tls = load_certificate(config.server.tls_cert, config.server.tls_key);
    open(config.server.port, settings, "--port");
    if (!config.server.http_port) return;
    ListenerSettings plain;
    plain.https_port = listeners.front().port();
    open(*config.server.http_port, plain, "http_port in colo.toml");
  }

  // `setting`: what to change when the port is in use.
  void open(std::uint16_t port, const ListenerSettings& settings, std::string_view setting) {
    const auto& host = config.server.host;
    try {
      listeners.emplace_back(shards, tcp::endpoint(asio::ip::make_address(host), port), settings,
                             [this](Shard& shard, tcp::socket socket, const ListenerSettings& how) {
                               start_task(shard.executor(),
                                          serve_connection(services, shard, std::move(socket), how),
                                          "serving a connection");
                             });
    } catch (const boost::system::system_error& e) {
      if (e.code() == asio::error::address_in_use)
        throw std::runtime_error(fmt::format(
            "Port {} is in use: another program, or another Colo, listens on it. Choose one with "
            "{}.",
            port, setting));
      throw std::runtime_error(
          fmt::format("Cannot listen on {}, port {}: {}.", host, port, e.code().message()));
    }
  }

  Config config;
  std::shared_ptr<const Clock> clock_kept;
  const Clock& clock;
  BackgroundLoops loops{clock};
  Shards shards;
  PerShard<Connections> connections;
  DataFolder data;
  Problems problems;
  SqliteStore store;
  Passwords passwords;
  Accounts accounts;
  SessionTimes session_times;
  Owned<SessionTable> sessions;
  Invites invites;
  ConnectionQuota quota;
  PerShard<ShardIo> io;
  Rooms rooms;  // holds subscribers, which hold the above
  AccountEraser account_eraser;
  Services services;
  std::deque<Listener> listeners;  // of the page, and of the port that redirects to it
  std::optional<std::string> set_up_code;
  bool running = false;
};

App::App(Config config, Assets assets, Dependencies dependencies) {
  raise_open_files_limit();
  keep_freed_memory();
  parts_ = std::make_unique<Parts>(std::move(config), assets, std::move(dependencies));
}

App::~App() {
  stop();
}

std::uint16_t App::port() const {
  return parts_->listeners.front().port();
}

std::optional<std::uint16_t> App::http_port() const {
  if (parts_->listeners.size() < 2) return std::nullopt;
  return parts_->listeners.back().port();
}

bool App::speaks_tls() const {
  return !parts_->config.server.tls_cert.empty();
}

void App::reload_certificate() {
  auto& parts = *parts_;
  if (!speaks_tls()) return;
  TlsContext tls;
  try {
    tls = load_certificate(parts.config.server.tls_cert, parts.config.server.tls_key);
  } catch (const std::runtime_error& e) {
    log::error("the certificate stays as it was: {}", e.what());
    return;
  }
  parts.listeners.front().use(tls);
  log::info("the certificate was read again from {}", parts.config.server.tls_cert.string());
}

const std::optional<std::string>& App::set_up_code() const {
  return parts_->set_up_code;
}

void App::start() {
  auto& parts = *parts_;
  parts.shards.start();
  parts.running = true;  // from now on stop() has something to do
  auto& first = parts.shards.first();
  const auto opened = wait_for(first, parts.rooms.open(parts.loops));
  if (!opened) refuse_to_start(parts.data, opened.error());
  parts.account_eraser.start(parts.loops);
  auto code = wait_for(first, parts.invites.offer_set_up());
  if (!code) refuse_to_start(parts.data, code.error());
  parts.set_up_code = std::move(*code);
  const auto every = session_sweep_time(parts.config.session);
  auto& loops = parts.loops;
  loops.start(first.executor(), "ending idle sessions",
              [&parts, every] { return sweep_sessions(parts.sessions, every); });
  loops.start(first.executor(), "pruning rooms",
              [&parts] { return prune_rooms(parts.store, parts.config.rooms, parts.clock); });
  loops.start(first.executor(), "looking at changed accounts", [&parts] {
    return apply_outside_changes(parts.store, parts.sessions, parts.invites);
  });
  loops.start(first.executor(), "watching the lock",
              [&parts] { return watch_lock(parts.data, parts.problems); });
  const auto how = choose_sending(parts.config.server.io_uring);
  for (auto& io : parts.io) {
    io.post([](ShardIo& value, SendBy by) { value.scheduler.start(by); }, how);
    loops.start(io.home().executor(), fmt::format("keepalive of shard {}", io.home().index()),
                [&io] { return io.here().keepalive.run(); });
  }
  for (auto& listener : parts.listeners) listener.start(loops);
}

void App::stop() {
  auto& parts = *parts_;
  if (!std::exchange(parts.running, false)) return;
  wait_for_all(parts.shards, [&parts](Shard& shard) {
    return stop_shard(parts.listeners, parts.connections[shard], parts.clock);
  });
  parts.store.stop();
  parts.passwords.stop();
  parts.shards.stop();
  for (auto& io : parts.io) {
    const auto& count = io.here().scheduler.count();
    log::info("shard {} wrote {} frames to clients in {} writes and {} system calls",
              io.home().index(), count.frames, count.writes, count.calls);
  }
}

}  // namespace colo
