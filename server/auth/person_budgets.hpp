// The work budgets of people (runtime/budget.hpp): one per person, shared by all their sockets.
//
// A budget outlives its sockets and sessions until it is full again, so that signing in again does
// not refill it. Bounded: beyond that, people without one get no socket until others are full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "domain/errc.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "runtime/budget.hpp"
#include "runtime/clock.hpp"

namespace colo {

class PersonBudgets {
 public:
  /// `cpu_percent`: of one core, per person.
  explicit PersonBudgets(std::uint32_t cpu_percent, std::size_t people_max = limits::budgets_max)
      : cpu_percent_(cpu_percent), people_max_(people_max) {}

  /// Errors: busy.
  result<std::shared_ptr<Budget>> of(UserId user);

  /// Removes budgets that are full and that no socket uses.
  void sweep(SteadyTime now);

 private:
  std::uint32_t cpu_percent_;
  std::size_t people_max_;
  std::unordered_map<UserId, std::shared_ptr<Budget>> budgets_;
};

}  // namespace colo
