#include "domain/errc.hpp"

#include <stdexcept>
#include <utility>

namespace colo {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

Words request_words(errc code) {
  switch (code) {
    case errc::bad_request:
      return {"bad_request", "The request could not be read."};
    case errc::bad_username:
      return {"bad_username", "A name has 2 to 24 letters, digits, _ - . or single spaces inside."};
    case errc::bad_password:
      return {"bad_password", "A password is 8 to 128 bytes long."};
    case errc::idempotency_missing:
      return {"idempotency_missing",
              "This call needs an Idempotency-Key of 16 to 64 letters, digits, - and _."};
    case errc::bad_credentials:
      return {"bad_credentials", "The name or the password is wrong."};
    case errc::signed_out:
      return {"signed_out", "You are signed out. Please sign in."};
    case errc::other_session:
      return {"other_session",
              "This browser is signed in with another session. Please sign in again."};
    case errc::token_replayed:
      return {"token_replayed",
              "An old token was used again, so this session was ended. Please sign in."};
    case errc::origin_refused:
      return {"origin_refused", "This request does not come from a page of this server."};
    case errc::not_found:
      return {"not_found", "There is nothing at this address."};
    case errc::method_not_allowed:
      return {"method_not_allowed", "This address does not support that method."};
    case errc::username_taken:
      return {"username_taken", "That name is taken, or looks like one that is."};
    case errc::token_spent:
      return {"token_spent", "Another tab sent a request at the same time. Please try again."};
    case errc::body_too_large:
      return {"body_too_large", "The request's body is too large."};
    case errc::not_json:
      return {"not_json", "The request's body must be sent as application/json."};
    case errc::idempotency_mismatch:
      return {"idempotency_mismatch", "This Idempotency-Key was used for another request."};
    case errc::too_many_requests:
      return {"too_many_requests", "Too many attempts. Please wait a moment."};
    case errc::headers_too_large:
      return {"headers_too_large", "The request's headers are too large."};
    case errc::target_too_long:
      return {"target_too_long", "This address is too long."};
    case errc::expectation_failed:
      return {"expectation_failed", "The only supported expectation is 100-continue."};
    case errc::not_implemented:
      return {"not_implemented", "This server does not support that method."};
    case errc::busy:
      return {"busy", "The server is busy. Please try again."};
    case errc::storage_failed:
      return {"storage_failed", "The server could not save this. Please try again."};
    default:
      return {"internal", "Something went wrong on the server."};
  }
}

Words account_words(errc code) {
  switch (code) {
    case errc::wrong_password:
      return {"wrong_password", "The password is wrong."};
    case errc::bad_invite_request:
      return {"bad_invite_request", "The invite's values are not valid."};
    case errc::invite_needed:
      return {"invite_needed",
              "You need an invite to register. Ask an administrator or a member for one."};
    case errc::registration_closed:
      return {"registration_closed", "Registration is closed."};
    case errc::invite_gone:
      return {"invite_gone", "This invite no longer works. It was used, expired or revoked."};
    case errc::not_admin:
      return {"not_admin", "Only an administrator can do that."};
    case errc::no_such_session:
      return {"no_such_session", "That device is already signed out."};
    case errc::no_such_invite:
      return {"no_such_invite", "There is no such invite."};
    case errc::too_many_invites:
      return {"too_many_invites", "There are 1,000 invites already. Revoke some first."};
    default:
      return request_words(code);
  }
}

Words room_words(errc code) {
  switch (code) {
    case errc::unknown_room:
      return {"unknown_room", "There is no such room."};
    case errc::room_full:
      return {"room_full", "The room is full."};
    case errc::not_in_room:
      return {"not_in_room", "You are not in that room."};
    case errc::too_many_rooms:
      return {"too_many_rooms", "You are in too many rooms at once."};
    case errc::bad_client_id:
      return {"bad_client_id", "A client_id is 16 random bytes."};
    case errc::drawing_blank:
      return {"drawing_blank", "The drawing is blank."};
    case errc::drawing_version:
      return {"drawing_version", "This server does not know that version of drawings."};
    case errc::drawing_tool:
      return {"drawing_tool", "This server does not know that tool."};
    case errc::drawing_off_canvas:
      return {"drawing_off_canvas", "A point of the drawing is outside the canvas."};
    case errc::drawing_too_big:
      return {"drawing_too_big", "The drawing is too big. Remove a part of it."};
    case errc::drawing_malformed:
      return {"drawing_malformed", "The drawing is malformed."};
    case errc::caption_too_long:
      return {"caption_too_long", "The caption is too long."};
    case errc::caption_characters:
      return {"caption_characters", "The caption has characters that cannot be shown."};
    case errc::bad_range:
      return {"bad_range", "Messages are numbered from 1."};
    case errc::no_such_message:
      return {"no_such_message", "There is no such message."};
    case errc::not_yours:
      return {"not_yours", "Only its author can do that."};
    case errc::slow_down:
      return {"slow_down", "That was a lot of drawings. Wait a moment."};
    case errc::bad_frame:
      return {"bad_frame", "A frame could not be read."};
    case errc::no_hello:
      return {"no_hello", "The client did not send Hello in time."};
    case errc::flooding:
      return {"flooding", "Too many frames."};
    case errc::restarting:
      return {"restarting", "The server is restarting."};
    case errc::too_slow:
      return {"too_slow", "The client reads too slowly."};
    default:
      return account_words(code);
  }
}

}  // namespace

std::string_view code_name(errc code) {
  return room_words(code).first;
}

std::string_view sentence(errc code) {
  return room_words(code).second;
}

std::chrono::milliseconds retry_time(errc code) {
  switch (code) {
    case errc::token_spent:
      return std::chrono::milliseconds{100};  // about the duration of the other request
    case errc::too_many_requests:
    case errc::slow_down:
    case errc::too_slow:
      return std::chrono::seconds{1};
    case errc::busy:
    case errc::internal:
    case errc::restarting:
      return std::chrono::seconds{2};
    case errc::storage_failed:
      return std::chrono::seconds{5};  // a failing disk does not recover immediately
    default:
      return std::chrono::milliseconds{0};
  }
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::logic_error("an error was not examined: " + refusal.detail);
}

}  // namespace colo
