// JSON bodies of the HTTP API (protocol/http-api.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/errc.hpp"
#include "domain/message.hpp"
#include "domain/room.hpp"
#include "domain/user.hpp"

namespace colo {

struct Credentials {
  std::string username;
  std::string password;
};

// Request bodies. Errors of each reader: bad_request, with the field and the reason. Unknown fields
// are ignored.

/// `{username, password}`, both strings.
result<Credentials> read_credentials(std::string_view body);

/// `invite`, a string; empty if missing.
result<std::string> read_invite(std::string_view body);

struct PasswordChange {
  std::string password;
  std::string new_password;
};
/// `{password, new_password}`, both strings.
result<PasswordChange> read_password_change(std::string_view body);

struct AccountRemoval {
  std::string password;
  bool erase_drawings = false;
};
/// `{password, drawings}`, where drawings is "keep" or "delete".
result<AccountRemoval> read_account_removal(std::string_view body);

struct InviteFields {
  std::string note;
  std::int64_t uses_max = 1;
  std::optional<std::int64_t> expires_in_seconds;
};
/// `{note?, uses_max?, expires_in_seconds?}`: a string and whole numbers, not range-checked.
result<InviteFields> read_invite_fields(std::string_view body);

// Response bodies.

std::string signed_in_body(const User& user, std::string_view session_secret);
std::string me_body(const User& user, std::chrono::seconds idle);
std::string set_up_body(const User& user, std::chrono::seconds idle,
                        std::string_view session_secret);
std::string ticket_body(std::string_view ticket);
std::string rooms_body(std::span<const RoomView> rooms);
std::string health_body();
/// {"status": "ok"}, or "problems" with one sentence for each.
std::string readiness_body(std::span<const std::string> problems);

/// `{registration, invite}` with the values of protocol/http-api.md.
std::string registration_body(std::string_view registration, std::string_view invite);

struct SessionLine {
  std::string_view id;
  std::string_view device;
  bool current = false;
  std::chrono::seconds signed_in{0};
  std::chrono::seconds idle{0};
  std::size_t pages = 0;
};
std::string sessions_body(std::span<const SessionLine> sessions);

struct InviteLine {
  std::string id;
  std::string_view note;
  std::uint32_t uses = 0;
  std::uint32_t uses_max = 0;
  std::string_view made_by;
  WallTime made_at{};
  WallTime expires_at{};
};
std::string invites_body(std::span<const InviteLine> invites);
/// The invite with `link` and `qr` (rows of '0' and '1').
std::string new_invite_body(const InviteLine& invite, std::string_view link,
                            std::span<const std::string> qr);

/// RFC 9457 application/problem+json.
std::string problem_body(const Refusal& refusal);

}  // namespace colo
