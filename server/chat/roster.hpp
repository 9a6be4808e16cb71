// The people in a room, their connections, and the notices about them that the others get.
//
// A person has one place, whatever the number of their connections. A person whose connections
// all dropped keeps the place for limits::dropped_connection_grace. Publishes presence notices
// and pens, each at a bounded rate for one person. Knows nothing of messages.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "chat/recent_people.hpp"
#include "domain/errc.hpp"
#include "domain/limits.hpp"
#include "domain/rate.hpp"
#include "domain/room.hpp"
#include "domain/user.hpp"
#include "runtime/clock.hpp"
#include "wire/frames.hpp"

namespace colo {

enum class Departure {
  clean,    // Leave, or a clean close: the person leaves immediately
  dropped,  // the connection broke: the place is kept for a while
};

class Roster {
 public:
  /// Sends a frame to all connections in the room but those named.
  using Publish = std::function<void(const SharedFrame&, const std::vector<ConnectionId>& except)>;
  /// The number of people changed.
  using Changed = std::function<void()>;

  Roster(const RoomSpec& spec, const Clock& clock, Publish publish, Changed changed);

  /// What admit() did, for undo().
  struct Admission {
    bool new_connection = false;
    std::optional<SteadyTime> kept_until;  // the person's place was kept until then
  };
  /// Adds the connection, and the person if this is their first. Errors: room_full, signed_out
  /// (the account was deleted).
  result<Admission> admit(const User& user, ConnectionId connection);
  /// Undoes an admission. A place that was kept stays kept, until the same time.
  void undo(const Admission& admission, UserId user, ConnectionId connection);

  /// Does nothing when the connection is not in the room.
  void leave(UserId user, ConnectionId connection, Departure how);

  /// The account was deleted: removes the person, and refuses them from now on.
  void remove_account(UserId user);

  /// "Is drawing": published to the others at most once in limits::pen_rest_time.
  void set_pen(UserId user, ConnectionId connection, bool down);

  /// Once a second: ends places that were kept, and publishes what was held back.
  void sweep();

  bool is_in(UserId user, ConnectionId connection) const;
  std::vector<ConnectionId> connections_of(UserId user) const;
  std::uint32_t occupancy() const { return static_cast<std::uint32_t>(people_.size()); }
  bool empty() const { return people_.empty(); }
  /// The first limits::presence_people_max names, `user`'s first.
  std::vector<std::string> names(const User& user) const;

 private:
  struct Person {
    User user;
    std::vector<ConnectionId> connections;  // at most limits::sockets_per_person_max
    std::optional<SteadyTime> leaves_at;    // set while no connection is left
    std::vector<ConnectionId> pens;         // the connections whose pen is down
  };
  // What was published of a person recently. Kept after they leave, because joining again must not
  // reset the limits.
  struct Notices {
    Bucket bucket;
    User user;
    bool shown_in = false;   // as published last
    bool held_back = false;  // it has changed since and was not published yet
    std::optional<SteadyTime> pen_shown_at;
  };

  bool is_large() const { return people_.size() > limits::presence_people_max; }
  void remove_connection(Person& person, ConnectionId connection);
  void remove(UserId user);
  void lift_pen(Person& person, ConnectionId connection);
  Notices* notices_of(const User& user, bool shown_in);
  void note_presence(const User& user);
  void publish_presence(Notices& notices, bool is_in);
  void publish_occupancy();
  void publish_held_back();

  const RoomSpec& spec_;
  const Clock& clock_;
  Publish publish_;
  Changed changed_;
  std::unordered_map<UserId, Person> people_;    // at most spec_.capacity
  std::unordered_map<UserId, Notices> notices_;  // at most limits::noticed_people_max
  RecentPeople<SteadyTime> removed_accounts_{limits::removed_accounts_max};  // refused until then
  bool occupancy_changed_ = false;  // and is yet to be published
};

}  // namespace colo
