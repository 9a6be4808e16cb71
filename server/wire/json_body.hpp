// JSON bodies of the HTTP API (protocol/http-api.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "domain/errc.hpp"
#include "domain/room.hpp"
#include "domain/user.hpp"

namespace colo {

struct Credentials {
  std::string username;
  std::string password;
};

/// `{username, password}`, both strings. Errors: bad_request, saying which field and why.
result<Credentials> read_credentials(std::string_view body);

std::string username_body(const User& user);
std::string me_body(const User& user, std::chrono::seconds idle);
std::string ticket_body(std::string_view ticket);
std::string rooms_body(std::span<const RoomView> rooms);
std::string health_body();

/// RFC 9457 application/problem+json.
std::string problem_body(const Refusal& refusal);

}  // namespace colo
