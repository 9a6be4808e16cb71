#include "net/outbox.hpp"

#include <algorithm>
#include <utility>

#include "domain/limits.hpp"

namespace colo {

namespace {

// Less is kept for the next burst; more is given back when the burst is over.
constexpr std::size_t places_kept = 16;

}  // namespace

bool Outbox::push(const SharedFrame& frame, std::size_t held) {
  if (closing_) return true;
  const auto size = frame->bytes().size();
  if (!empty() && bytes_ + held + size > limits::outbox_bytes_max) return false;
  waiting_.push_back(frame);
  bytes_ += size;
  return true;
}

void Outbox::close_with(const SharedFrame& closing) {
  if (std::exchange(closing_, true)) return;
  waiting_.push_back(closing);
  bytes_ += closing->bytes().size();
}

void Outbox::forget(std::size_t on_its_way) {
  const auto begun = begun_ + on_its_way;
  std::size_t kept = 0;
  auto end = first_;
  while (kept < begun) kept += waiting_[end++]->bytes().size();
  waiting_.resize(end);
  bytes_ = kept - begun_;
  if (empty()) give_back();
}

void Outbox::clear() {
  first_ = waiting_.size();
  begun_ = 0;
  bytes_ = 0;
  give_back();
}

std::size_t Outbox::gather(std::span<iovec> pieces) const {
  const auto count = std::min(pieces.size(), waiting_.size() - first_);
  auto begun = begun_;
  for (std::size_t i = 0; i < count; ++i) {
    const auto left = waiting_[first_ + i]->bytes().substr(std::exchange(begun, 0));
    pieces[i] = {const_cast<char*>(left.data()), left.size()};  // sendmsg only reads it
  }
  return count;
}

std::size_t Outbox::sent(std::size_t bytes) {
  const auto before = first_;
  bytes_ -= bytes;
  for (; bytes > 0; ++first_) {
    const auto left = waiting_[first_]->bytes().size() - begun_;
    if (bytes < left) {
      begun_ += bytes;
      break;
    }
    bytes -= left;
    begun_ = 0;
    waiting_[first_] = nullptr;
  }
  const auto ended = first_ - before;
  if (empty() || first_ > waiting_.size() / 2) give_back();
  return ended;
}

// An outbox that is never quite empty must not grow either.
void Outbox::give_back() {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  if (waiting_.empty() && waiting_.capacity() > places_kept) waiting_.shrink_to_fit();
}

}  // namespace colo
