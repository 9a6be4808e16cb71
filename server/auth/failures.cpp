#include "auth/failures.hpp"

#include <algorithm>

namespace colo {

namespace {

std::chrono::seconds wait_after(unsigned failures) {
  if (failures < Failures::free_attempts) return std::chrono::seconds{0};
  const auto doublings = std::min(failures - Failures::free_attempts, 20u);
  return std::min<std::chrono::seconds>(Failures::first_wait * (1u << doublings),
                                        Failures::wait_max);
}

}  // namespace

std::chrono::milliseconds Failures::wait(const std::string& key) {
  const auto entry = find(key);
  const auto open = open_of(key);
  auto count = open.count;
  auto last = open.last;
  if (entry != entries_.end()) {
    count += entry->count;
    last = std::max(last, entry->last);
  }
  if (count == 0) return std::chrono::milliseconds{0};
  const auto left = last + wait_after(count) - clock_.now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0});
}

result<void> Failures::begin(const std::string& key) {
  if (open_.size() >= limits::open_attempts_max && !open_.contains(key)) return errc::busy;
  auto& open = open_[key];
  ++open.count;
  open.last = clock_.now();
  return {};
}

void Failures::failed(const std::string& key) {
  undo(key);
  auto entry = find(key);
  if (entry == entries_.end()) {
    if (entries_.size() >= limits::failure_keys_max) remove(std::prev(entries_.end()));
    entries_.push_front({key, 0, {}});
    entry = entries_.begin();
    by_key_.emplace(key, entry);
  }
  ++entry->count;
  entry->last = clock_.now();
  entries_.splice(entries_.begin(), entries_, entry);
}

void Failures::succeeded(const std::string& key) {
  undo(key);
  if (const auto entry = find(key); entry != entries_.end()) remove(entry);
}

void Failures::undo(const std::string& key) {
  const auto open = open_.find(key);
  if (open != open_.end() && --open->second.count == 0) open_.erase(open);
}

unsigned Failures::count_of(const std::string& key) {
  const auto entry = find(key);
  return open_of(key).count + (entry == entries_.end() ? 0 : entry->count);
}

Failures::Open Failures::open_of(const std::string& key) const {
  const auto open = open_.find(key);
  return open == open_.end() ? Open{} : open->second;
}

Failures::Entries::iterator Failures::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return entries_.end();
  const auto entry = found->second;
  if (clock_.now() - entry->last < forgotten_after) return entry;
  remove(entry);
  return entries_.end();
}

void Failures::remove(Entries::iterator entry) {
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace colo
