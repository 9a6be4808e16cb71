#include "net/assets.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <string>

namespace colo {

namespace beast = boost::beast;

const Asset* find_asset(Assets assets, std::string_view path) {
  const auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

namespace {

bool is_zero(std::string_view q) {
  return q.starts_with('0') && q.find_first_not_of("0.") == std::string_view::npos;
}

// "br;q=0" forbids a coding; any other weight allows it.
bool allows(std::string_view accept_encoding, std::string_view coding) {
  for (const auto& entry : beast::http::ext_list(accept_encoding)) {
    if (!beast::iequals(entry.first, coding)) continue;
    for (const auto& param : entry.second)
      if (beast::iequals(param.first, "q") && is_zero(std::string_view(param.second))) return false;
    return true;
  }
  return false;
}

std::string_view opaque(std::string_view etag) {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

}  // namespace

AssetForm choose_form(const Asset& asset, std::string_view accept_encoding) {
  if (!asset.brotli.empty() && allows(accept_encoding, "br")) return {asset.brotli, "br"};
  if (!asset.gzip.empty() && allows(accept_encoding, "gzip")) return {asset.gzip, "gzip"};
  return {asset.identity, ""};
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  while (!if_none_match.empty()) {
    const auto comma = if_none_match.find(',');
    auto one = if_none_match.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (opaque(one) == opaque(etag)) return true;
    if (comma == std::string_view::npos) break;
    if_none_match.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace colo
