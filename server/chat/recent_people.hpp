// A value for each recently seen person, for a bounded number of people.
//
// In the order of use: when a further person is added beyond the bound, the one that was used
// least recently is evicted.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

#include "domain/ids.hpp"

namespace colo {

template <class Value>
class RecentPeople {
 public:
  explicit RecentPeople(std::size_t people_max) : people_max_(people_max) {}

  bool contains(UserId user) const { return places_.contains(user); }
  std::size_t size() const { return places_.size(); }

  /// Null when there is none. Does not count as use.
  Value* find(UserId user) {
    const auto place = places_.find(user);
    return place == places_.end() ? nullptr : &place->second->second;
  }

  /// The person's value, or `initial` if there was none, as the most recently used.
  Value& use(UserId user, Value initial) {
    if (const auto place = places_.find(user); place != places_.end()) {
      values_.splice(values_.begin(), values_, place->second);
    } else {
      if (places_.size() == people_max_) evict();
      values_.emplace_front(user, std::move(initial));
      places_.emplace(user, values_.begin());
    }
    return values_.front().second;
  }

  /// Removes the values for which `is_over(value)` holds.
  template <class IsOver>
  void erase_if(IsOver is_over) {
    for (auto entry = values_.begin(); entry != values_.end();) {
      if (!is_over(entry->second)) {
        ++entry;
        continue;
      }
      places_.erase(entry->first);
      entry = values_.erase(entry);
    }
  }

 private:
  using Values = std::list<std::pair<UserId, Value>>;

  void evict() {
    places_.erase(values_.back().first);
    values_.pop_back();
  }

  std::size_t people_max_;
  Values values_;  // most recently used first
  std::unordered_map<UserId, typename Values::iterator> places_;
};

}  // namespace colo
