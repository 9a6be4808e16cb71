#include "auth/person_budgets.hpp"

namespace colo {

result<std::shared_ptr<Budget>> PersonBudgets::of(UserId user) {
  const auto found = budgets_.find(user);
  if (found != budgets_.end()) return found->second;
  if (budgets_.size() >= people_max_) return errc::busy;
  return budgets_.emplace(user, std::make_shared<Budget>(cpu_percent_)).first->second;
}

void PersonBudgets::sweep(SteadyTime now) {
  std::erase_if(budgets_, [now](const auto& entry) {
    return entry.second.use_count() == 1 && entry.second->full(now);
  });
}

}  // namespace colo
