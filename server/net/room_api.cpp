// The list of rooms, and whether the server is well.
#include "net/api.hpp"
#include "wire/json_body.hpp"

namespace colo {

namespace asio = boost::asio;

asio::awaitable<Reply> list_rooms(Services& services, const ApiRequest&) {
  const auto rooms = co_await services.rooms.views();
  Reply reply;
  reply.body = rooms_body(rooms);
  co_return reply;
}

asio::awaitable<Reply> health(Services&, const ApiRequest&) {
  Reply reply;
  reply.body = health_body();
  co_return reply;
}

}  // namespace colo
