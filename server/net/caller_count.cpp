#include "net/caller_count.hpp"

#include "runtime/log.hpp"

namespace colo {

namespace {

// A flood of connections must not become a flood of lines.
constexpr std::chrono::seconds say_every{1};

}  // namespace

bool CallerCount::enter(const std::string& network) {
  auto& open = open_[network];  // never left at zero: connections_max is at least one
  if (open < connections_max_) {
    ++open;
    return true;
  }
  return false;
}

void CallerCount::refuse(const std::string& network) {
  const auto found = open_.find(network);
  if (found == open_.end()) return;  // all have left meanwhile
  const auto now = clock_.now();
  if (said_at_ == SteadyTime{} || now - said_at_ >= say_every) {
    said_at_ = now;
    log::warn("security: {} has {} connections open, and gets no more", network, found->second);
  }
}

void CallerCount::leave(const std::string& network) {
  const auto found = open_.find(network);
  if (found != open_.end() && --found->second == 0) open_.erase(found);
}

}  // namespace colo
