// Passwords: what one must look like, and the Argon2id hashes of them.
//
// Hashing takes tens of milliseconds and 64 MiB each, so it happens on two
// threads of its own behind a short queue; calls may be made from any shard and
// come back to it. Passwords are wiped from memory here once they were used.
// Two keyboards may write "é" in two ways: what is hashed is the composed form
// (Unicode NFC, as RFC 8265 §4.2 has it).
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

/// What a hash costs, in libsodium's terms.
struct HashCost {
  unsigned long long operations;
  std::size_t memory_bytes;

  static HashCost interactive();  // what the server uses
  static HashCost least();        // for tests: no protection at all
};

class Passwords {
 public:
  /// Throws std::runtime_error when libsodium cannot be used.
  explicit Passwords(HashCost cost = HashCost::interactive());

  /// The Argon2id hash in libsodium's text form, salt and cost included.
  /// Errors: busy when too many wait or memory is short.
  boost::asio::awaitable<result<std::string>> hash(std::string password,
                                                   Priority priority = Priority::high);

  /// Whether `hash` was made from `password`; false also for a broken hash.
  /// Errors: as hash().
  boost::asio::awaitable<result<bool>> verify(std::string hash, std::string password,
                                              Priority priority = Priority::high);

  /// For a name nobody has: false, after as long as verify() would take.
  /// Errors: as hash().
  boost::asio::awaitable<result<bool>> verify_nobody(std::string password,
                                                     Priority priority = Priority::high);

  /// True when `hash` was made at another cost than today's.
  bool needs_rehash(const std::string& hash) const;

  /// Finishes what was begun and joins the threads. From outside the shards.
  void stop() { worker_.stop(); }

 private:
  HashCost cost_;
  Worker worker_;
};

}  // namespace colo
