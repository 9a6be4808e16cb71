// Handles the frames of one signed-in client.
//
// Frames are handled one after another, so a client's drawings keep their order and a client that
// floods delays only itself. handle_frame() gets a frame whose memory is reused after it returns,
// so it reads the frame before that and passes values to coroutines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

#include "auth/session_table.hpp"
#include "chat/subscribers.hpp"
#include "domain/message.hpp"
#include "domain/rate.hpp"
#include "net/services.hpp"

namespace colo {

class FrameHandler {
 public:
  /// `client` owns this handler. Pages for it end at `page_bytes`.
  FrameHandler(Services& services, std::shared_ptr<Subscriber> client, SignedIn signed_in,
               std::size_t page_bytes);

  /// Sends Welcome, and publishes the list of rooms to the client from then on.
  boost::asio::awaitable<void> welcome();

  /// Counts a WebSocket frame. Errors: flooding; the connection must then be closed.
  result<void> count_frame();

  /// Counts and handles the frame; a refused request is answered with Rejected. Not a coroutine:
  /// `frame` is not used after it returned. Errors: bad_frame, flooding; the connection must then
  /// be closed.
  boost::asio::awaitable<result<void>> handle_frame(v1::ClientFrame& frame,
                                                    std::size_t frame_bytes);

  /// Leaves the lobby and every room. The last call.
  void leave_all(Departure how);

 private:
  using Handled = boost::asio::awaitable<result<void>>;

  static Handled finish(result<void> outcome);
  Handled begin_send(v1::Send& frame, std::size_t frame_bytes);
  static result<Draft> check_draft(v1::Send& frame, std::size_t frame_bytes);

  Handled join(RoomId id, Timeline::Position known);
  Handled leave(RoomId id);
  Handled send(RoomId id, Draft draft);
  Handled history(RoomId id, Seq before, std::uint32_t limit);
  Handled erase(RoomId id, Seq seq);
  void set_pen(const RoomId& id, bool down);

  boost::asio::awaitable<void> return_to_lobby();
  result<Owned<Room>*> room_of(const RoomId& id) const;
  void leave_room(Owned<Room>& room, Departure how);
  void reject(int frame, const RoomId& room, const Refusal& why, const std::string& client_id = "");
  Lobby& lobby() { return services_.rooms.lobby(connection_.shard).here(); }
  void touch();

  Services& services_;
  Subscriber& client_;
  std::weak_ptr<Subscriber> weak_client_;
  ConnectionId connection_;
  SignedIn signed_in_;
  std::size_t page_bytes_;
  Bucket frames_;
  SteadyTime touched_at_{};
  std::unordered_map<RoomId, Owned<Room>*> rooms_;  // at most limits::rooms_per_socket_max
};

}  // namespace colo
