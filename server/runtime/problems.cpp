#include "runtime/problems.hpp"

#include "runtime/log.hpp"

namespace colo {

void Problems::report(const std::string& key, const std::string& sentence,
                      const std::string& log_line) {
  {
    const std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return;
    if (by_key_.size() < problems_max) by_key_.emplace(key, sentence);
  }
  log::error("{}", log_line);
}

void Problems::resolve(const std::string& key, const std::string& log_line) {
  {
    const std::lock_guard lock(mutex_);
    if (by_key_.erase(key) == 0) return;
  }
  log::info("{}", log_line);
}

std::vector<std::string> Problems::sentences() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> sentences;
  for (const auto& [key, sentence] : by_key_) sentences.push_back(sentence);
  return sentences;
}

}  // namespace colo
