#include "net/frame_handler.hpp"

#include <utility>

#include "domain/caption.hpp"
#include "domain/limits.hpp"
#include "wire/ink_check.hpp"

namespace colo {

namespace asio = boost::asio;

using Frame = v1::ClientFrame;

FrameHandler::FrameHandler(Services& services, std::shared_ptr<Subscriber> client,
                           SignedIn signed_in, std::size_t page_bytes)
    : services_(services),
      client_(*client),
      weak_client_(client),
      connection_(client->connection()),
      signed_in_(std::move(signed_in)),
      page_bytes_(page_bytes),
      frames_(services.frames, services.clock.now()) {}

asio::awaitable<void> FrameHandler::welcome() {
  const auto published_before = lobby().last();
  const auto rooms = co_await services_.rooms.views();
  // For display only. If the lookup fails, show what was known at sign-in.
  const auto user = co_await services_.accounts.current(signed_in_.user.id);
  client_.reply(
      welcome_frame(user ? *user : signed_in_.user, services_.session_times.idle_seconds(), rooms));
  lobby().enter(weak_client_.lock());
  // A list published during the lookup may be newer than ours.
  if (lobby().last() != published_before) client_.reply(lobby().last());
}

result<void> FrameHandler::count_frame() {
  if (frames_.take(services_.clock.now()).count() > 0) return errc::flooding;
  return {};
}

asio::awaitable<result<void>> FrameHandler::handle_frame(Frame& frame, std::size_t frame_bytes) {
  if (const auto counted = count_frame(); !counted) return finish(counted);
  if (frame_bytes > limits::frame_bytes_max && frame.frame_case() != Frame::kSend)
    return finish(Refusal(errc::bad_frame, "The frame is too big."));
  switch (frame.frame_case()) {
    case Frame::kJoin: {
      const auto& wanted = frame.join();
      return join({wanted.room()}, {Seq{wanted.after_seq()}, Epoch{wanted.epoch()},
                                    DeletionId{wanted.after_deletion()}, true, page_bytes_});
    }
    case Frame::kLeave:
      return leave({frame.leave().room()});
    case Frame::kSend:
      touch();
      return begin_send(*frame.mutable_send(), frame_bytes);
    case Frame::kHistory: {
      touch();
      const auto& wanted = frame.history();
      return history({wanted.room()}, Seq{wanted.before_seq()}, wanted.limit());
    }
    case Frame::kDelete:
      touch();
      return erase({frame.delete_().room()}, Seq{frame.delete_().seq()});
    case Frame::kPen:
      touch();
      set_pen({frame.pen().room()}, frame.pen().down());
      return finish({});
    case Frame::kActive:
      touch();
      return finish({});
    case Frame::kHello:
      return finish(Refusal(errc::bad_frame, "Hello was sent already."));
    case Frame::FRAME_NOT_SET:
      break;
  }
  return finish(errc::bad_frame);
}

FrameHandler::Handled FrameHandler::finish(result<void> outcome) {
  co_return outcome;
}

void FrameHandler::leave_all(Departure how) {
  lobby().leave(connection_);
  for (const auto& [id, room] : rooms_) leave_room(*room, how);
  rooms_.clear();
}

FrameHandler::Handled FrameHandler::join(RoomId id, Timeline::Position known) {
  auto* room = services_.rooms.find(id);
  if (!room) {
    reject(Frame::kJoin, id, errc::unknown_room);
    co_return result<void>{};
  }
  if (!rooms_.contains(id) && rooms_.size() >= limits::rooms_per_socket_max) {
    reject(Frame::kJoin, id, errc::too_many_rooms);
    co_return result<void>{};
  }
  // Before the room replies, or a list of rooms could follow Joined.
  lobby().leave(connection_);
  // Before the call: if that throws, leave_all() must leave the room.
  const bool is_new = rooms_.emplace(id, room).second;
  Arrival arrival{signed_in_.user, connection_, weak_client_, known};
  const auto joined = co_await room->call(&Room::join, std::move(arrival));
  if (joined) co_return result<void>{};
  if (is_new) rooms_.erase(id);
  reject(Frame::kJoin, id, joined.error());
  if (rooms_.empty()) co_await return_to_lobby();
  co_return result<void>{};
}

FrameHandler::Handled FrameHandler::leave(RoomId id) {
  const auto room = room_of(id);
  if (!room) {
    reject(Frame::kLeave, id, room.error());
    co_return result<void>{};
  }
  rooms_.erase(id);
  leave_room(**room, Departure::clean);
  if (rooms_.empty()) co_await return_to_lobby();
  co_return result<void>{};
}

// The client was not in the lobby while the list was published last.
asio::awaitable<void> FrameHandler::return_to_lobby() {
  lobby().enter(weak_client_.lock());
  const auto rooms = co_await services_.rooms.views();
  client_.reply(rooms_frame(rooms));
}

FrameHandler::Handled FrameHandler::begin_send(v1::Send& frame, std::size_t frame_bytes) {
  RoomId id{frame.room()};
  const auto room = room_of(id);
  if (!room) {
    reject(Frame::kSend, id, room.error(), frame.client_id());
    return finish({});
  }
  auto draft = check_draft(frame, frame_bytes);
  if (!draft) {
    reject(Frame::kSend, id, draft.error(), frame.client_id());
    return finish({});
  }
  return send(std::move(id), std::move(*draft));
}

result<Draft> FrameHandler::check_draft(v1::Send& frame, std::size_t frame_bytes) {
  if (frame_bytes > limits::frame_bytes_max) return errc::drawing_too_big;
  const auto client_id = read_client_id(frame.client_id());
  if (!client_id) return client_id.error();
  if (const auto caption = check_caption(frame.caption()); !caption) return caption.error();
  auto drawing = check_drawing(*frame.mutable_drawing());
  if (!drawing) return drawing.error();
  return Draft{*client_id, std::move(*drawing), frame.caption(), Seq{frame.remix_of()}};
}

FrameHandler::Handled FrameHandler::send(RoomId id, Draft draft) {
  const auto room = room_of(id);
  const auto client_id = draft.client_id;
  const auto stored =
      co_await (*room)->call(&Room::append, signed_in_.user, connection_, std::move(draft));
  if (stored)
    client_.reply(accepted_frame(client_id, id, stored->seq, stored->sent_at));
  else
    reject(Frame::kSend, id, stored.error(), bytes_of(client_id));
  co_return result<void>{};
}

FrameHandler::Handled FrameHandler::history(RoomId id, Seq before, std::uint32_t limit) {
  const auto room = room_of(id);
  if (!room) {
    reject(Frame::kHistory, id, room.error());
    co_return result<void>{};
  }
  const auto page = co_await (*room)->call(&Room::history, signed_in_.user.id, connection_, before,
                                           PageLimit{limit, page_bytes_});
  if (page)
    client_.reply(page_frame(id, *page));
  else
    reject(Frame::kHistory, id, page.error());
  co_return result<void>{};
}

FrameHandler::Handled FrameHandler::erase(RoomId id, Seq seq) {
  const auto room = room_of(id);
  if (!room) {
    reject(Frame::kDelete, id, room.error());
    co_return result<void>{};
  }
  // Whether the person is an administrator may have changed since sign-in.
  const auto user = co_await services_.accounts.current(signed_in_.user.id);
  if (!user) {
    reject(Frame::kDelete, id, user.error());
    co_return result<void>{};
  }
  const auto erased = co_await (*room)->call(&Room::erase, *user, connection_, seq);
  if (!erased) reject(Frame::kDelete, id, erased.error());
  co_return result<void>{};
}

void FrameHandler::set_pen(const RoomId& id, bool down) {
  const auto room = room_of(id);
  if (!room) {
    reject(Frame::kPen, id, room.error());
    return;
  }
  (*room)->post(&Room::set_pen, signed_in_.user.id, connection_, down);
}

result<Owned<Room>*> FrameHandler::room_of(const RoomId& id) const {
  const auto found = rooms_.find(id);
  if (found != rooms_.end()) return found->second;
  return services_.rooms.find(id) ? errc::not_in_room : errc::unknown_room;
}

void FrameHandler::reject(int frame, const RoomId& room, const Refusal& why,
                          const std::string& client_id) {
  client_.reply(rejected_frame({frame, room.value, client_id}, why));
}

void FrameHandler::touch() {
  const auto now = services_.clock.now();
  if (now - touched_at_ < services_.session_times.touch_interval()) return;
  touched_at_ = now;
  services_.sessions.post(&SessionTable::touch, signed_in_.session);
}

void FrameHandler::leave_room(Owned<Room>& room, Departure how) {
  room.post(&Room::leave, signed_in_.user.id, connection_, how);
}

}  // namespace colo
