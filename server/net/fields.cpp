#include "net/fields.hpp"

#include <boost/beast/http/rfc7230.hpp>

namespace colo {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

beast::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

std::string whole_list(const http::fields& fields, std::string_view name) {
  std::string list;
  const auto [begin, end] = fields.equal_range(view(name));
  for (auto field = begin; field != end; ++field)
    list += (list.empty() ? "" : ",") + std::string(field->value());
  return list;
}

bool lists_token(const http::fields& fields, std::string_view name, std::string_view token) {
  const auto list = whole_list(fields, name);
  return http::token_list(view(list)).exists(view(token));
}

std::string_view only(const http::fields& fields, std::string_view name) {
  return fields.count(view(name)) == 1 ? std::string_view(fields[view(name)]) : std::string_view{};
}

}  // namespace colo
