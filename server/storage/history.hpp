// Which history a database holds, and how far it has come.
//
// The epoch is random and changes when an older copy is restored; the commits
// only grow. Both stand in one row of the database as a text of fixed form, so
// that the row can also be found in the bytes of the file.
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

/// Nothing when `text` is not such a tag.
std::optional<History> read_tag(std::string_view text);

/// The tag with the most commits in the bytes of a page; nothing when there is none.
std::optional<History> find_tag(std::string_view page);

/// 1 to 2^53 - 1, so that JavaScript can hold it.
Epoch random_epoch();

}  // namespace colo
