// What one signed-in phone says, and what comes of it in the rooms.
//
// Lives on the socket's shard; frames are heard one after the other, so that a
// phone's drawings keep their order and a phone that floods only delays itself.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <unordered_map>

#include "auth/session_table.hpp"
#include "chat/member.hpp"
#include "domain/rate.hpp"
#include "net/services.hpp"

namespace colo {

class Conversation {
 public:
  /// `phone` owns this conversation. Pages for it end at `page_bytes`.
  Conversation(Services& services, std::shared_ptr<Member> phone, SignedIn who,
               std::size_t page_bytes);

  /// Says Welcome and shows the list of rooms.
  boost::asio::awaitable<void> greet();

  /// Counts a WebSocket frame. Errors, upon which the socket is to be closed: flooding.
  result<void> count_frame();

  /// Counts the frame and does what it asks; what cannot be done is answered with Rejected. `frame`
  /// is read before anything is waited for. Errors, upon which the socket is to be closed:
  /// bad_frame, flooding.
  boost::asio::awaitable<result<void>> hear(v1::ClientFrame& frame, std::size_t frame_bytes);

  /// Leaves every room; nothing is heard after this.
  void hang_up(Departure how);

 private:
  boost::asio::awaitable<void> join(const v1::Join& frame);
  boost::asio::awaitable<void> leave(const v1::Leave& frame);
  boost::asio::awaitable<void> return_to_lobby();
  boost::asio::awaitable<void> send(v1::Send& frame, std::size_t frame_bytes);
  boost::asio::awaitable<void> history(const v1::History& frame);
  boost::asio::awaitable<void> erase(const v1::Delete& frame);
  void pen(const v1::Pen& frame);

  result<Room*> room_of(const std::string& id) const;
  static result<Saying> check_send(v1::Send& frame, std::size_t frame_bytes);
  void reject(int frame, const std::string& room, const Refusal& why,
              const std::string& client_id = "");
  void touch();
  void leave_room(Room& room, Departure how);

  Services& services_;
  Member& phone_;
  std::weak_ptr<Member> phone_for_rooms_;
  ConnectionId connection_;
  SignedIn who_;
  std::size_t page_bytes_;
  Bucket frames_;
  SteadyTime touched_at_{};
  std::unordered_map<RoomId, Room*> rooms_;
};

}  // namespace colo
