#include "auth/invites.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

#include "auth/token.hpp"
#include "domain/caption.hpp"
#include "domain/limits.hpp"
#include "domain/utf8.hpp"

namespace colo {

namespace asio = boost::asio;

namespace {

constexpr std::size_t code_bytes = 16;
// Per network, to limit reads from the disk: codes are too long to guess. A school class behind one
// address opens its link at the same time.
constexpr Rate look_up_rate{240, std::chrono::minutes{1}};

CodeHash hash_of(const std::string& code) {
  CodeHash hash;
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.bytes.data()),
                     reinterpret_cast<const unsigned char*>(code.data()), code.size());
  return hash;
}

Refusal bad_option(std::string what) {
  return {errc::bad_invite_request, std::move(what)};
}

result<void> check(const InviteOptions& options) {
  const auto note = code_points(options.note);
  if (!note || note->size() > limits::invite_note_characters_max || !check_caption(options.note))
    return bad_option(fmt::format("The note of an invite is one line of up to {} characters.",
                                  limits::invite_note_characters_max));
  if (options.uses_max < 1 || options.uses_max > limits::invite_uses_max)
    return bad_option(fmt::format("An invite can be used 1 to {} times; uses_max is {}.",
                                  limits::invite_uses_max, options.uses_max));
  if (options.expires_in < limits::invite_time_min || options.expires_in > limits::invite_time_max)
    return bad_option(fmt::format("An invite works for {} to {} seconds; expires_in_seconds is {}.",
                                  limits::invite_time_min.count(), limits::invite_time_max.count(),
                                  options.expires_in.count()));
  return {};
}

}  // namespace

Invites::Invites(InviteStore& invites, AccountStore& accounts, Shard& home, Registration policy,
                 const Clock& clock)
    : store_(invites),
      accounts_(accounts),
      policy_(policy),
      clock_(clock),
      look_ups_(home, look_up_rate, clock),
      set_up_code_(home) {}

asio::awaitable<result<std::optional<std::string>>> Invites::offer_set_up() {
  const auto has_admin = co_await accounts_.has_admin();
  if (!has_admin) co_return has_admin.error();
  if (*has_admin) co_return std::optional<std::string>{};
  std::optional<std::string> code = random_text(code_bytes);
  const std::optional<CodeHash> hash = hash_of(*code);
  co_await set_up_code_.call(&SetUpCode::set, hash);
  co_return code;
}

asio::awaitable<result<InviteStatus>> Invites::look_up(std::string code, std::string network) {
  if (code.empty()) co_return InviteStatus::none;
  const auto status = co_await status_of(hash_of(code), std::move(network));
  if (!status) co_return status.error();
  if (*status == InviteStatus::member && policy_ == Registration::closed)
    co_return InviteStatus::gone;
  co_return *status;
}

asio::awaitable<result<Admission>> Invites::admit(std::string code, std::string network) {
  Admission admission;
  admission.now = clock_.wall();
  if (code.empty()) {
    if (policy_ == Registration::open) co_return admission;
    co_return policy_ == Registration::closed ? errc::registration_closed : errc::invite_needed;
  }
  const auto hash = hash_of(code);
  const auto status = co_await status_of(hash, std::move(network));
  if (!status) co_return status.error();
  if (*status == InviteStatus::administrator) {
    admission.admin = true;
    admission.only_first_admin = true;
    co_return admission;
  }
  if (policy_ == Registration::closed) co_return errc::registration_closed;
  if (*status != InviteStatus::member) co_return errc::invite_gone;
  admission.invite = hash;
  co_return admission;
}

asio::awaitable<result<void>> Invites::set_up(UserId user, std::string code) {
  const bool right = co_await set_up_code_.call(&SetUpCode::is, hash_of(code));
  if (!right) co_return errc::invite_gone;
  const auto made = co_await accounts_.make_admin(user, true);
  if (made || made.error().code == errc::invite_gone) co_await end_set_up();
  co_return made;
}

asio::awaitable<void> Invites::end_set_up() {
  return set_up_code_.call(&SetUpCode::set, std::optional<CodeHash>{});
}

asio::awaitable<result<CreatedInvite>> Invites::create(User by, InviteOptions options) {
  if (const auto fine = check(options); !fine) co_return fine.error();
  auto code = random_text(code_bytes);
  const auto now = clock_.wall();
  NewInvite invite{hash_of(code),
                   std::move(options.note),
                   static_cast<std::uint32_t>(options.uses_max),
                   std::move(by),
                   now,
                   now + options.expires_in};
  auto made = co_await store_.make_invite(std::move(invite));
  if (!made) co_return made.error();
  co_return CreatedInvite{std::move(*made), std::move(code)};
}

asio::awaitable<result<void>> Invites::revoke(std::string id) {
  InviteId invite;
  const auto* end = id.data() + id.size();
  const auto [rest, error] = std::from_chars(id.data(), end, invite.value);
  if (error != std::errc{} || rest != end) co_return errc::no_such_invite;
  co_return co_await store_.revoke_invite(invite);
}

asio::awaitable<result<InviteStatus>> Invites::status_of(CodeHash code, std::string network) {
  const auto admitted = co_await look_ups_.call(&Throttle::admit, std::move(network));
  if (!admitted) co_return admitted.error();
  const bool set_up = co_await set_up_code_.call(&SetUpCode::is, code);
  if (set_up) {
    const auto has_admin = co_await accounts_.has_admin();
    if (!has_admin) co_return has_admin.error();
    if (!*has_admin) co_return InviteStatus::administrator;
    co_await end_set_up();
    co_return InviteStatus::gone;
  }
  const auto invite = co_await store_.find_invite(code);
  if (!invite) co_return invite.error();
  const bool works = *invite && (*invite)->works(clock_.wall());
  co_return works ? InviteStatus::member : InviteStatus::gone;
}

bool Invites::SetUpCode::is(const CodeHash& code) const {
  return code_ && sodium_memcmp(code_->bytes.data(), code.bytes.data(), code.bytes.size()) == 0;
}

}  // namespace colo
