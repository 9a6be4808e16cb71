// Password rules, and Argon2id hashes of passwords.
//
// A hash takes tens of milliseconds and 64 MiB, so hashes are computed by two worker threads
// behind a short queue. Passwords are wiped from memory after use. Keyboards encode "é" in two
// ways, so the composed form is hashed (Unicode NFC, RFC 8265 §4.2).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/errc.hpp"
#include "runtime/worker.hpp"

namespace colo {

/// 8 to 128 bytes of UTF-8, any characters. Errors: bad_password.
result<void> check_password(std::string_view password);

/// The parameters of Argon2id, as libsodium names them.
struct HashCost {
  unsigned long long operations;
  std::size_t memory_bytes;

  static HashCost interactive();  // what the server uses
  static HashCost least();        // for tests: no protection
};

class Passwords {
 public:
  /// Throws std::runtime_error when libsodium does not start.
  explicit Passwords(HashCost cost = HashCost::interactive());

  /// The Argon2id hash in libsodium's text form, salt and cost included. Errors: busy when the
  /// queue is full, or there is not enough memory (which is logged).
  boost::asio::awaitable<result<std::string>> hash(std::string password,
                                                   Priority priority = Priority::high);

  /// Whether `hash` is of `password`; false for a malformed hash.
  /// Errors: as hash().
  boost::asio::awaitable<result<bool>> verify(std::string hash, std::string password,
                                              Priority priority = Priority::high);

  /// For an unknown name: false, after as long as verify() takes.
  /// Errors: as hash().
  boost::asio::awaitable<result<bool>> verify_nobody(std::string password,
                                                     Priority priority = Priority::high);

  /// True when `hash` was made at another cost than the current one.
  bool needs_rehash(const std::string& hash) const;

  /// Finishes the hashes that run and joins the threads. Not from a shard: it blocks.
  void stop() { worker_.stop(); }

 private:
  HashCost cost_;
  Worker worker_;
};

}  // namespace colo
