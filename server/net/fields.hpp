// Fields of a request as RFC 9110 §5 reads them: a list may be spread over several lines, a
// single value may not.
//
// Pure functions.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>

namespace colo {

/// All lines of a list, in order, as one (RFC 9110 §5.3).
std::string whole_list(const boost::beast::http::fields& fields, std::string_view name);

/// Whether the list has `token`, in any case.
bool lists_token(const boost::beast::http::fields& fields, std::string_view name,
                 std::string_view token);

/// The value of a field that must be there once; empty otherwise: of two, one might be read
/// here and the other by a proxy in front of us.
std::string_view only(const boost::beast::http::fields& fields, std::string_view name);

}  // namespace colo
