#include "storage/memory_log.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

namespace colo {

asio::awaitable<result<Stored>> MemoryLog::append(Message message) {
  const Key key{message.author.id, message.client_id};
  if (const auto known = known_.find(key); known != known_.end())
    co_return Stored{known->second.seq, known->second.sent_at, true, {}};
  if (message.remix_of > last_) co_return errc::no_such_message;

  message.seq = {++last_.value};
  message.remix_author = author_of(message.remix_of);
  Stored stored{message.seq, message.sent_at, false, message.remix_author};
  known_.emplace(key, Known{message.seq, message.sent_at});
  bytes_ += bytes_of(message);
  messages_.push_back(std::move(message));
  // The newest stays, however large: it was accepted.
  while (bytes_ > bytes_max_ && messages_.size() > 1) drop_oldest();
  co_return stored;
}

asio::awaitable<result<MessagePage>> MemoryLog::before(RoomId, Seq seq, PageLimit limit) {
  PageFill fill(limit);
  for (auto message = not_before(seq); message != messages_.begin();)
    if (!fill.add(Message(*--message))) break;
  auto page = fill.take();
  std::ranges::reverse(page.messages);
  co_return page;
}

asio::awaitable<result<MessagePage>> MemoryLog::after(RoomId, Seq seq, PageLimit limit) {
  PageFill fill(limit);
  if (seq >= last_) co_return MessagePage{};
  for (auto message = not_before({seq.value + 1}); message != messages_.end(); ++message)
    if (!fill.add(Message(*message))) break;
  co_return fill.take();
}

// The room itself counts its lives.
asio::awaitable<result<RoomHistory>> MemoryLog::history(RoomId) {
  co_return RoomHistory{{1}, {}};
}

asio::awaitable<result<Seq>> MemoryLog::last_seq(RoomId) {
  co_return last_;
}

asio::awaitable<result<DeletionId>> MemoryLog::erase(RoomId, Seq seq, User by) {
  const auto message = not_before(seq);
  if (message == messages_.end() || message->seq != seq) co_return errc::no_such_message;
  if (message->author.id != by.id && !by.admin) co_return errc::not_yours;
  co_return take_away(message);
}

DeletionId MemoryLog::take_away(Messages::iterator message) {
  bytes_ -= bytes_of(*message);
  deleted_.push_back({message->seq, std::move(message->author), message->client_id});
  bytes_ += bytes_of(deleted_.back());
  messages_.erase(message);
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
  for (auto message = messages_.begin();
       message != messages_.end() && erasure.seqs.size() < limit;) {
    if (message->author.id != author) {
      ++message;
      continue;
    }
    const auto seq = message->seq;
    erasure.last = take_away(message);
    erasure.seqs.push_back(seq);
    message = not_before(seq);
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
  for (Message& message : messages_)
    for (User* person : {&message.author, &message.remix_author}) forget_in(message, *person);
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
  messages_ = {};
  known_ = {};
  bytes_ = 0;
  last_ = {};
  deletions_ = 0;
  deleted_ = {};
}

std::size_t MemoryLog::bytes_of(const Message& message) {
  // Its place in messages_ and in known_, and the control block of its drawing.
  constexpr std::size_t place_bytes =
      sizeof(Message) + sizeof(std::string) + sizeof(Key) + sizeof(Known) + 6 * sizeof(void*);
  return place_bytes + message.author.name.size() + message.remix_author.name.size() +
         message.drawing.size() + message.caption.size();
}

std::size_t MemoryLog::bytes_of(const Deleted& deleted) {
  constexpr std::size_t place_bytes =
      sizeof(Deleted) + sizeof(Key) + sizeof(Known) + 4 * sizeof(void*);
  return place_bytes + deleted.author.name.size();
}

MemoryLog::Messages::iterator MemoryLog::not_before(Seq seq) {
  return std::ranges::lower_bound(messages_, seq, {}, &Message::seq);
}

User MemoryLog::author_of(Seq seq) {
  const auto message = not_before(seq);
  if (message != messages_.end() && message->seq == seq) return message->author;
  const auto deleted = std::ranges::find(deleted_, seq, &Deleted::seq);
  return deleted == deleted_.end() ? User{} : deleted->author;
}

void MemoryLog::drop_oldest() {
  const Message& oldest = messages_.front();
  bytes_ -= bytes_of(oldest);
  known_.erase({oldest.author.id, oldest.client_id});
  messages_.pop_front();
}

}  // namespace colo
