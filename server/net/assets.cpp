#include "net/assets.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

namespace colo {

namespace beast = boost::beast;

const Asset* find_asset(Assets assets, std::string_view path) {
  const auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Removes the part before `separator` from `list` and returns it.
std::string_view take_until(std::string_view& list, char separator) {
  const auto end = list.find(separator);
  const auto part = trimmed(list.substr(0, end));
  list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  return part;
}

bool is_zero_weight(std::string_view parameter) {
  return (parameter.starts_with("q=0") || parameter.starts_with("Q=0")) &&
         parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

// "br;q=0" forbids a coding; any other weight allows it.
bool allows(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    auto entry = take_until(accept_encoding, ',');
    if (beast::iequals(take_until(entry, ';'), coding)) return !is_zero_weight(trimmed(entry));
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
    if (opaque(take_until(if_none_match, ',')) == opaque(etag)) return true;
  }
  return false;
}

}  // namespace colo
