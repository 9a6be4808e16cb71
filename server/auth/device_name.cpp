#include "auth/device_name.hpp"

#include <array>

namespace colo {
namespace {

struct Pattern {
  std::string_view mark;
  std::string_view name;
};

// In this order: nearly all browsers also claim to be Safari, and most claim to be Chrome.
constexpr std::array browsers{
    Pattern{"SamsungBrowser/", "Samsung Internet"},
    Pattern{"EdgA/", "Edge"},
    Pattern{"EdgiOS/", "Edge"},
    Pattern{"Edg/", "Edge"},
    Pattern{"OPR/", "Opera"},
    Pattern{"OPT/", "Opera"},
    Pattern{"Vivaldi/", "Vivaldi"},
    Pattern{"FxiOS/", "Firefox"},
    Pattern{"Firefox/", "Firefox"},
    Pattern{"CriOS/", "Chrome"},
    Pattern{"Chromium/", "Chromium"},
    Pattern{"Chrome/", "Chrome"},
    Pattern{"Epiphany/", "Web"},
    Pattern{"Safari/", "Safari"},
    Pattern{"AppleWebKit/", "An app"},  // a page opened inside one
};

// A current iPad claims to be a Macintosh; the two cannot be told apart here.
constexpr std::array systems{
    Pattern{"iPhone", "iPhone"},   Pattern{"iPad", "iPad"},     Pattern{"iPod", "iPod"},
    Pattern{"Android", "Android"}, Pattern{"CrOS", "ChromeOS"}, Pattern{"Windows", "Windows"},
    Pattern{"Macintosh", "Mac"},   Pattern{"Linux", "Linux"},   Pattern{"FreeBSD", "FreeBSD"},
    Pattern{"OpenBSD", "OpenBSD"},
};

constexpr std::array robots{"bot", "Bot", "crawl", "spider", "curl/", "http-client"};

template <std::size_t count>
std::string_view find(const std::array<Pattern, count>& patterns, std::string_view text) {
  for (const auto& pattern : patterns)
    if (text.find(pattern.mark) != std::string_view::npos) return pattern.name;
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
