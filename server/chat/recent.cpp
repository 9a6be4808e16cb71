#include "chat/recent.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "domain/limits.hpp"

namespace colo {

void RecentFrames::reset(Seq last) {
  frames_.clear();
  bytes_ = 0;
  after_ = last;
  last_ = last;
}

void RecentFrames::push(Seq seq, SharedFrame frame) {
  bytes_ += frame->bytes().size();
  frames_.push_back({seq, std::move(frame)});
  last_ = seq;
  while (frames_.size() > limits::recent_messages_max || bytes_ > limits::recent_bytes_max) {
    after_ = frames_.front().seq;
    bytes_ -= frames_.front().frame->bytes().size();
    frames_.pop_front();
  }
}

void RecentFrames::erase(std::span<const Seq> seqs) {
  std::erase_if(frames_, [this, seqs](const Entry& entry) {
    if (std::ranges::find(seqs, entry.seq) == seqs.end()) return false;
    bytes_ -= entry.frame->bytes().size();
    return true;
  });
}

bool RecentFrames::append_after(Seq after, std::vector<std::string>& messages) const {
  if (after == last_) return true;
  if (after < after_) return false;
  for (const auto& entry : frames_)
    if (entry.seq > after) messages.emplace_back(entry.frame->field());
  return true;
}

void RecentDeletions::reset(DeletionId last) {
  seqs_.clear();
  last_ = last;
}

void RecentDeletions::push(Seq seq, DeletionId number) {
  if (number.value != last_.value + 1) seqs_.clear();
  last_ = number;
  seqs_.push_back(seq);
  if (seqs_.size() > limits::recent_deletions_max) seqs_.pop_front();
}

std::optional<std::vector<Seq>> RecentDeletions::since(DeletionId number) const {
  const auto count = last_.value - number.value;
  if (number > last_ || count > seqs_.size()) return std::nullopt;
  return std::vector<Seq>(seqs_.end() - static_cast<std::ptrdiff_t>(count), seqs_.end());
}

}  // namespace colo
