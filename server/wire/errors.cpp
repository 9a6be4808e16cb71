#include "wire/errors.hpp"

namespace colo {

unsigned http_status(errc code) {
  switch (code) {
    case errc::bad_credentials:
    case errc::signed_out:
    case errc::other_session:
    case errc::token_replayed:
      return 401;
    case errc::origin_refused:
    case errc::wrong_password:
    case errc::invite_needed:
    case errc::registration_closed:
    case errc::invite_gone:
    case errc::not_admin:
      return 403;
    case errc::not_found:
    case errc::no_such_session:
    case errc::no_such_invite:
      return 404;
    case errc::method_not_allowed:
      return 405;
    case errc::username_taken:
    case errc::token_spent:
    case errc::too_many_invites:
      return 409;
    case errc::body_too_large:
      return 413;
    case errc::target_too_long:
      return 414;
    case errc::not_json:
      return 415;
    case errc::expectation_failed:
      return 417;
    case errc::idempotency_mismatch:
      return 422;
    case errc::too_many_requests:
      return 429;
    case errc::headers_too_large:
      return 431;
    case errc::internal:
      return 500;
    case errc::not_implemented:
      return 501;
    case errc::busy:
    case errc::storage_failed:
      return 503;
    default:
      return 400;
  }
}

std::uint16_t close_code(errc code) {
  switch (code) {
    case errc::signed_out:
    case errc::other_session:
    case errc::token_replayed:
      return 4401;
    case errc::no_hello:
      return 4408;
    case errc::flooding:
      return 4429;
    case errc::too_slow:
      return 4508;
    case errc::restarting:
    case errc::busy:
    case errc::internal:
    case errc::storage_failed:
      return 4500;
    default:
      return 4400;
  }
}

}  // namespace colo
