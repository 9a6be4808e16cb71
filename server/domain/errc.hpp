// All errors that can be returned to a peer, and result<T>, which carries them.
//
// A fault of a peer, a user or a dependency is a value: result<T> holds T or a Refusal. The names
// of the codes are part of the wire contract (protocol/http-api.md); wire/errors.hpp maps them to
// HTTP statuses and close codes.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <string>
#include <string_view>

namespace colo {

enum class errc {
  // requests
  bad_request,
  bad_username,
  bad_password,
  idempotency_missing,
  bad_credentials,
  signed_out,
  other_session,
  token_replayed,
  origin_refused,
  not_found,
  method_not_allowed,
  username_taken,
  token_spent,
  body_too_large,
  not_json,
  idempotency_mismatch,
  too_many_requests,
  headers_too_large,
  target_too_long,
  expectation_failed,
  not_implemented,
  internal,
  busy,
  storage_failed,
  // accounts
  wrong_password,
  bad_invite_request,
  invite_needed,
  registration_closed,
  invite_gone,
  not_admin,
  no_such_session,
  no_such_invite,
  too_many_invites,
  // rooms and drawings
  unknown_room,
  room_full,
  not_in_room,
  too_many_rooms,
  bad_client_id,
  drawing_blank,
  drawing_version,
  drawing_tool,
  drawing_off_canvas,
  drawing_too_big,
  drawing_malformed,
  caption_too_long,
  caption_characters,
  bad_range,
  no_such_message,
  not_yours,
  slow_down,
  // sockets
  bad_frame,
  no_hello,
  flooding,
  restarting,
  too_slow,
};

/// The stable name of `code`, as it goes over the wire: "room_full".
std::string_view code_name(errc code);

/// A sentence for a person, where nothing more exact is known.
std::string_view sentence(errc code);

/// When a retry may succeed, for temporary errors; 0 for all others. A Refusal carries the exact
/// time instead where it is known.
std::chrono::milliseconds retry_time(errc code);

/// Why something was refused.
struct Refusal {
  errc code = errc::internal;
  std::string detail;                        // a sentence for a person
  std::chrono::milliseconds retry_after{0};  // 0: a retry will not help

  // Implicit, so that `return errc::room_full;` reads as it should.
  Refusal(errc c = errc::internal) : Refusal(c, std::string(sentence(c))) {}
  Refusal(errc c, std::string what) : Refusal(c, std::move(what), retry_time(c)) {}
  Refusal(errc c, std::string what, std::chrono::milliseconds after)
      : code(c), detail(std::move(what)), retry_after(after) {}
};

/// Called by result<T>::value() on an unexamined refusal: our bug.
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location&);

template <class T>
using result = boost::system::result<T, Refusal>;

}  // namespace colo
