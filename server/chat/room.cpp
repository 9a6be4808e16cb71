#include "chat/room.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <random>

#include "domain/limits.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::size_t recent_max = 64;  // messages told while a page is read from the log
constexpr int catch_up_tries = 8;

// Tells a life of a temporary room from the one before it, and from any in an earlier run of
// the server. Random, as no clock is to be trusted: a machine without one always starts at the
// same time. 52 bits, never 0: exact as a number in JavaScript.
Epoch new_epoch() {
  std::random_device random;
  const std::uint64_t high = random();
  return {((high << 32 | random()) & 0xF'FFFF'FFFF'FFFFU) | 1};
}

enum class Keeping { newest, oldest };

// Drops what does not fit into `bytes_max`, but never all of it. True when it had to.
bool shorten(std::vector<std::string>& messages, Keeping keeping, std::size_t bytes_max) {
  std::size_t fit = 0;
  for (std::size_t bytes = 0; fit < messages.size(); ++fit) {
    bytes += messages[keeping == Keeping::newest ? messages.size() - 1 - fit : fit].size();
    if (bytes > bytes_max && fit > 0) break;
  }
  const auto dropped = static_cast<std::ptrdiff_t>(messages.size() - fit);
  const auto first = keeping == Keeping::newest ? messages.begin() : messages.end() - dropped;
  messages.erase(first, first + dropped);
  return dropped > 0;
}

// False when nothing is left of a page that is not the last: the phone could not ask for the next.
bool drop_deleted(std::vector<Message>& messages, const std::vector<Seq>& deleted, bool more) {
  if (deleted.empty() || messages.empty()) return true;
  std::erase_if(messages, [&deleted](const Message& m) {
    return std::ranges::find(deleted, m.seq) != deleted.end();
  });
  return !messages.empty() || !more;
}

}  // namespace

Room::Room(RoomSpec spec, Shards& shards, MessageLog& log, const Clock& clock, Rate drawings,
           Changed changed)
    : spec_(std::move(spec)),
      shards_(shards),
      home_(shards.of(spec_.id)),
      shared_log_(log),
      clock_(clock),
      drawings_(drawings),
      changed_(std::move(changed)),
      epoch_(spec_.persistent ? Epoch{} : new_epoch()) {
  for (std::uint32_t i = 0; i < shards.size(); ++i)
    subscribers_.push_back(std::make_unique<Subscribers>(shards[i]));
  connections_on_.resize(shards.size());
}

asio::awaitable<result<void>> Room::open() {
  const auto last = co_await log().last_seq(spec_.id);
  if (!last) co_return last.error();
  const auto deletion = co_await log().last_deletion(spec_.id);
  if (!deletion) co_return deletion.error();
  if (spec_.persistent) {
    const auto history = co_await log().history(spec_.id);
    if (!history) co_return history.error();
    epoch_ = history->epoch;
    restored_at_ = history->restored_at;
  }
  last_told_ = *last;
  recent_after_ = *last;
  last_deletion_ = *deletion;
  co_return result<void>{};
}

asio::awaitable<result<void>> Room::join(Arrival arrival) {
  const auto known = people_.find(arrival.user.id);
  const auto kept_until = known == people_.end() ? std::nullopt : known->second.gone_at;
  const auto admitted = admit(arrival);
  if (!admitted) co_return admitted.error();

  auto joined = co_await catch_up(arrival, *admitted);
  const auto user = arrival.user.id;
  const auto connection = arrival.connection;
  if (!is_in(user, connection)) co_return errc::not_in_room;  // left meanwhile
  if (!joined) {
    if (*admitted) undo_admission(user, connection, kept_until);
    co_return joined.error();
  }
  // From here to the post nothing may wait: what is told next follows Joined.
  joined->members = first_names(arrival.user);
  joined->occupancy = static_cast<std::uint32_t>(people_.size());
  const bool caught_up = arrival.after == Seq{} || joined->reset || !joined->more;
  auto frame = joined_frame(*joined);
  run_at(connection, [caught_up, frame = std::move(frame),
                      phone = std::move(arrival.member)](Subscribers& subscribers) {
    const auto member = phone.lock();
    if (!member) return;
    member->reply(frame);
    if (caught_up) subscribers.add(member);
  });
  co_return result<void>{};
}

result<bool> Room::admit(const Arrival& arrival) {
  if (gone_.contains(arrival.user.id)) return errc::signed_out;
  auto person = people_.find(arrival.user.id);
  const bool arrives = person == people_.end();
  if (arrives) {
    if (people_.size() >= spec_.capacity)
      return Refusal(errc::room_full,
                     fmt::format("{} is full: it has room for {}. Please try again later.",
                                 spec_.name, spec_.capacity));
    person = people_.emplace(arrival.user.id, Person{arrival.user, {}, {}, {}}).first;
  }
  person->second.gone_at.reset();
  auto& connections = person->second.connections;
  if (std::ranges::find(connections, arrival.connection) != connections.end()) return false;
  connections.push_back(arrival.connection);
  ++connections_on_[arrival.connection.shard];
  if (arrives) {
    tell_presence(arrival.user);
    changed_();
  }
  return true;
}

// Whoever had a place that was kept for them still has it, and for as long.
void Room::undo_admission(UserId user, ConnectionId connection,
                          std::optional<SteadyTime> kept_until) {
  if (!kept_until) return leave(user, connection, Departure::clean);
  take_out(user, connection);
  auto& person = people_.at(user);
  if (person.connections.empty()) person.gone_at = kept_until;
}

// Messages up to `told` come from the log; those told while it was read come
// from recent_, because they may or may not be in what was read.
asio::awaitable<result<JoinedFrame>> Room::catch_up(Arrival arrival, bool newcomer) {
  const Seq after = arrival.after;
  for (int tries = 0; tries < catch_up_tries; ++tries) {
    JoinedFrame joined;
    joined.room = spec_.id;
    joined.epoch = epoch_;
    joined.deletion = last_deletion_;
    joined.reset = after != Seq{} && (of_another_history(arrival, newcomer) || after > last_told_);
    if (after != Seq{} && !joined.reset) {
      const auto complete = co_await read_deleted(joined, after, arrival.after_deletion);
      if (!complete) co_return complete.error();
      joined.reset = !*complete;
    }
    const bool newest = after == Seq{} || joined.reset;
    const Seq told = last_told_;
    auto page = co_await read_page(newest ? Reading::before : Reading::after,
                                   newest ? Seq{told.value + 1} : after, arrival.page_bytes);
    if (!page) co_return page.error();
    if (joined.epoch != epoch_) continue;

    auto& messages = page->messages;
    const auto untold = std::erase_if(messages, [told](const Message& m) { return m.seq > told; });
    // A page may be short: it is large, or some of it cannot be read.
    const bool reaches_told = newest || !page->more || untold > 0;
    joined.more = newest ? page->more : !reaches_told;
    // This phone was not told of what was deleted while it was read for.
    const auto meanwhile = deleted_since(joined.deletion);
    if (!meanwhile || !drop_deleted(messages, *meanwhile, joined.more)) continue;
    joined.deletion = last_deletion_;
    if (!newest) {
      std::ranges::copy_if(*meanwhile, std::back_inserter(joined.deleted),
                           [after](Seq seq) { return seq <= after; });
      if (joined.deleted.size() > limits::deletions_told_max) continue;  // begins anew
    }
    for (const auto& message : messages) joined.messages.push_back(encode_message(message));
    if (reaches_told && !append_recent(joined, told)) continue;
    if (shorten(joined.messages, newest ? Keeping::newest : Keeping::oldest, arrival.page_bytes))
      joined.more = true;
    co_return joined;
  }
  co_return errc::busy;
}

// A phone that sends no epoch to a saved room is believed, but for what may be of the time
// before a restored backup: then it is reset when its connection enters, not at each Join.
bool Room::of_another_history(const Arrival& arrival, bool newcomer) const {
  if (arrival.epoch == epoch_) return false;
  if (!spec_.persistent || arrival.epoch != Epoch{}) return true;
  return newcomer && restored_at_ && arrival.after > *restored_at_;
}

// Which of the messages up to `upto` were deleted since; false when that cannot be told any more.
asio::awaitable<result<bool>> Room::read_deleted(JoinedFrame& joined, Seq upto, DeletionId after) {
  if (after == joined.deletion) co_return true;
  if (after > joined.deletion || joined.deletion.value - after.value > limits::deletions_told_max)
    co_return false;
  const auto seqs = co_await log().deleted(spec_.id, after, joined.deletion);
  if (!seqs) co_return seqs.error();
  if (seqs->size() != joined.deletion.value - after.value) co_return false;
  std::ranges::copy_if(*seqs, std::back_inserter(joined.deleted),
                       [upto](Seq seq) { return seq <= upto; });
  co_return true;
}

// Not one expression with two awaits in it: g++ 12 destroys their operands twice.
asio::awaitable<result<MessagePage>> Room::read_page(Reading direction, Seq seq,
                                                     std::size_t bytes) {
  const PageLimit limit{limits::page_messages_max, bytes};
  if (direction == Reading::before) co_return co_await log().before(spec_.id, seq, limit);
  co_return co_await log().after(spec_.id, seq, limit);
}

// False when recent_ does not reach back to `after`.
bool Room::append_recent(JoinedFrame& joined, Seq after) const {
  if (last_told_ == after) return true;
  if (after < recent_after_) return false;
  for (const auto& told : recent_)
    if (told.seq > after) joined.messages.emplace_back(told.frame->field());
  return true;
}

void Room::leave(UserId user, ConnectionId connection, Departure how) {
  if (!is_in(user, connection)) return;
  take_out(user, connection);
  auto& person = people_.at(user);
  if (!person.connections.empty()) return;
  if (how == Departure::clean) {
    remove(user);
  } else {
    person.gone_at = clock_.now() + limits::dropped_connection_grace;
  }
}

void Room::take_out(UserId user, ConnectionId connection) {
  auto& person = people_.at(user);
  lift_pen(person, connection);
  std::erase(person.connections, connection);
  --connections_on_[connection.shard];
  run_at(connection, [connection](Subscribers& subscribers) { subscribers.remove(connection); });
}

asio::awaitable<result<Stored>> Room::say(User user, ConnectionId connection, Saying saying) {
  if (!is_in(user.id, connection)) co_return errc::not_in_room;
  const auto now = clock_.now();
  const auto wait = sayings_.try_emplace(user.id, drawings_, now).first->second.take(now);
  if (wait.count() > 0)
    co_return Refusal(errc::slow_down, std::string(sentence(errc::slow_down)), wait);

  Message message{spec_.id,
                  Seq{},
                  user.name,
                  clock_.wall(),
                  saying.drawing,
                  saying.caption,
                  saying.remix_of,
                  saying.client_id,
                  {}};
  NewMessage news{spec_.id,
                  std::move(user),
                  saying.client_id,
                  std::move(saying.drawing),
                  std::move(saying.caption),
                  saying.remix_of,
                  message.sent_at};
  const auto author = news.author.id;
  auto stored = co_await log().append(std::move(news));
  // It was not stored, and the phone is to send it again.
  if (!stored && retry_time(stored.error().code).count() > 0)
    if (const auto bucket = sayings_.find(author); bucket != sayings_.end())
      bucket->second.give_back();
  if (!stored || stored->repeated) co_return stored;
  message.seq = stored->seq;
  message.remix_author = stored->remix_author;
  tell(message);
  co_return stored;
}

void Room::tell(const Message& message) {
  if (message.seq.value != last_told_.value + 1)
    log::error("room {}: seq {} was told after {}", spec_.id.value, message.seq.value,
               last_told_.value);
  last_told_ = message.seq;
  recent_.push_back({message.seq, message_frame(encode_message(message))});
  if (recent_.size() > recent_max) {
    recent_after_ = recent_.front().seq;
    recent_.pop_front();
  }
  fan_out(recent_.back().frame);
}

asio::awaitable<result<MessagePage>> Room::history(UserId user, ConnectionId connection, Seq before,
                                                   PageLimit limit) {
  if (!is_in(user, connection)) co_return errc::not_in_room;
  if (before == Seq{}) co_return errc::bad_range;
  // Beyond the last that was told lies what this phone will be told.
  const Seq end{std::min(before.value, last_told_.value + 1)};
  if (limit.messages == 0 || limit.messages > limits::page_messages_max)
    limit.messages = limits::page_messages_max;
  for (int tries = 0; tries < catch_up_tries; ++tries) {
    const auto deletion = last_deletion_;
    auto page = co_await log().before(spec_.id, end, limit);
    if (!page) co_return page;
    // It may hold what this phone was just told to be gone.
    const auto meanwhile = deleted_since(deletion);
    if (!meanwhile || !drop_deleted(page->messages, *meanwhile, page->more)) continue;
    co_return page;
  }
  co_return errc::busy;
}

RoomView Room::view() const {
  return {spec_, static_cast<std::uint32_t>(people_.size()), last_told_};
}

void Room::sweep() {
  const auto now = clock_.now();
  std::vector<UserId> gone;
  for (const auto& [id, person] : people_)
    if (person.gone_at && now >= *person.gone_at) gone.push_back(id);
  for (const auto id : gone) remove(id);
  std::erase_if(gone_, [now](const auto& entry) { return now >= entry.second; });
  std::erase_if(sayings_, [now](const auto& entry) { return entry.second.full(now); });
  tell_late_presences();
  if (std::exchange(occupancy_to_tell_, false))
    fan_out(presence_frame(spec_.id, "", v1::CHANGE_UNSPECIFIED,
                           static_cast<std::uint32_t>(people_.size())));
}

void Room::remove(UserId user, bool for_good) {
  const auto person = people_.extract(user);
  if (for_good && !is_large())
    tell_presence_now(notices_of(person.mapped().user, true), false);
  else
    tell_presence(person.mapped().user);
  changed_();
  if (!people_.empty() || spec_.persistent) return;
  memory_.clear();
  recent_.clear();
  recent_after_ = Seq{};
  last_told_ = Seq{};
  last_deletion_ = DeletionId{};
  recently_deleted_.clear();
  epoch_ = new_epoch();
}

void Room::fan_out(const SharedFrame& frame) {
  for (std::uint32_t i = 0; i < shards_.size(); ++i) {
    if (connections_on_[i] == 0) continue;
    shards_[i].run([subscribers = subscribers_[i].get(), frame] { subscribers->publish(frame); });
  }
}

void Room::tell_others(const Person& person, const SharedFrame& frame) {
  for (std::uint32_t i = 0; i < shards_.size(); ++i) {
    if (connections_on_[i] == 0) continue;
    shards_[i].run([subscribers = subscribers_[i].get(), frame, not_to = person.connections] {
      subscribers->publish_except(frame, not_to);
    });
  }
}

void Room::run_at(ConnectionId connection, std::function<void(Subscribers&)> task) {
  shards_[connection.shard].run([subscribers = subscribers_[connection.shard].get(),
                                 task = std::move(task)] { task(*subscribers); });
}

bool Room::is_in(UserId user, ConnectionId connection) const {
  const auto person = people_.find(user);
  if (person == people_.end()) return false;
  const auto& connections = person->second.connections;
  return std::ranges::find(connections, connection) != connections.end();
}

bool Room::is_large() const {
  return people_.size() > limits::presence_people_max;
}

std::vector<std::string> Room::first_names(const User& among_them) const {
  std::vector<std::string> names{among_them.name};
  for (const auto& [id, person] : people_) {
    if (names.size() == limits::presence_people_max) break;
    if (id != among_them.id) names.push_back(person.user.name);
  }
  return names;
}

}  // namespace colo
