#include "net/network_counts.hpp"

#include "runtime/log.hpp"

namespace colo {

namespace {

// A flood of connections must not become a flood of log lines.
constexpr std::chrono::seconds log_interval{1};

}  // namespace

bool NetworkCounts::enter(const std::string& network) {
  auto& open = open_[network];  // connections_max is at least one, so a new entry is counted
  if (open >= connections_max_) return false;
  ++open;
  return true;
}

void NetworkCounts::log_refusal(const std::string& network) {
  const auto found = open_.find(network);
  if (found == open_.end()) return;  // all have closed since
  const auto now = clock_.now();
  if (logged_at_ != SteadyTime{} && now - logged_at_ < log_interval) return;
  logged_at_ = now;
  log::warn("security: {} has {} connections open, and gets no more", network, found->second);
}

void NetworkCounts::leave(const std::string& network) {
  const auto found = open_.find(network);
  if (found != open_.end() && --found->second == 0) open_.erase(found);
}

}  // namespace colo
