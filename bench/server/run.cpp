#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>

namespace load {

std::string to_json(const Result& result) {
  std::ostringstream json;
  const auto us = [&](double q) { return static_cast<double>(result.latency.quantile(q)) / 1000; };
  const auto& threads = result.thread_ns;
  json << "{\"seconds\":" << result.seconds << ",\"published\":" << result.published
       << ",\"deliveries\":" << result.deliveries << ",\"bytes\":" << result.bytes
       << ",\"cpu_ns\":" << std::accumulate(threads.begin(), threads.end(), std::uint64_t{0})
       << ",\"thread_ns\":[";
  for (std::size_t i = 0; i < threads.size(); ++i) json << (i == 0 ? "" : ",") << threads[i];
  json << "],\"own_cpu_ns\":" << result.own_cpu_ns << ",\"order_faults\":" << result.order_faults
       << ",\"missing\":" << result.missing << ",\"closed\":" << result.closed
       << ",\"close_codes\":\"" << result.close_codes << '"';
  if (result.latency.total() > 0)
    json << ",\"p50_us\":" << us(0.5) << ",\"p99_us\":" << us(0.99) << ",\"p999_us\":" << us(0.999);
  json << '}';
  return json.str();
}

std::optional<Stamp> stamp_of(const Frame& frame) {
  Stamp stamp;
  std::memcpy(&stamp, frame.tail.data(), sizeof stamp);
  if (stamp.mark == Stamp::mark_value) return stamp;
  const std::string_view head(frame.head.data(), frame.head.size());
  const std::string_view mark(reinterpret_cast<const char*>(&Stamp::mark_value), sizeof stamp.mark);
  const auto at = head.find(mark);
  if (at == std::string_view::npos || at + sizeof stamp > head.size()) return std::nullopt;
  std::memcpy(&stamp, head.data() + at, sizeof stamp);
  return stamp;
}

ThreadTimes thread_times(const std::vector<int>& pids) {
  ThreadTimes times;
  for (const int pid : pids) {
    const auto tasks = "/proc/" + std::to_string(pid) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      // The first number is CPU time in ns; utime and stime would be in ticks of 10 ms.
      std::ifstream(task.path() / "schedstat") >> times[std::stoi(task.path().filename())];
    }
  }
  return times;
}

std::vector<std::uint64_t> ran_between(const ThreadTimes& before, const ThreadTimes& after) {
  std::vector<std::uint64_t> ran;
  for (const auto& [thread, ns] : after) {
    const auto earlier = before.find(thread);
    ran.push_back(ns - (earlier == before.end() ? 0 : earlier->second));
  }
  std::ranges::sort(ran, std::greater());
  return ran;
}

std::uint64_t own_cpu_ns() {
  timespec ran{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ran);
  return static_cast<std::uint64_t>(ran.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(ran.tv_nsec);
}

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace load
