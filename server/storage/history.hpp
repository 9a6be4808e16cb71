// The identity of a database's contents, and how far they have progressed.
//
// The epoch is random and changes when an older copy is restored; the number of commits only
// grows. One row of the database holds both as a text of fixed form, so that it can also be found
// in the bytes of the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.hpp"

namespace colo {

struct History {
  Epoch epoch;
  std::uint64_t commits = 0;

  bool operator==(const History&) const = default;
};

/// "colo-history <epoch> <commits>", both as 16 hexadecimal digits.
std::string tag_of(const History& history);

/// Nothing when `text` is no tag.
std::optional<History> read_tag(std::string_view text);

/// The tag with the most commits in the bytes of a page, if any.
std::optional<History> find_tag(std::string_view page);

/// 1 to 2^53 - 1, which JavaScript represents exactly.
Epoch random_epoch();

}  // namespace colo
