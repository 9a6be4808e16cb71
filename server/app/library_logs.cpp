#include "app/library_logs.hpp"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "runtime/log.hpp"

namespace colo {

namespace {

namespace pb = google::protobuf;
using spdlog::level::level_enum;

// Protobuf reports invalid input of a client as an error; for us it is a warning.
level_enum level_of(pb::LogLevel level) {
  switch (level) {
    case pb::LOGLEVEL_INFO:
      return level_enum::debug;
    case pb::LOGLEVEL_WARNING:
    case pb::LOGLEVEL_ERROR:
      return level_enum::warn;
    case pb::LOGLEVEL_FATAL:
      return level_enum::err;
  }
  return level_enum::err;
}

void log_protobuf(pb::LogLevel level, const char* file, int line, const std::string& text) {
  const auto place =
      fmt::format("protobuf, {}:{}", std::filesystem::path(file).filename().string(), line);
  log::from_library(level_of(level), place, fmt::format("protobuf: {}", text));
}

// For debugging only: our code receives each failure as an error and logs it (log.hpp).
void log_sqlite(void*, int code, const char* text) {
  log::from_library(level_enum::debug, fmt::format("sqlite, code {}", code),
                    fmt::format("sqlite: {} ({})", text, code));
}

}  // namespace

void route_library_logs() {
  pb::SetLogHandler(log_protobuf);
  if (sqlite3_config(SQLITE_CONFIG_LOG, log_sqlite, nullptr) != SQLITE_OK)
    log::warn("SQLite does not report to this log");
}

}  // namespace colo
