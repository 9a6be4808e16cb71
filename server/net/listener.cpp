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

// Trusted proxies are not counted: behind one are all the phones of the world, and
// how many of those one address may have is the proxy's to say.
asio::awaitable<void> Listener::receive(Shard& shard, tcp::socket socket) {
  boost::system::error_code gone;  // then reading will say so
  const auto caller = socket.remote_endpoint(gone).address();
  CallerPlace place;
  if (!services_.proxies.trusts(caller)) {
    const std::string network = network_of(caller);
    auto& first = services_.shards.first();
    auto entering = enter(services_.callers, network);
    const bool welcome = co_await on(first, std::move(entering));
    if (!welcome) co_return;
    place = {nullptr, [&first, &callers = services_.callers, network](void*) {
               asio::post(first.executor(), [&callers, network] { callers.leave(network); });
             }};
  }
  const auto session = std::make_shared<HttpSession>(std::move(socket), services_, shard,
                                                     connections_[shard.index()],
                                                     doors_[shard.index()], std::move(place));
  co_await session->run();
}

}  // namespace colo
