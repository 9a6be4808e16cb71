#include "runtime/repeats.hpp"

#include <algorithm>

namespace colo {

namespace {

constexpr std::string_view other_kinds = "lines of other kinds";

}  // namespace

Repeats::Verdict Repeats::admit(std::string_view kind, int level, std::size_t lines_max,
                                SteadyTime now) {
  auto found = windows_.find(kind);
  if (found == windows_.end()) {
    if (windows_.size() >= kinds_max) {
      std::erase_if(windows_, [now](const auto& entry) {
        return entry.second.withheld == 0 && now - entry.second.began >= window;
      });
    }
    const auto kept = windows_.size() < kinds_max ? kind : other_kinds;
    found = windows_.try_emplace(std::string(kept), Window{now, level}).first;
  }
  Window& current = found->second;
  // A window continues until its count was taken.
  if (current.withheld == 0 && now - current.began >= window) current = {now, level};
  if (++current.lines <= lines_max) return Verdict::write;
  current.level = std::max(current.level, level);
  return ++current.withheld == 1 ? Verdict::first_withheld : Verdict::withheld;
}

std::vector<Repeats::Count> Repeats::take_due(SteadyTime now) {
  return take_began_by(now - window);
}

std::vector<Repeats::Count> Repeats::take_all() {
  return take_began_by(SteadyTime::max());
}

std::vector<Repeats::Count> Repeats::take_began_by(SteadyTime latest) {
  std::vector<Count> counts;
  for (const auto& [kind, current] : windows_)
    if (current.began <= latest && current.withheld > 0)
      counts.push_back({kind, current.level, current.withheld});
  std::erase_if(windows_, [latest](const auto& entry) { return entry.second.began <= latest; });
  return counts;
}

std::optional<SteadyTime> Repeats::next_due() const {
  std::optional<SteadyTime> next;
  for (const auto& [kind, current] : windows_)
    if (current.withheld > 0 && (!next || current.began + window < *next))
      next = current.began + window;
  return next;
}

}  // namespace colo
