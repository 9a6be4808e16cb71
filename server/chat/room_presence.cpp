// What the others in a room are told of somebody: that they came, went, or draw.
#include <algorithm>

#include "chat/room.hpp"
#include "domain/limits.hpp"

namespace colo {

void Room::pen(UserId user, ConnectionId connection, bool down) {
  if (!is_in(user, connection)) return;
  auto& person = people_.at(user);
  if (!down) return lift_pen(person, connection);
  if (is_large()) return;
  const auto now = clock_.now();
  const bool drew = !person.pens.empty();
  const auto pause = drew ? limits::pen_again_time : limits::pen_rest_time;
  auto& told_at = notices_of(person.user, true).pen_told_at;
  const bool too_soon = told_at && now - *told_at < pause;
  if (too_soon && !drew) return;
  if (std::ranges::find(person.pens, connection) == person.pens.end())
    person.pens.push_back(connection);
  if (too_soon) return;
  told_at = now;
  tell_others(person, pen_frame(spec_.id, person.user.name, true));
}

void Room::lift_pen(Person& person, ConnectionId connection) {
  if (std::erase(person.pens, connection) == 0 || !person.pens.empty()) return;
  tell_others(person, pen_frame(spec_.id, person.user.name, false));
}

// `told_in`: as the others know it, where nothing was told lately.
Room::Notices& Room::notices_of(const User& user, bool told_in) {
  const auto found = notices_.find(user.id);
  if (found != notices_.end()) return found->second;
  const Bucket bucket(limits::presence_notices, clock_.now());
  return notices_.emplace(user.id, Notices{bucket, user, told_in, false, {}}).first->second;
}

// Somebody came or went. Who does so again and again is told of by sweep(), as it is then.
void Room::tell_presence(const User& user) {
  const bool is_in = people_.contains(user.id);
  auto& notices = notices_of(user, !is_in);
  notices.to_tell = notices.told_in != is_in;
  if (is_large()) {
    notices.told_in = is_in;
    notices.to_tell = false;
    occupancy_to_tell_ = true;
  } else if (notices.to_tell && notices.bucket.take(clock_.now()).count() == 0) {
    tell_presence_now(notices, is_in);
  }
}

void Room::tell_late_presences() {
  const auto now = clock_.now();
  for (auto& [id, notices] : notices_)
    if (notices.to_tell && notices.bucket.take(now).count() == 0)
      tell_presence_now(notices, people_.contains(id));
  std::erase_if(notices_, [now](const auto& entry) {
    const auto& notices = entry.second;
    return !notices.to_tell && notices.bucket.full(now) &&
           (!notices.pen_told_at || now - *notices.pen_told_at >= limits::pen_again_time);
  });
}

void Room::tell_presence_now(Notices& notices, bool is_in) {
  notices.told_in = is_in;
  notices.to_tell = false;
  fan_out(presence_frame(spec_.id, notices.user.name, is_in ? v1::CHANGE_JOINED : v1::CHANGE_LEFT,
                         static_cast<std::uint32_t>(people_.size())));
}

}  // namespace colo
