#include "storage/memory_log.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace colo {

asio::awaitable<result<Stored>> MemoryLog::append(NewMessage message) {
  const Key key{message.author.id, message.client_id};
  if (const auto known = known_.find(key); known != known_.end()) {
    const Entry& first_one = entries_[known->second.value - first_];
    co_return Stored{known->second, first_one.sent_at, true, {}};
  }
  if (message.remix_of > last()) co_return errc::no_such_message;

  auto remix_author = author_of(message.remix_of);
  entries_.push_back({std::move(message.author), message.sent_at, std::move(message.drawing),
                      std::move(message.caption), message.remix_of, message.client_id,
                      remix_author});
  bytes_ += bytes_of(entries_.back());
  known_.emplace(key, last());
  // The newest stays, however large: it was accepted.
  while (bytes_ > bytes_max_ && entries_.size() > 1) drop_oldest();
  co_return Stored{last(), message.sent_at, false, std::move(remix_author.name)};
}

asio::awaitable<result<MessagePage>> MemoryLog::before(RoomId room, Seq seq, PageLimit limit) {
  PageFill fill(limit);
  std::size_t index = seq.value <= first_ ? 0 : seq.value - first_;
  index = std::min(index, entries_.size());
  while (index > 0) {
    --index;
    if (entries_[index].deleted) continue;
    if (!fill.add(message_at(room, index))) break;
  }
  auto page = fill.take();
  std::ranges::reverse(page.messages);
  co_return page;
}

asio::awaitable<result<MessagePage>> MemoryLog::after(RoomId room, Seq seq, PageLimit limit) {
  PageFill fill(limit);
  if (seq >= last()) co_return MessagePage{};
  std::size_t index = seq.value < first_ ? 0 : seq.value - first_ + 1;
  for (; index < entries_.size(); ++index) {
    if (entries_[index].deleted) continue;
    if (!fill.add(message_at(room, index))) break;
  }
  co_return fill.take();
}

asio::awaitable<result<Seq>> MemoryLog::last_seq(RoomId) {
  co_return last();
}

asio::awaitable<result<DeletionId>> MemoryLog::erase(RoomId, Seq seq, User by) {
  if (seq.value < first_ || seq > last()) co_return errc::no_such_message;
  const Entry& entry = entries_[seq.value - first_];
  if (entry.deleted) co_return errc::no_such_message;
  if (entry.author.id != by.id && !by.admin) co_return errc::not_yours;
  co_return empty(seq);
}

DeletionId MemoryLog::empty(Seq seq) {
  Entry& entry = entries_[seq.value - first_];
  bytes_ -= bytes_of(entry);
  entry.deleted = true;
  entry.drawing = {};
  entry.caption = {};
  entry.remix_author = {};
  bytes_ += bytes_of(entry);
  deleted_.push_back(seq);
  if (deleted_.size() > limits::deletions_told_max) deleted_.pop_front();
  return DeletionId{++deletions_};
}

asio::awaitable<result<Erasure>> MemoryLog::erase_of(RoomId, UserId author, std::size_t limit) {
  Erasure erasure;
  for (std::size_t i = 0; i < entries_.size() && erasure.seqs.size() < limit; ++i) {
    if (entries_[i].author.id != author || entries_[i].deleted) continue;
    erasure.seqs.push_back({first_ + i});
    erasure.last = empty(erasure.seqs.back());
  }
  co_return erasure;
}

void MemoryLog::forget_name(UserId author) {
  for (Entry& entry : entries_) {
    bytes_ -= bytes_of(entry);
    for (User* person : {&entry.author, &entry.remix_author})
      if (person->id == author) person->name.clear();
    bytes_ += bytes_of(entry);
  }
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
    seqs.push_back(deleted_[number - forgotten]);
  co_return seqs;
}

void MemoryLog::clear() {
  entries_ = {};
  known_ = {};
  bytes_ = 0;
  first_ = 1;
  deletions_ = 0;
  deleted_ = {};
}

std::size_t MemoryLog::bytes_of(const Entry& entry) {
  // An entry costs its place here and in known_, also once it is emptied.
  constexpr std::size_t place_bytes = sizeof(Entry) + sizeof(Key) + sizeof(Seq) + 4 * sizeof(void*);
  return place_bytes + entry.author.name.size() + entry.remix_author.name.size() +
         entry.drawing.size() + entry.caption.size();
}

User MemoryLog::author_of(Seq seq) const {
  if (seq.value < first_ || seq > last()) return {};
  return entries_[seq.value - first_].author;
}

void MemoryLog::drop_oldest() {
  const Entry& oldest = entries_.front();
  bytes_ -= bytes_of(oldest);
  known_.erase({oldest.author.id, oldest.client_id});
  entries_.pop_front();
  ++first_;
}

Message MemoryLog::message_at(const RoomId& room, std::size_t index) const {
  const Entry& entry = entries_[index];
  return {room,          {first_ + index}, entry.author.name, entry.sent_at,          entry.drawing,
          entry.caption, entry.remix_of,   entry.client_id,   entry.remix_author.name};
}

}  // namespace colo
