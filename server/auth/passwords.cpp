#include "auth/passwords.hpp"

#include <sodium.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "domain/limits.hpp"
#include "domain/utf8.hpp"

namespace asio = boost::asio;

namespace colo {
namespace {

constexpr std::size_t threads = 2;  // each needs HashCost::memory_bytes while it hashes

/// A password on its way to the worker; wipes itself, and what it moves from.
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
    text.resize(text.capacity());  // allocates nothing
    sodium_memzero(text.data(), text.size());
    text.clear();
  }

  std::string text_;
};

Refusal out_of_memory() {
  return {errc::busy, std::string(sentence(errc::busy)), std::chrono::seconds{2}};
}

// The composed form; most passwords are ASCII, which is composed already.
std::string composed(const std::string& password) {
  if (std::ranges::all_of(password, [](unsigned char c) { return c < 0x80; })) return password;
  UErrorCode status = U_ZERO_ERROR;
  const auto* composing = icu::Normalizer2::getNFCInstance(status);
  std::string text;
  icu::StringByteSink<std::string> sink(&text);
  if (U_SUCCESS(status)) composing->normalizeUTF8(0, password, sink, nullptr, status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot compose text on this machine");
  return text;
}

result<std::string> hash_now(const Secret& secret, HashCost cost) {
  const Secret form(composed(secret.text()));
  const auto& password = form.text();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.operations,
                            cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return out_of_memory();
  }
  return std::string(hash.data());
}

result<bool> verify_now(const std::string& hash, const Secret& secret) {
  const Secret form(composed(secret.text()));
  const auto& password = form.text();
  errno = 0;
  if (crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0) return true;
  // A lack of memory must not look like a wrong password.
  if (errno == ENOMEM) return out_of_memory();
  return false;
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

Passwords::Passwords(HashCost cost) : cost_(cost), worker_(threads, limits::hash_queue_max) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
}

asio::awaitable<result<std::string>> Passwords::hash(std::string password, Lane lane) {
  return worker_.run(
      [secret = Secret(std::move(password)), cost = cost_] { return hash_now(secret, cost); },
      lane);
}

asio::awaitable<result<bool>> Passwords::verify(std::string hash, std::string password, Lane lane) {
  return worker_.run([secret = Secret(std::move(password)),
                      hash = std::move(hash)] { return verify_now(hash, secret); },
                     lane);
}

asio::awaitable<result<bool>> Passwords::verify_nobody(std::string password, Lane lane) {
  // Verifying is hashing and comparing: hashing alone takes the same time.
  return worker_.run(
      [secret = Secret(std::move(password)), cost = cost_]() -> result<bool> {
        const result<std::string> hashed = hash_now(secret, cost);
        if (!hashed) return hashed.error();
        return false;
      },
      lane);
}

bool Passwords::needs_rehash(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.operations, cost_.memory_bytes) != 0;
}

}  // namespace colo
