#include "app/verify.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app/existing_database.hpp"
#include "storage/database_check.hpp"

namespace colo {

bool verify(const Verify& command) {
  const auto file = existing_database(command.data);
  const auto print = [](const std::string& line) { std::fputs((line + "\n").c_str(), stdout); };
  const auto findings = verify_database(file, print);
  if (findings == 0) {
    print(fmt::format("{} is whole: every message can be read.", file.string()));
    return true;
  }
  print(fmt::format(
      "\n{0} is damaged: {1} findings. Restore a backup, or keep what can still be read:\n"
      "stop Colo and run\n\n  {2}\n\n"
      "then move colo.db, colo.db-wal and colo.db-shm away, name recovered.db colo.db, and start "
      "Colo.",
      file.string(), findings, rescue_command(file)));
  return false;
}

}  // namespace colo
