#include "run.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace load {

std::string to_json(const Result& result) {
  char text[640];
  const auto us = [&](double q) { return static_cast<double>(result.latency.quantile(q)) / 1000; };
  std::snprintf(
      text, sizeof text,
      R"({"seconds":%.3f,"published":%llu,"deliveries":%llu,"bytes":%llu,"cpu_ns":%llu,)"
      R"("order_faults":%llu,"gone":%llu,"p50_us":%.1f,"p99_us":%.1f,"p999_us":%.1f})",
      result.seconds, static_cast<unsigned long long>(result.published),
      static_cast<unsigned long long>(result.deliveries),
      static_cast<unsigned long long>(result.bytes),
      static_cast<unsigned long long>(result.server_cpu_ns),
      static_cast<unsigned long long>(result.order_faults),
      static_cast<unsigned long long>(result.gone), us(0.5), us(0.99), us(0.999));
  return text;
}

std::uint64_t cpu_ns(const std::vector<int>& pids) {
  std::uint64_t sum = 0;
  for (const int pid : pids) {
    const auto tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      std::uint64_t ran = 0;
      std::ifstream(task.path() / "schedstat") >> ran;
      sum += ran;
    }
  }
  return sum;
}

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace load
