#include "storage/memory_log.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace colo {

asio::awaitable<result<Stored>> MemoryLog::append(NewMessage message) {
  const Key key{message.author.id, message.client_id};
  if (const auto known = known_.find(key); known != known_.end())
    co_return Stored{known->second.seq, known->second.sent_at, true, {}};
  if (message.remix_of > last_) co_return errc::no_such_message;

  auto remix_author = author_of(message.remix_of);
  ++last_.value;
  entries_.push_back({last_, std::move(message.author), message.sent_at, std::move(message.drawing),
                      std::move(message.caption), message.remix_of, message.client_id,
                      remix_author});
  bytes_ += bytes_of(entries_.back());
  known_.emplace(key, Known{last_, message.sent_at});
  // The newest stays whatever its size: it was accepted.
  while (bytes_ > bytes_max_ && entries_.size() > 1) drop_oldest();
  co_return Stored{last_, message.sent_at, false, std::move(remix_author.name)};
}

asio::awaitable<result<MessagePage>> MemoryLog::before(RoomId room, Seq seq, PageLimit limit) {
  PageFill fill(limit);
  for (auto entry = not_before(seq); entry != entries_.begin();)
    if (!fill.add(message_of(room, *--entry))) break;
  auto page = fill.take();
  std::ranges::reverse(page.messages);
  co_return page;
}

asio::awaitable<result<MessagePage>> MemoryLog::after(RoomId room, Seq seq, PageLimit limit) {
  PageFill fill(limit);
  if (seq >= last_) co_return MessagePage{};
  for (auto entry = not_before({seq.value + 1}); entry != entries_.end(); ++entry)
    if (!fill.add(message_of(room, *entry))) break;
  co_return fill.take();
}

// Always the same history; the room counts its own epochs.
asio::awaitable<result<RoomHistory>> MemoryLog::history(RoomId) {
  co_return RoomHistory{{1}, {}};
}

asio::awaitable<result<Seq>> MemoryLog::last_seq(RoomId) {
  co_return last_;
}

asio::awaitable<result<DeletionId>> MemoryLog::erase(RoomId, Seq seq, User by) {
  const auto entry = not_before(seq);
  if (entry == entries_.end() || entry->seq != seq) co_return errc::no_such_message;
  if (entry->author.id != by.id && !by.admin) co_return errc::not_yours;
  co_return take_away(entry);
}

DeletionId MemoryLog::take_away(Entries::iterator entry) {
  bytes_ -= bytes_of(*entry);
  deleted_.push_back({entry->seq, std::move(entry->author), entry->client_id});
  bytes_ += bytes_of(deleted_.back());
  entries_.erase(entry);
  if (deleted_.size() > limits::deletions_told_max) {
    const Deleted& oldest = deleted_.front();
    bytes_ -= bytes_of(oldest);
    known_.erase({oldest.author.id, oldest.client_id});
    deleted_.pop_front();
  }
  return DeletionId{++deletions_};
}

asio::awaitable<result<Erasure>> MemoryLog::erase_of(RoomId, UserId author, std::size_t limit) {
  Erasure erasure;
  for (auto entry = entries_.begin(); entry != entries_.end() && erasure.seqs.size() < limit;) {
    if (entry->author.id != author) {
      ++entry;
      continue;
    }
    const auto seq = entry->seq;
    erasure.last = take_away(entry);
    erasure.seqs.push_back(seq);
    entry = not_before(seq);
  }
  co_return erasure;
}

void MemoryLog::forget_name(UserId author) {
  const auto forget_in = [&](auto& holder, User& person) {
    if (person.id != author) return;
    bytes_ -= bytes_of(holder);
    person.name.clear();
    bytes_ += bytes_of(holder);
  };
  for (Entry& entry : entries_)
    for (User* person : {&entry.author, &entry.remix_author}) forget_in(entry, *person);
  for (Deleted& deleted : deleted_) forget_in(deleted, deleted.author);
}

asio::awaitable<result<DeletionId>> MemoryLog::last_deletion(RoomId) {
  co_return DeletionId{deletions_};
}

asio::awaitable<result<std::vector<Seq>>> MemoryLog::deleted(RoomId, DeletionId after,
                                                             DeletionId last) {
  std::vector<Seq> seqs;
  const auto forgotten = deletions_ - deleted_.size();
  const auto end = std::min(last.value, deletions_);
  for (auto number = std::max(after.value, forgotten); number < end; ++number)
    seqs.push_back(deleted_[number - forgotten].seq);
  co_return seqs;
}

void MemoryLog::clear() {
  entries_ = {};
  known_ = {};
  bytes_ = 0;
  last_ = {};
  deletions_ = 0;
  deleted_ = {};
}

std::size_t MemoryLog::bytes_of(const Entry& entry) {
  // Includes the entry of known_.
  constexpr std::size_t place_bytes =
      sizeof(Entry) + sizeof(Key) + sizeof(Known) + 4 * sizeof(void*);
  return place_bytes + entry.author.name.size() + entry.remix_author.name.size() +
         entry.drawing.size() + entry.caption.size();
}

std::size_t MemoryLog::bytes_of(const Deleted& deleted) {
  constexpr std::size_t place_bytes =
      sizeof(Deleted) + sizeof(Key) + sizeof(Known) + 4 * sizeof(void*);
  return place_bytes + deleted.author.name.size();
}

MemoryLog::Entries::iterator MemoryLog::not_before(Seq seq) {
  return std::ranges::lower_bound(entries_, seq, {}, &Entry::seq);
}

User MemoryLog::author_of(Seq seq) {
  const auto entry = not_before(seq);
  if (entry != entries_.end() && entry->seq == seq) return entry->author;
  const auto deleted = std::ranges::find(deleted_, seq, &Deleted::seq);
  return deleted == deleted_.end() ? User{} : deleted->author;
}

void MemoryLog::drop_oldest() {
  const Entry& oldest = entries_.front();
  bytes_ -= bytes_of(oldest);
  known_.erase({oldest.author.id, oldest.client_id});
  entries_.pop_front();
}

Message MemoryLog::message_of(const RoomId& room, const Entry& entry) {
  return {room,          entry.seq,      entry.author.name, entry.sent_at,          entry.drawing,
          entry.caption, entry.remix_of, entry.client_id,   entry.remix_author.name};
}

}  // namespace colo
