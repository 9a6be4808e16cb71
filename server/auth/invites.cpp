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
// Per address, for the sake of the disk: a class behind one address opens its link
// at once, and codes cannot be guessed at any rate.
constexpr Rate look_up_rate{240, std::chrono::minutes{1}};

CodeHash hash_of(const std::string& code) {
  CodeHash hash;
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.bytes.data()),
                     reinterpret_cast<const unsigned char*>(code.data()), code.size());
  return hash;
}

Refusal bad_wish(std::string what) {
  return {errc::bad_invite_request, std::move(what)};
}

result<void> check(const InviteWish& wish) {
  const auto note = code_points(wish.note);
  if (!note || note->size() > limits::invite_note_characters_max || !check_caption(wish.note))
    return bad_wish(fmt::format("The note of an invite is one line of up to {} characters.",
                                limits::invite_note_characters_max));
  if (wish.uses_max < 1 || wish.uses_max > limits::invite_uses_max)
    return bad_wish(fmt::format("An invite can be used 1 to {} times; uses_max is {}.",
                                limits::invite_uses_max, wish.uses_max));
  if (wish.expires_in < limits::invite_time_min || wish.expires_in > limits::invite_time_max)
    return bad_wish(fmt::format("An invite works for {} to {} seconds; expires_in_seconds is {}.",
                                limits::invite_time_min.count(), limits::invite_time_max.count(),
                                wish.expires_in.count()));
  return {};
}

}  // namespace

Invites::Invites(InviteStore& invites, AccountStore& accounts, Shard& first, Registration policy,
                 const Clock& clock)
    : store_(invites),
      accounts_(accounts),
      first_(first),
      policy_(policy),
      clock_(clock),
      look_ups_(look_up_rate, clock) {}

asio::awaitable<result<std::optional<std::string>>> Invites::offer_set_up() {
  const auto has_admin = co_await accounts_.has_admin();
  if (!has_admin) co_return has_admin.error();
  if (*has_admin) co_return std::optional<std::string>{};
  std::optional<std::string> code = random_text(code_bytes);
  auto keeping = keep_set_up(hash_of(*code));
  co_await on(first_, std::move(keeping));
  co_return code;
}

asio::awaitable<result<InviteWorth>> Invites::look_up(std::string code, std::string address) {
  if (code.empty()) co_return InviteWorth::none;
  const auto worth = co_await worth_of(std::move(code), std::move(address));
  if (!worth) co_return worth.error();
  if (*worth == InviteWorth::member && policy_ == Registration::closed) co_return InviteWorth::gone;
  co_return *worth;
}

asio::awaitable<result<Admission>> Invites::admit(std::string code, std::string address) {
  Admission admission;
  admission.now = clock_.wall();
  if (code.empty()) {
    if (policy_ == Registration::open) co_return admission;
    co_return policy_ == Registration::closed ? errc::registration_closed : errc::invite_needed;
  }
  const auto hash = hash_of(code);
  const auto worth = co_await worth_of(std::move(code), std::move(address));
  if (!worth) co_return worth.error();
  if (*worth == InviteWorth::administrator) {
    admission.admin = true;
    admission.only_first_admin = true;
    co_return admission;
  }
  if (policy_ == Registration::closed) co_return errc::registration_closed;
  if (*worth != InviteWorth::member) co_return errc::invite_gone;
  admission.invite = hash;
  co_return admission;
}

asio::awaitable<result<void>> Invites::set_up(UserId user, std::string code) {
  const bool right = co_await is_set_up(hash_of(code));
  if (!right) co_return errc::invite_gone;
  const auto made = co_await accounts_.make_admin(user, true);
  if (made || made.error().code == errc::invite_gone) co_await end_set_up();
  co_return made;
}

asio::awaitable<void> Invites::end_set_up() {
  auto keeping = keep_set_up(std::nullopt);
  co_await on(first_, std::move(keeping));
}

asio::awaitable<result<MadeInvite>> Invites::make(User by, InviteWish wish) {
  if (const auto fine = check(wish); !fine) co_return fine.error();
  auto code = random_text(code_bytes);
  const auto now = clock_.wall();
  NewInvite invite{
      hash_of(code), std::move(wish.note), static_cast<std::uint32_t>(wish.uses_max), std::move(by),
      now,           now + wish.expires_in};
  auto made = co_await store_.make_invite(std::move(invite));
  if (!made) co_return made.error();
  co_return MadeInvite{std::move(*made), std::move(code)};
}

asio::awaitable<result<void>> Invites::revoke(std::string id) {
  InviteId invite;
  const auto* end = id.data() + id.size();
  const auto [rest, error] = std::from_chars(id.data(), end, invite.value);
  if (error != std::errc{} || rest != end) co_return errc::no_such_invite;
  co_return co_await store_.revoke_invite(invite);
}

asio::awaitable<result<InviteWorth>> Invites::worth_of(std::string code, std::string address) {
  auto counting = count_look_up(std::move(address));
  const auto counted = co_await on(first_, std::move(counting));
  if (!counted) co_return counted.error();
  const auto hash = hash_of(code);
  const bool set_up = co_await is_set_up(hash);
  if (set_up) {
    const auto has_admin = co_await accounts_.has_admin();
    if (!has_admin) co_return has_admin.error();
    if (!*has_admin) co_return InviteWorth::administrator;
    co_await end_set_up();
    co_return InviteWorth::gone;
  }
  const auto invite = co_await store_.find_invite(hash);
  if (!invite) co_return invite.error();
  const bool works = *invite && (*invite)->works(clock_.wall());
  co_return works ? InviteWorth::member : InviteWorth::gone;
}

asio::awaitable<bool> Invites::is_set_up(CodeHash code) {
  auto comparing = is_set_up_here(code);
  co_return co_await on(first_, std::move(comparing));
}

asio::awaitable<bool> Invites::is_set_up_here(CodeHash code) const {
  co_return set_up_&& sodium_memcmp(set_up_->bytes.data(), code.bytes.data(), code.bytes.size()) ==
      0;
}

asio::awaitable<void> Invites::keep_set_up(std::optional<CodeHash> code) {
  set_up_ = code;
  co_return;
}

asio::awaitable<result<void>> Invites::count_look_up(std::string address) {
  co_return look_ups_.admit(address);
}

}  // namespace colo
