// Header fields as RFC 9110 §5 reads them: a list may be spread over several lines, a single value
// may not. Pure functions.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>

namespace colo {

/// All lines of a list field, joined in order (RFC 9110 §5.3).
std::string whole_list(const boost::beast::http::fields& fields, std::string_view name);

/// Whether the list holds `token`, in upper or lower case.
bool lists_token(const boost::beast::http::fields& fields, std::string_view name,
                 std::string_view token);

/// The value of a field that must occur once; empty otherwise. If there were two, a proxy in front
/// of us might read the other one.
std::string_view only(const boost::beast::http::fields& fields, std::string_view name);

}  // namespace colo
