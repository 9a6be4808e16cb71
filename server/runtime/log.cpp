#include "runtime/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>

namespace colo::log {

void open(std::string_view level) {
  auto logger =
      std::make_shared<spdlog::logger>("colo", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger->set_level(spdlog::level::from_str(std::string(level)));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace colo::log
