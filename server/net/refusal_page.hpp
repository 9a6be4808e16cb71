// The page that a browser shows when a request was refused: a heading, a sentence, a link back.
//
// It needs no other file, because a request for one could be refused too. Its style is inline, and
// its policy allows that style only.
#pragma once

#include <string>
#include <string_view>

namespace colo {

/// The page as HTML. `sentence` is plain text and is escaped.
std::string refusal_page(unsigned status, std::string_view sentence);

/// The Content-Security-Policy of refusal_page(): the hash of its style (CSP Level 3 §2.3.1).
std::string refusal_page_policy();

}  // namespace colo
