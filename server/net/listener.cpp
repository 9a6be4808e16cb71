#include "net/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detail/socket_option.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/log.hpp"

namespace colo {

using asio::ip::tcp;

namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds accept_retry_pause{100};

tcp::acceptor bind(asio::io_context& context, const tcp::endpoint& endpoint, bool shared) {
  tcp::acceptor acceptor(context, endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (shared) acceptor.set_option(reuse_port(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

}  // namespace

Listener::Listener(Shards& shards, tcp::endpoint endpoint, ListenerSettings settings,
                   Handler handler)
    : handler_(std::move(handler)) {
  // SO_REUSEPORT would also let a second Colo share the port. Binding without it first shows
  // whether the port is taken. A port that the kernel chose is free, and must stay bound: the
  // kernel could give it to another program in between.
  if (endpoint.port() != 0) bind(shards.first().context(), endpoint, false);
  for (std::uint32_t i = 0; i < shards.size(); ++i) {
    auto socket = bind(shards[i].context(), endpoint, true);
    endpoint = socket.local_endpoint();
    settings.port = endpoint.port();
    if (settings.tls) settings.https_port = settings.port;
    acceptors_.emplace_back(shards[i], Acceptor{std::move(socket), settings});
  }
  port_ = endpoint.port();
}

void Listener::start(BackgroundLoops& loops) {
  for (auto& acceptor : acceptors_)
    loops.start(acceptor.home().executor(), "accepting connections",
                [this, &acceptor] { return accept(acceptor); });
}

void Listener::stop(Shard& shard) {
  acceptors_[shard.index()].here().close();
}

void Listener::use(const TlsContext& tls) {
  for (auto& acceptor : acceptors_) acceptor.post(&Acceptor::use, tls);
}

void Listener::Acceptor::close() {
  boost::system::error_code ignored;  // it is closed in any case
  socket.close(ignored);
}

asio::awaitable<void> Listener::accept(Owned<Acceptor>& owned) {
  auto& acceptor = owned.here();
  while (acceptor.socket.is_open()) {
    auto [error, socket] =
        co_await acceptor.socket.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!error) {
      acceptor.refusing = false;
      boost::system::error_code reset;  // by the client already; reading reports it
      socket.set_option(tcp::no_delay(true), reset);
      handler_(owned.home(), std::move(socket), acceptor.settings);
    } else if (error != asio::error::operation_aborted) {
      // Most likely there are no file descriptors left, until others close.
      if (!std::exchange(acceptor.refusing, true))
        log::warn("a connection could not be accepted: {}", error.message());
      asio::steady_timer pause(owned.home().executor(), accept_retry_pause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

}  // namespace colo
