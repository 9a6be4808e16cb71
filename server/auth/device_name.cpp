#include "auth/device_name.hpp"

#include <array>

namespace colo {
namespace {

struct Sign {
  std::string_view mark;
  std::string_view name;
};

// In this order: nearly all say that they are Safari too, and most that they are Chrome.
constexpr std::array browsers{
    Sign{"SamsungBrowser/", "Samsung Internet"},
    Sign{"EdgA/", "Edge"},
    Sign{"EdgiOS/", "Edge"},
    Sign{"Edg/", "Edge"},
    Sign{"OPR/", "Opera"},
    Sign{"OPT/", "Opera"},
    Sign{"Vivaldi/", "Vivaldi"},
    Sign{"FxiOS/", "Firefox"},
    Sign{"Firefox/", "Firefox"},
    Sign{"CriOS/", "Chrome"},
    Sign{"Chromium/", "Chromium"},
    Sign{"Chrome/", "Chrome"},
    Sign{"Epiphany/", "Web"},
    Sign{"Safari/", "Safari"},
    Sign{"AppleWebKit/", "An app"},  // a page opened inside one
};

// An iPad of today says it is a Macintosh; which it is cannot be told from this.
constexpr std::array systems{
    Sign{"iPhone", "iPhone"},   Sign{"iPad", "iPad"},     Sign{"iPod", "iPod"},
    Sign{"Android", "Android"}, Sign{"CrOS", "ChromeOS"}, Sign{"Windows", "Windows"},
    Sign{"Macintosh", "Mac"},   Sign{"Linux", "Linux"},   Sign{"FreeBSD", "FreeBSD"},
    Sign{"OpenBSD", "OpenBSD"},
};

constexpr std::array robots{"bot", "Bot", "crawl", "spider", "curl/", "http-client"};

template <std::size_t count>
std::string_view find(const std::array<Sign, count>& signs, std::string_view text) {
  for (const auto& sign : signs)
    if (text.find(sign.mark) != std::string_view::npos) return sign.name;
  return {};
}

}  // namespace

std::string device_name(std::string_view user_agent) {
  constexpr std::string_view unknown = "Something else";
  for (const std::string_view robot : robots)
    if (user_agent.find(robot) != std::string_view::npos) return std::string(unknown);
  const auto browser = find(browsers, user_agent);
  const auto system = find(systems, user_agent);
  if (!user_agent.starts_with("Mozilla/") || browser.empty() || system.empty())
    return std::string(unknown);
  return std::string(browser) + " on " + std::string(system);
}

}  // namespace colo
