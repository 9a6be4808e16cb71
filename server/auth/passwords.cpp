#include "auth/passwords.hpp"

#include <sodium.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "domain/limits.hpp"
#include "domain/utf8.hpp"
#include "runtime/log.hpp"

namespace asio = boost::asio;

namespace colo {
namespace {

constexpr std::size_t threads = 2;  // each needs HashCost::memory_bytes while it hashes

/// A password that wipes itself, and what it is moved from.
class Secret {
 public:
  explicit Secret(std::string&& text) : text_(text) { wipe(text); }
  Secret(Secret&& other) noexcept { text_.swap(other.text_); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret& operator=(Secret&&) = delete;
  ~Secret() { wipe(text_); }

  const std::string& text() const { return text_; }

 private:
  static void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // does not allocate
    sodium_memzero(text.data(), text.size());
    text.clear();
  }

  std::string text_;
};

// The composed form (NFC). ASCII is composed already.
std::string composed(const std::string& password) {
  if (std::ranges::all_of(password, [](unsigned char c) { return c < 0x80; })) return password;
  UErrorCode status = U_ZERO_ERROR;
  const auto* composing = icu::Normalizer2::getNFCInstance(status);
  std::string text;
  icu::StringByteSink<std::string> sink(&text);
  if (U_SUCCESS(status)) composing->normalizeUTF8(0, password, sink, nullptr, status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot normalize text on this machine");
  return text;
}

// Callers cannot tell this from a full queue, so it is logged here.
Refusal out_of_memory(HashCost cost) {
  log::warn("a password was not hashed: no {} MiB of memory were free",
            cost.memory_bytes / (1024 * 1024));
  return errc::busy;
}

result<std::string> hash_now(const Secret& secret, HashCost cost) {
  const Secret form(composed(secret.text()));
  const auto& password = form.text();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.operations,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return out_of_memory(cost);
  }
  return std::string(hash.data());
}

/// A hash in libsodium's text form, parsed.
struct Argon2 {
  HashCost cost{};
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, 32> digest{};
};

template <std::size_t Size>
bool read_base64(std::string_view text, std::array<unsigned char, Size>& bytes) {
  std::size_t length = 0;
  const bool read =
      sodium_base642bin(bytes.data(), Size, text.data(), text.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0;
  return read && length == Size;
}

std::optional<Argon2> read_hash(const std::string& hash) {
  Argon2 read;
  int parameters_end = 0;
  unsigned memory_kib = 0;
  unsigned passes = 0;
  if (std::sscanf(hash.c_str(), "$argon2id$v=19$m=%u,t=%u,p=1$%n", &memory_kib, &passes,
                  &parameters_end) != 2 ||
      parameters_end == 0)
    return std::nullopt;
  read.cost = {passes, std::size_t{memory_kib} * 1024};
  const auto rest = std::string_view(hash).substr(static_cast<std::size_t>(parameters_end));
  const auto dollar = rest.find('$');
  if (dollar == rest.npos || !read_base64(rest.substr(0, dollar), read.salt) ||
      !read_base64(rest.substr(dollar + 1), read.digest))
    return std::nullopt;
  return read;
}

// Not crypto_pwhash_str_verify(): it reports a lack of memory as a wrong password.
result<bool> verify_now(const std::string& hash, const Secret& secret) {
  const auto known = read_hash(hash);
  if (!known) return false;
  const Secret form(composed(secret.text()));
  const auto& password = form.text();
  std::array<unsigned char, 32> digest{};
  errno = 0;
  if (crypto_pwhash(digest.data(), digest.size(), password.data(), password.size(),
                    known->salt.data(), known->cost.operations, known->cost.memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    if (errno == EINVAL || errno == EFBIG) return false;  // an impossible cost
    return out_of_memory(known->cost);
  }
  return sodium_memcmp(digest.data(), known->digest.data(), digest.size()) == 0;
}

}  // namespace

result<void> check_password(std::string_view password) {
  if (password.size() < limits::password_bytes_min ||
      password.size() > limits::password_bytes_max) {
    return Refusal(errc::bad_password,
                   "A password is " + std::to_string(limits::password_bytes_min) + " to " +
                       std::to_string(limits::password_bytes_max) + " bytes long; this one has " +
                       std::to_string(password.size()) + ".");
  }
  if (!code_points(password)) {
    return Refusal(errc::bad_password, "A password must be valid UTF-8 text.");
  }
  return {};
}

HashCost HashCost::interactive() {
  return {crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE};
}

HashCost HashCost::least() {
  return {crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};
}

Passwords::Passwords(HashCost cost)
    : cost_(cost), worker_("password hashing", threads, limits::hash_queue_max) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium does not start on this machine");
}

asio::awaitable<result<std::string>> Passwords::hash(std::string password, Priority priority) {
  return worker_.run(
      [secret = Secret(std::move(password)), cost = cost_] { return hash_now(secret, cost); },
      priority);
}

asio::awaitable<result<bool>> Passwords::verify(std::string hash, std::string password,
                                                Priority priority) {
  return worker_.run([secret = Secret(std::move(password)),
                      hash = std::move(hash)] { return verify_now(hash, secret); },
                     priority);
}

asio::awaitable<result<bool>> Passwords::verify_nobody(std::string password, Priority priority) {
  // Comparing the hashes takes no measurable time.
  return worker_.run(
      [secret = Secret(std::move(password)), cost = cost_]() -> result<bool> {
        const result<std::string> hashed = hash_now(secret, cost);
        if (!hashed) return hashed.error();
        return false;
      },
      priority);
}

bool Passwords::needs_rehash(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.operations, cost_.memory_bytes) != 0;
}

}  // namespace colo
