#include "net/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

tcp::acceptor bind(asio::io_context& context, const tcp::endpoint& endpoint, bool shared) {
  tcp::acceptor acceptor(context, endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (shared) acceptor.set_option(reuse_port(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

asio::awaitable<bool> enter(CallerCount& callers, std::string network) {
  co_return callers.enter(network);
}

using Rank = IdleConnections::Rank;

asio::awaitable<std::optional<Rank>> first_idle(Connections& connections, std::string network) {
  co_return connections.idle().first(network);
}

asio::awaitable<bool> close_first_idle(Connections& connections, std::string network) {
  co_return connections.idle().close_first(network);
}

}  // namespace

Listener::Listener(Services& services, std::vector<Connections>& connections,
                   tcp::endpoint endpoint, Door door)
    : services_(services), connections_(connections), endpoint_(std::move(endpoint)) {
  // Sharing a port also lets a second server of ours in: binding alone first
  // tells whether it is taken. One that the kernel chooses is not, and must not
  // be let go again: it could be chosen for somebody else.
  if (endpoint_.port() != 0) bind(services.shards.first().context(), endpoint_, false);
  for (std::uint32_t i = 0; i < services.shards.size(); ++i) {
    acceptors_.push_back(bind(services.shards[i].context(), endpoint_, true));
    endpoint_ = acceptors_.back().local_endpoint();
  }
  door.port = endpoint_.port();
  if (door.tls) door.https_port = door.port;
  doors_.assign(services.shards.size(), door);
}

void Listener::start() {
  for (std::uint32_t i = 0; i < services_.shards.size(); ++i)
    start_task(services_.shards[i].executor(), accept(services_.shards[i]), "accepting phones");
}

void Listener::stop(Shard& shard) {
  boost::system::error_code ignored;  // closed is closed
  acceptors_[shard.index()].close(ignored);
}

asio::awaitable<void> Listener::accept(Shard& shard) {
  auto& acceptor = acceptors_[shard.index()];
  bool refusing = false;  // said once, until it works again
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!error) {
      refusing = false;
      boost::system::error_code gone;  // then reading will say so
      socket.set_option(tcp::no_delay(true), gone);
      start_task(shard.executor(), receive(shard, std::move(socket)), "serving a connection");
    } else if (error != asio::error::operation_aborted) {
      // Out of file descriptors, most likely: others must close first.
      if (!std::exchange(refusing, true))
        log::warn("a connection could not be accepted: {}", error.message());
      asio::steady_timer pause(shard.executor(), std::chrono::milliseconds{100});
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

// A trusted proxy is not counted: its address stands for all of its clients, and how many
// connections each may have is the proxy's to say.
asio::awaitable<void> Listener::receive(Shard& shard, tcp::socket socket) {
  boost::system::error_code gone;  // then reading will say so
  const auto caller = socket.remote_endpoint(gone).address();
  CallerPlace place;
  if (!services_.proxies.trusts(caller)) {
    place = co_await count(network_of(caller));
    if (!place) co_return;
  }
  const auto session = std::make_shared<HttpSession>(std::move(socket), services_, shard,
                                                     connections_[shard.index()],
                                                     doors_[shard.index()], std::move(place));
  co_await session->run();
}

// Null when all that the network may have are in use. Connections without a whole
// request must not shut out others of the same network.
asio::awaitable<CallerPlace> Listener::count(std::string network) {
  auto& first = services_.shards.first();
  auto& callers = services_.callers;
  auto entering = enter(callers, network);
  bool entered = co_await on(first, std::move(entering));
  if (!entered) {
    const bool closed = co_await close_idle(network);
    if (closed) {
      first.run([&callers, network] { callers.replace(network); });
      entered = true;
    }
  }
  if (!entered) {
    // One that ended meanwhile was not idle any more, and its leave() is on its way:
    // this is queued behind it.
    co_await asio::post(first.executor(), asio::use_awaitable);
    auto again = enter(callers, network);
    entered = co_await on(first, std::move(again));
  }
  if (!entered) {
    first.run([&callers, network] { callers.refuse(network); });
    co_return nullptr;
  }
  co_return CallerPlace(new std::string(network), [&first, &callers](const std::string* counted) {
    asio::post(first.executor(), [&callers, network = *counted] { callers.leave(network); });
    delete counted;
  });
}

// One question to each shard and one order to the shard that has the oldest, so that the
// work is bounded. Another arrival may have been quicker there; then it is tried once more.
asio::awaitable<bool> Listener::close_idle(std::string network) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::optional<Rank> oldest;
    std::uint32_t where = 0;
    for (std::uint32_t i = 0; i < services_.shards.size(); ++i) {
      auto asking = first_idle(connections_[i], network);
      const auto found = co_await on(services_.shards[i], std::move(asking));
      if (!found || (oldest && *oldest <= *found)) continue;
      oldest = found;
      where = i;
    }
    if (!oldest) co_return false;
    auto closing = close_first_idle(connections_[where], network);
    const bool closed = co_await on(services_.shards[where], std::move(closing));
    if (closed) co_return true;
  }
  co_return false;
}

}  // namespace colo
