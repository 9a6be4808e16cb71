#include "net/conversation.hpp"

#include "domain/caption.hpp"
#include "domain/limits.hpp"
#include "wire/ink_check.hpp"

namespace colo {

namespace asio = boost::asio;

using Frame = v1::ClientFrame;

Conversation::Conversation(Services& services, std::shared_ptr<Member> phone, SignedIn who,
                           std::size_t page_bytes)
    : services_(services),
      phone_(*phone),
      phone_for_rooms_(phone),
      connection_(phone->connection()),
      who_(std::move(who)),
      page_bytes_(page_bytes),
      frames_(services.frames, services.clock.now()) {}

asio::awaitable<void> Conversation::greet() {
  auto& lobby = services_.rooms.lobby(connection_.shard);
  const auto told_before = lobby.last();
  const auto rooms = co_await services_.rooms.views();
  // For show only. Where it cannot be looked up, nobody is shown what may not be theirs.
  const auto user = co_await services_.accounts.current(who_.user.id);
  phone_.answer(
      welcome_frame(user ? *user : who_.user, services_.session_times.idle_seconds(), rooms));
  lobby.enter(phone_for_rooms_.lock());
  // Told while the rooms were asked one by one: it may be newer than what they said.
  if (lobby.last() != told_before) phone_.answer(lobby.last());
}

result<void> Conversation::count_frame() {
  if (frames_.take(services_.clock.now()).count() > 0) return errc::flooding;
  return {};
}

asio::awaitable<result<void>> Conversation::hear(Frame& frame, std::size_t frame_bytes) {
  if (const auto counted = count_frame(); !counted) co_return counted;
  if (frame_bytes > limits::frame_bytes_max && frame.frame_case() != Frame::kSend)
    co_return Refusal(errc::bad_frame, "The frame is too big.");
  switch (frame.frame_case()) {
    case Frame::kJoin:
      co_await join(frame.join());
      break;
    case Frame::kLeave:
      co_await leave(frame.leave());
      break;
    case Frame::kSend:
      touch();
      co_await send(*frame.mutable_send(), frame_bytes);
      break;
    case Frame::kHistory:
      touch();
      co_await history(frame.history());
      break;
    case Frame::kDelete:
      touch();
      co_await erase(frame.delete_());
      break;
    case Frame::kPen:
      touch();
      pen(frame.pen());
      break;
    case Frame::kActive:
      touch();
      break;
    case Frame::kHello:
      co_return Refusal(errc::bad_frame, "Hello was said already.");
    case Frame::FRAME_NOT_SET:
      co_return errc::bad_frame;
  }
  co_return result<void>{};
}

void Conversation::hang_up(Departure how) {
  services_.rooms.lobby(connection_.shard).leave(connection_);
  for (const auto& [id, room] : rooms_) leave_room(*room, how);
  rooms_.clear();
}

asio::awaitable<void> Conversation::join(const v1::Join& frame) {
  const RoomId id{frame.room()};
  Room* room = services_.rooms.find(id);
  if (!room) {
    reject(Frame::kJoin, id.value, errc::unknown_room);
    co_return;
  }
  if (!rooms_.contains(id) && rooms_.size() >= limits::rooms_per_socket_max) {
    reject(Frame::kJoin, id.value, errc::too_many_rooms);
    co_return;
  }
  // Out of the lobby first: its next frame may come while the room is asked.
  auto& lobby = services_.rooms.lobby(connection_.shard);
  lobby.leave(connection_);
  auto joining =
      room->join({who_.user, connection_, phone_for_rooms_, Seq{frame.after_seq()},
                  Epoch{frame.epoch()}, DeletionId{frame.after_deletion()}, page_bytes_});
  const auto joined = co_await on(room->home(), std::move(joining));
  if (joined) {
    rooms_.emplace(id, room);
    co_return;
  }
  reject(Frame::kJoin, id.value, joined.error());
  if (rooms_.empty()) co_await return_to_lobby();
}

asio::awaitable<void> Conversation::leave(const v1::Leave& frame) {
  const auto room = room_of(frame.room());
  if (!room) {
    reject(Frame::kLeave, frame.room(), room.error());
    co_return;
  }
  rooms_.erase((*room)->spec().id);
  leave_room(**room, Departure::clean);
  if (rooms_.empty()) co_await return_to_lobby();
}

// What the lobby was told meanwhile, this phone was not.
asio::awaitable<void> Conversation::return_to_lobby() {
  services_.rooms.lobby(connection_.shard).enter(phone_for_rooms_.lock());
  const auto rooms = co_await services_.rooms.views();
  phone_.answer(rooms_frame(rooms));
}

asio::awaitable<void> Conversation::send(v1::Send& frame, std::size_t frame_bytes) {
  const auto room = room_of(frame.room());
  if (!room) {
    reject(Frame::kSend, frame.room(), room.error(), frame.client_id());
    co_return;
  }
  auto saying = check_send(frame, frame_bytes);
  if (!saying) {
    reject(Frame::kSend, frame.room(), saying.error(), frame.client_id());
    co_return;
  }
  const auto& id = (*room)->spec().id;
  const auto client_id = saying->client_id;
  auto telling = (*room)->say(who_.user, connection_, std::move(*saying));
  const auto stored = co_await on((*room)->home(), std::move(telling));
  if (!stored) {
    reject(Frame::kSend, id.value, stored.error(), bytes_of(client_id));
    co_return;
  }
  phone_.answer(accepted_frame(client_id, id, stored->seq, stored->sent_at));
}

result<Saying> Conversation::check_send(v1::Send& frame, std::size_t frame_bytes) {
  if (frame_bytes > limits::frame_bytes_max) return errc::drawing_too_big;
  const auto client_id = read_client_id(frame.client_id());
  if (!client_id) return client_id.error();
  if (const auto caption = check_caption(frame.caption()); !caption) return caption.error();
  auto drawing = check_drawing(*frame.mutable_drawing());
  if (!drawing) return drawing.error();
  return Saying{*client_id, std::move(*drawing), frame.caption(), Seq{frame.remix_of()}};
}

asio::awaitable<void> Conversation::history(const v1::History& frame) {
  const auto room = room_of(frame.room());
  if (!room) {
    reject(Frame::kHistory, frame.room(), room.error());
    co_return;
  }
  auto reading = (*room)->history(who_.user.id, connection_, Seq{frame.before_seq()},
                                  {frame.limit(), page_bytes_});
  const auto page = co_await on((*room)->home(), std::move(reading));
  if (!page) {
    reject(Frame::kHistory, (*room)->spec().id.value, page.error());
    co_return;
  }
  phone_.answer(page_frame((*room)->spec().id, *page));
}

asio::awaitable<void> Conversation::erase(const v1::Delete& frame) {
  const auto room = room_of(frame.room());
  if (!room) {
    reject(Frame::kDelete, frame.room(), room.error());
    co_return;
  }
  const Seq seq{frame.seq()};
  // An administrator may have been made, or be one no longer, since the socket was opened.
  const auto user = co_await services_.accounts.current(who_.user.id);
  if (!user) {
    reject(Frame::kDelete, (*room)->spec().id.value, user.error());
    co_return;
  }
  auto erasing = (*room)->erase(*user, connection_, seq);
  const auto erased = co_await on((*room)->home(), std::move(erasing));
  if (!erased) reject(Frame::kDelete, (*room)->spec().id.value, erased.error());
}

void Conversation::pen(const v1::Pen& frame) {
  const auto room = room_of(frame.room());
  if (!room) {
    reject(Frame::kPen, frame.room(), room.error());
    return;
  }
  (*room)->home().run([room = *room, user = who_.user.id, connection = connection_,
                       down = frame.down()] { room->pen(user, connection, down); });
}

result<Room*> Conversation::room_of(const std::string& id) const {
  const auto found = rooms_.find(RoomId{id});
  if (found != rooms_.end()) return found->second;
  return services_.rooms.find(RoomId{id}) ? errc::not_in_room : errc::unknown_room;
}

void Conversation::reject(int frame, const std::string& room, const Refusal& why,
                          const std::string& client_id) {
  phone_.answer(rejected_frame({frame, room, client_id}, why));
}

void Conversation::touch() {
  const auto now = services_.clock.now();
  if (now - touched_at_ < services_.session_times.touch_interval()) return;
  touched_at_ = now;
  services_.sessions.post(&SessionTable::touch, who_.session);
}

void Conversation::leave_room(Room& room, Departure how) {
  room.home().run([&room, user = who_.user.id, connection = connection_, how] {
    room.leave(user, connection, how);
  });
}

}  // namespace colo
