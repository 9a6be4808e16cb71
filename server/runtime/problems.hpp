// Current problems of the server, for GET /readyz and the log.
//
// Each has a key and is logged when it begins and when it ends, not at each occurrence.
// Thread-safe. Bounded: more than problems_max problems are only logged.
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

  /// `sentence` is public, so it names no path. `log_line` is logged once, until resolve().
  void report(const std::string& key, const std::string& sentence, const std::string& log_line);

  /// Logs `log_line` if there was a problem of that key.
  void resolve(const std::string& key, const std::string& log_line);

  /// Empty when there are none.
  std::vector<std::string> sentences() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> by_key_;
};

}  // namespace colo
