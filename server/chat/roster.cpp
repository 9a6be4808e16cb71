#include "chat/roster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace colo {

Roster::Roster(const RoomSpec& spec, const Clock& clock, Publish publish, Changed changed)
    : spec_(spec), clock_(clock), publish_(std::move(publish)), changed_(std::move(changed)) {}

result<Roster::Admission> Roster::admit(const User& user, ConnectionId connection) {
  if (removed_accounts_.contains(user.id)) return errc::signed_out;
  auto person = people_.find(user.id);
  const bool arrives = person == people_.end();
  if (arrives) {
    if (people_.size() >= spec_.capacity)
      return Refusal(errc::room_full,
                     fmt::format("{} is full: it has room for {}. Please try again later.",
                                 spec_.name, spec_.capacity));
    person = people_.emplace(user.id, Person{user, {}, {}, {}}).first;
  }
  Admission admission;
  admission.kept_until = std::exchange(person->second.leaves_at, std::nullopt);
  auto& connections = person->second.connections;
  if (std::ranges::find(connections, connection) != connections.end()) return admission;
  admission.new_connection = true;
  connections.push_back(connection);
  if (arrives) {
    changed_();
    note_presence(user);
  }
  return admission;
}

void Roster::undo(const Admission& admission, UserId user, ConnectionId connection) {
  if (!admission.new_connection) return;
  if (!admission.kept_until) {
    leave(user, connection, Departure::clean);
    return;
  }
  auto& person = people_.at(user);
  remove_connection(person, connection);
  if (person.connections.empty()) person.leaves_at = admission.kept_until;
}

void Roster::leave(UserId user, ConnectionId connection, Departure how) {
  if (!is_in(user, connection)) return;
  auto& person = people_.at(user);
  remove_connection(person, connection);
  if (!person.connections.empty()) return;
  if (how == Departure::clean)
    remove(user);
  else
    person.leaves_at = clock_.now() + limits::dropped_connection_grace;
}

void Roster::remove_account(UserId user) {
  const auto until = clock_.now() + limits::removed_account_time;
  removed_accounts_.use(user, until) = until;
  if (const auto found = people_.find(user); found != people_.end()) {
    for (const auto connection : connections_of(user)) lift_pen(found->second, connection);
    const auto person = people_.extract(found);
    changed_();
    // Published now, because the name must not be published later.
    auto* notices = notices_of(person.mapped().user, true);
    if (notices && !is_large())
      publish_presence(*notices, false);
    else
      occupancy_changed_ = true;
  }
  notices_.erase(user);
}

std::vector<ConnectionId> Roster::connections_of(UserId user) const {
  const auto person = people_.find(user);
  return person == people_.end() ? std::vector<ConnectionId>{} : person->second.connections;
}

void Roster::remove_connection(Person& person, ConnectionId connection) {
  lift_pen(person, connection);
  std::erase(person.connections, connection);
}

void Roster::remove(UserId user) {
  const auto person = people_.extract(user);
  changed_();
  note_presence(person.mapped().user);
}

void Roster::set_pen(UserId user, ConnectionId connection, bool down) {
  if (!is_in(user, connection)) return;
  auto& person = people_.at(user);
  if (!down) return lift_pen(person, connection);
  if (is_large()) return;
  auto* notices = notices_of(person.user, true);
  if (!notices) return;
  const auto now = clock_.now();
  const bool was_down = !person.pens.empty();
  const auto pause = was_down ? limits::pen_again_time : limits::pen_rest_time;
  auto& shown_at = notices->pen_shown_at;
  const bool too_soon = shown_at && now - *shown_at < pause;
  if (too_soon && !was_down) return;
  if (std::ranges::find(person.pens, connection) == person.pens.end())
    person.pens.push_back(connection);
  if (too_soon) return;
  shown_at = now;
  publish_(pen_frame(spec_.id, person.user.name, true), person.connections);
}

void Roster::lift_pen(Person& person, ConnectionId connection) {
  if (std::erase(person.pens, connection) == 0 || !person.pens.empty()) return;
  publish_(pen_frame(spec_.id, person.user.name, false), person.connections);
}

void Roster::sweep() {
  const auto now = clock_.now();
  std::vector<UserId> leaving;
  for (const auto& [id, person] : people_)
    if (person.leaves_at && now >= *person.leaves_at) leaving.push_back(id);
  for (const auto id : leaving) remove(id);
  removed_accounts_.erase_if([now](SteadyTime until) { return now >= until; });
  publish_held_back();
  if (std::exchange(occupancy_changed_, false)) publish_occupancy();
}

bool Roster::is_in(UserId user, ConnectionId connection) const {
  const auto person = people_.find(user);
  if (person == people_.end()) return false;
  const auto& connections = person->second.connections;
  return std::ranges::find(connections, connection) != connections.end();
}

std::vector<std::string> Roster::names(const User& user) const {
  std::vector<std::string> names{user.name};
  for (const auto& [id, person] : people_) {
    if (names.size() == limits::presence_people_max) break;
    if (id != user.id) names.push_back(person.user.name);
  }
  return names;
}

// `shown_in`: whether the others see the person in the room, if nothing was published of them
// recently. Null when the notices of too many people are stored already.
Roster::Notices* Roster::notices_of(const User& user, bool shown_in) {
  if (const auto found = notices_.find(user.id); found != notices_.end()) return &found->second;
  if (notices_.size() >= limits::noticed_people_max) return nullptr;
  const Bucket bucket(limits::presence_notices, clock_.now());
  return &notices_.emplace(user.id, Notices{bucket, user, shown_in, false, {}}).first->second;
}

// The person joined or left. After many changes, sweep() publishes the final state.
void Roster::note_presence(const User& user) {
  const bool is_in = people_.contains(user.id);
  auto* notices = notices_of(user, !is_in);
  if (!notices || is_large()) {
    occupancy_changed_ = true;
    if (!notices) return;
    notices->shown_in = is_in;
    notices->held_back = false;
    return;
  }
  notices->held_back = notices->shown_in != is_in;
  if (notices->held_back && notices->bucket.take(clock_.now()).count() == 0)
    publish_presence(*notices, is_in);
}

void Roster::publish_held_back() {
  const auto now = clock_.now();
  for (auto& [id, notices] : notices_)
    if (notices.held_back && notices.bucket.take(now).count() == 0)
      publish_presence(notices, people_.contains(id));
  std::erase_if(notices_, [now](const auto& entry) {
    const auto& notices = entry.second;
    return !notices.held_back && notices.bucket.full(now) &&
           (!notices.pen_shown_at || now - *notices.pen_shown_at >= limits::pen_again_time);
  });
}

void Roster::publish_presence(Notices& notices, bool is_in) {
  notices.shown_in = is_in;
  notices.held_back = false;
  publish_(presence_frame(spec_.id, notices.user.name, is_in ? v1::CHANGE_JOINED : v1::CHANGE_LEFT,
                          occupancy()),
           {});
}

void Roster::publish_occupancy() {
  publish_(presence_frame(spec_.id, "", v1::CHANGE_UNSPECIFIED, occupancy()), {});
}

}  // namespace colo
