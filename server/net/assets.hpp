// The web client, embedded in the executable, in the encodings it is sent in. Immutable.
#pragma once

#include <span>
#include <string_view>

namespace colo {

/// One file of the client in the three forms it is sent in.
struct Asset {
  std::string_view path;  // "/assets/index-B2x9.js"; the page itself is "/"
  std::string_view type;  // Content-Type
  std::string_view etag;  // weak, the same for all forms: W/"…"
  bool hashed = false;    // the name holds a hash of the content: it never changes
  std::string_view identity;
  std::string_view gzip;    // empty where it would not be smaller
  std::string_view brotli;  // empty where it would not be smaller
};

using Assets = std::span<const Asset>;

/// Null when no asset has that path.
const Asset* find_asset(Assets assets, std::string_view path);

struct AssetForm {
  std::string_view bytes;
  std::string_view coding;  // Content-Encoding; empty: identity
};

/// The smallest form that an Accept-Encoding header allows (RFC 9110 §12.5.3).
AssetForm choose_form(const Asset& asset, std::string_view accept_encoding);

/// Whether an If-None-Match header names this ETag (weak comparison, RFC 9110 §13.1.2).
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace colo
