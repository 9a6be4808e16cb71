// What to call somebody's device: a browser and a system, in words.
//
// A pure function. What it gives is one of a few dozen texts of ours, whatever
// the user agent holds.
#pragma once

#include <string>
#include <string_view>

namespace colo {

/// "Safari on iPhone", "Edge on Windows"; "Something else" for what is no browser.
std::string device_name(std::string_view user_agent);

}  // namespace colo
