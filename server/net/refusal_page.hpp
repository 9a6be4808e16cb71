// The page that somebody sees whose request was refused: a heading, a sentence, a way back.
//
// Complete in itself: where the request for it was refused, one for a file could be, too. Its
// style stands in it, and its policy allows that style and nothing else.
#pragma once

#include <string>
#include <string_view>

namespace colo {

/// HTML. `sentence` is plain text.
std::string refusal_page(unsigned status, std::string_view sentence);

/// The Content-Security-Policy of refusal_page(): the hash of its style (CSP Level 3 §2.3.1).
std::string refusal_page_policy();

}  // namespace colo
