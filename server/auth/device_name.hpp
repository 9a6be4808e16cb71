// The name of a device: browser and operating system, from the User-Agent header.
//
// Pure. Gives one of a few dozen fixed texts, whatever the header holds.
#pragma once

#include <string>
#include <string_view>

namespace colo {

/// "Safari on iPhone", "Edge on Windows"; "Something else" when it is not a known browser.
std::string device_name(std::string_view user_agent);

}  // namespace colo
