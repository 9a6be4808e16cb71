// What is wrong with the server at the moment, for GET /readyz and the log.
//
// A problem has a key and is logged when it begins and when it ends, not each
// time it is met. Safe from any thread. Bounded: beyond problems_max only the
// log hears of another one.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace colo {

class Problems {
 public:
  static constexpr std::size_t problems_max = 100;  // sentences in one reply of /readyz

  /// `sentence` is for anybody: it names no path. `log_line` is written once, until resolve().
  void report(const std::string& key, const std::string& sentence, const std::string& log_line);

  /// Writes `log_line` when there was a problem of that key.
  void resolve(const std::string& key, const std::string& log_line);

  /// Empty: all is well.
  std::vector<std::string> sentences() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> by_key_;
};

}  // namespace colo
