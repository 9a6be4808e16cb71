#include "auth/failures.hpp"

#include <algorithm>

namespace colo {

namespace {

std::chrono::seconds wait_after(unsigned failures) {
  if (failures < Failures::free_tries) return std::chrono::seconds{0};
  const auto doublings = std::min(failures - Failures::free_tries, 20u);
  return std::min<std::chrono::seconds>(Failures::first_wait * (1u << doublings),
                                        Failures::wait_max);
}

}  // namespace

std::chrono::milliseconds Failures::wait(const std::string& key) {
  const auto entry = find(key);
  if (entry == entries_.end()) return std::chrono::milliseconds{0};
  const auto left = entry->last + wait_after(entry->count) - clock_.now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0});
}

void Failures::count(const std::string& key) {
  auto entry = find(key);
  if (entry == entries_.end()) {
    if (entries_.size() >= keys_max) forget(std::prev(entries_.end()));
    entries_.push_front({key, 0, {}});
    entry = entries_.begin();
    by_key_.emplace(key, entry);
  }
  ++entry->count;
  entry->last = clock_.now();
  entries_.splice(entries_.begin(), entries_, entry);
}

unsigned Failures::count_of(const std::string& key) {
  const auto entry = find(key);
  return entry == entries_.end() ? 0 : entry->count;
}

void Failures::succeeded(const std::string& key) {
  if (const auto entry = find(key); entry != entries_.end()) forget(entry);
}

void Failures::take_back(const std::string& key) {
  const auto entry = find(key);
  if (entry != entries_.end() && --entry->count == 0) forget(entry);
}

Failures::Entries::iterator Failures::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return entries_.end();
  const auto entry = found->second;
  if (clock_.now() - entry->last < forgotten_after) return entry;
  forget(entry);
  return entries_.end();
}

void Failures::forget(Entries::iterator entry) {
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace colo
