#include "chat/timeline.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "domain/limits.hpp"
#include "runtime/log.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr int read_tries = 8;  // of a page while messages are deleted and published

// Differs in each life of a temporary room, also of an earlier run of the server. Random, because
// a machine without a clock always starts at the same time. 52 bits, so that it is exact as a
// number in JavaScript; never 0.
Epoch new_epoch() {
  std::random_device random;
  const std::uint64_t high = random();
  return {((high << 32 | random()) & 0xF'FFFF'FFFF'FFFFU) | 1};
}

enum class Kept { newest, oldest };

// Drops messages beyond `bytes_max`, but never all. True when it dropped some.
bool shorten(std::vector<std::string>& messages, Kept kept, std::size_t bytes_max) {
  std::size_t fit = 0;
  for (std::size_t bytes = 0; fit < messages.size(); ++fit) {
    bytes += messages[kept == Kept::newest ? messages.size() - 1 - fit : fit].size();
    if (bytes > bytes_max && fit > 0) break;
  }
  const auto dropped = static_cast<std::ptrdiff_t>(messages.size() - fit);
  const auto first = kept == Kept::newest ? messages.begin() : messages.end() - dropped;
  messages.erase(first, first + dropped);
  return dropped > 0;
}

// False when nothing is left of a page that is not the last: the client would have no seq to ask
// for the next one with.
bool drop_deleted(std::vector<Message>& messages, const std::vector<Seq>& deleted, bool more) {
  if (deleted.empty() || messages.empty()) return true;
  std::erase_if(messages, [&deleted](const Message& m) {
    return std::ranges::find(deleted, m.seq) != deleted.end();
  });
  return !messages.empty() || !more;
}

}  // namespace

Timeline::Timeline(const RoomSpec& spec, MessageLog& log, Publish publish)
    : spec_(spec),
      log_(log),
      publish_(std::move(publish)),
      epoch_(spec.persistent ? Epoch{} : new_epoch()) {}

asio::awaitable<result<void>> Timeline::open() {
  const auto last = co_await log_.last_seq(spec_.id);
  if (!last) co_return last.error();
  const auto deletion = co_await log_.last_deletion(spec_.id);
  if (!deletion) co_return deletion.error();
  if (spec_.persistent) {
    const auto history = co_await log_.history(spec_.id);
    if (!history) co_return history.error();
    epoch_ = history->epoch;
    restored_at_ = history->restored_at;
  }
  last_published_ = *last;
  recent_.reset(*last);
  deletions_.reset(*deletion);
  co_return result<void>{};
}

void Timeline::restart() {
  last_published_ = {};
  recent_.reset({});
  deletions_.reset({});
  epoch_ = new_epoch();
}

asio::awaitable<result<Stored>> Timeline::append(Message message) {
  auto stored = co_await log_.append(message);
  if (!stored || stored->repeated) co_return stored;
  message.seq = stored->seq;
  message.remix_author = stored->remix_author;
  publish(message);
  co_return stored;
}

void Timeline::publish(const Message& message) {
  if (message.seq.value != last_published_.value + 1)
    log::error("room {}: seq {} was published after {}", spec_.id.value, message.seq.value,
               last_published_.value);
  last_published_ = message.seq;
  const auto frame = message_frame(message);
  recent_.push(message.seq, frame);
  publish_(frame);
}

// Messages up to the last one published when the read began come from the log, later ones from
// recent_: what was read may or may not contain them.
asio::awaitable<result<JoinedFrame>> Timeline::catch_up(Position known) {
  for (int tries = 0; tries < read_tries; ++tries) {
    JoinedFrame joined;
    joined.room = spec_.id;
    joined.epoch = epoch_;
    joined.deletion = deletions_.last();
    joined.reset =
        known.after != Seq{} && (is_of_another_history(known) || known.after > last_published_);
    if (known.after != Seq{} && !joined.reset) {
      const auto complete = co_await read_deleted(joined, known);
      if (!complete) co_return complete.error();
      joined.reset = !*complete;
    }
    const bool newest = known.after == Seq{} || joined.reset;
    const Seq published = last_published_;
    auto page = co_await read_page(newest, newest ? published : known.after,
                                   {limits::page_messages_max, known.page_bytes});
    if (!page) co_return page.error();
    if (joined.epoch != epoch_) continue;

    auto& messages = page->messages;
    const auto later =
        std::erase_if(messages, [published](const Message& m) { return m.seq > published; });
    // A page can be short: its messages are large, or some cannot be read.
    const bool reaches_published = newest || !page->more || later > 0;
    joined.more = newest ? page->more : !reaches_published;
    // Deletions during the read were not published to this client.
    const auto meanwhile = deletions_.since(joined.deletion);
    if (!meanwhile || !drop_deleted(messages, *meanwhile, joined.more)) continue;
    joined.deletion = deletions_.last();
    if (!newest) {
      std::ranges::copy_if(*meanwhile, std::back_inserter(joined.deleted),
                           [&known](Seq seq) { return seq <= known.after; });
      if (joined.deleted.size() > limits::deletions_told_max) continue;  // it will be reset
    }
    for (const auto& message : messages) joined.messages.push_back(encode_message(message));
    if (reaches_published && !recent_.append_after(published, joined.messages)) continue;
    if (shorten(joined.messages, newest ? Kept::newest : Kept::oldest, known.page_bytes))
      joined.more = true;
    co_return joined;
  }
  co_return errc::busy;
}

// A client that sends no epoch to a saved room is trusted, unless its seq may be from before a
// restored backup: then it is reset when its connection enters, but not at each Join.
bool Timeline::is_of_another_history(const Position& known) const {
  if (known.epoch == epoch_) return false;
  if (!spec_.persistent || known.epoch != Epoch{}) return true;
  return known.entering && restored_at_ && known.after > *restored_at_;
}

// Adds which of the client's messages were deleted since. False when that is no longer known.
asio::awaitable<result<bool>> Timeline::read_deleted(JoinedFrame& joined, Position known) {
  const DeletionId after = known.after_deletion;
  if (after == joined.deletion) co_return true;
  if (after > joined.deletion || joined.deletion.value - after.value > limits::deletions_told_max)
    co_return false;
  const auto seqs = co_await log_.deleted(spec_.id, after, joined.deletion);
  if (!seqs) co_return seqs.error();
  if (seqs->size() != joined.deletion.value - after.value) co_return false;
  std::ranges::copy_if(*seqs, std::back_inserter(joined.deleted),
                       [&known](Seq seq) { return seq <= known.after; });
  co_return true;
}

// The newest page up to `seq`, or the page after it. One co_await in an expression: decision 0003.
asio::awaitable<result<MessagePage>> Timeline::read_page(bool newest, Seq seq, PageLimit limit) {
  if (newest) co_return co_await log_.before(spec_.id, {seq.value + 1}, limit);
  co_return co_await log_.after(spec_.id, seq, limit);
}

asio::awaitable<result<MessagePage>> Timeline::history(Seq before, PageLimit limit) {
  if (before == Seq{}) co_return errc::bad_range;
  // Messages that were not published yet will be.
  const Seq end{std::min(before.value, last_published_.value + 1)};
  if (limit.messages == 0 || limit.messages > limits::page_messages_max)
    limit.messages = limits::page_messages_max;
  for (int tries = 0; tries < read_tries; ++tries) {
    const auto deletion = deletions_.last();
    auto page = co_await log_.before(spec_.id, end, limit);
    if (!page) co_return page;
    // Deletions during the read were published to the client, but the page may still contain the
    // messages.
    const auto meanwhile = deletions_.since(deletion);
    if (!meanwhile || !drop_deleted(page->messages, *meanwhile, page->more)) continue;
    co_return page;
  }
  co_return errc::busy;
}

asio::awaitable<result<void>> Timeline::erase(User by, Seq seq) {
  const auto erased = co_await log_.erase(spec_.id, seq, by);
  if (!erased) co_return erased.error();
  deletions_.push(seq, *erased);
  recent_.erase({&seq, 1});
  publish_(deleted_frame(spec_.id, seq, by.name, *erased));
  co_return result<void>{};
}

asio::awaitable<result<bool>> Timeline::erase_batch_of(UserId author) {
  const auto erased = co_await log_.erase_of(spec_.id, author, limits::erase_batch_max);
  if (!erased) co_return erased.error();
  if (erased->seqs.empty()) co_return false;
  const DeletionId before{erased->last.value - erased->seqs.size()};
  auto number = before;
  for (const Seq seq : erased->seqs) deletions_.push(seq, {++number.value});
  recent_.erase(erased->seqs);
  number = before;
  for (const Seq seq : erased->seqs) publish_(deleted_frame(spec_.id, seq, "", {++number.value}));
  co_return true;
}

}  // namespace colo
