#include "auth/passwords.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "auth/memory_fixture.hpp"
#include "domain/limits.hpp"
#include "runtime/log.hpp"
#include "runtime/run_to_end.hpp"

namespace colo {
namespace {

const std::string password = "correct horse";

std::string hash_of(Passwords& passwords, std::string text) {
  return run_to_end(passwords.hash(std::move(text))).value();
}

TEST(Password, EightTo128BytesOfUtf8AreAccepted) {
  for (const std::string& text :
       {std::string("12345678"), std::string(128, 'x'), std::string("пароль12"),
        std::string("        "), std::string("tab\tand\0zero", 12), std::string("🐎🔋")}) {
    EXPECT_TRUE(check_password(text)) << text;
  }
}

TEST(Password, OthersAreRefusedWithTheReason) {
  const auto refusal_of = [](const std::string& text) {
    const auto checked = check_password(text);
    EXPECT_FALSE(checked);
    EXPECT_EQ(checked.error().code, errc::bad_password);
    return checked.error().detail;
  };
  EXPECT_EQ(refusal_of(""), "A password is 8 to 128 bytes long; this one has 0.");
  EXPECT_EQ(refusal_of("1234567"), "A password is 8 to 128 bytes long; this one has 7.");
  EXPECT_EQ(refusal_of(std::string(129, 'x')),
            "A password is 8 to 128 bytes long; this one has 129.");
  EXPECT_EQ(refusal_of("1234567\xFF"), "A password must be valid UTF-8 text.");
}

TEST(Passwords, OnlyTheRightOneIsAccepted) {
  Passwords passwords(HashCost::least());
  const std::string hash = hash_of(passwords, password);
  EXPECT_TRUE(run_to_end(passwords.verify(hash, password)).value());
  EXPECT_FALSE(run_to_end(passwords.verify(hash, password + "s")).value());
  EXPECT_FALSE(run_to_end(passwords.verify(hash, "Correct horse")).value());
}

TEST(Passwords, ZeroBytesCount) {
  Passwords passwords(HashCost::least());
  const std::string hash = hash_of(passwords, std::string("12345678\0a", 10));
  EXPECT_FALSE(run_to_end(passwords.verify(hash, std::string("12345678\0b", 10))).value());
}

TEST(Passwords, ComposedAndDecomposedFormsAreTheSame) {
  Passwords passwords(HashCost::least());
  const std::string composed = "caf\u00E9 cr\u00E8me";
  const std::string in_parts = "cafe\u0301 cre\u0300me";
  ASSERT_NE(composed, in_parts);
  EXPECT_TRUE(run_to_end(passwords.verify(hash_of(passwords, composed), in_parts)).value());
  EXPECT_TRUE(run_to_end(passwords.verify(hash_of(passwords, in_parts), composed)).value());
  // Only names are compared by confusable characters, passwords are not.
  EXPECT_FALSE(
      run_to_end(passwords.verify(hash_of(passwords, "\uFB01shing rod"), "fishing rod")).value());
}

TEST(Passwords, HashesAreArgon2idWithASaltEach) {
  Passwords passwords(HashCost::least());
  const std::string hash = hash_of(passwords, password);
  EXPECT_EQ(hash.find("$argon2id$"), 0u);
  EXPECT_EQ(hash.find(password), std::string::npos);
  EXPECT_NE(hash, hash_of(passwords, password));
}

TEST(Passwords, ABrokenHashMatchesNothing) {
  Passwords passwords(HashCost::least());
  for (const std::string& broken : {std::string(), std::string("not a hash"),
                                    std::string("$argon2id$v=19$m=8"), std::string(4000, '$')}) {
    EXPECT_FALSE(run_to_end(passwords.verify(broken, password)).value());
  }
}

TEST(Passwords, ALackOfMemoryIsNotAWrongPasswordAndIsLogged) {
  const BoundedMemory bounded;
  log::open("warn");
  log::close();  // the next line opens standard error again
  testing::internal::CaptureStderr();
  Passwords passwords(HashCost::least());
  const auto right = run_to_end(passwords.verify(hash_of_much_memory, "a password"));
  log::close();
  const auto logged = testing::internal::GetCapturedStderr();
  ASSERT_FALSE(right);
  EXPECT_EQ(right.error().code, errc::busy);
  EXPECT_NE(logged.find("no 2097152 MiB of memory were free"), std::string::npos) << logged;
}

TEST(Passwords, ThePasswordOfAnUnknownNameIsNeverRight) {
  Passwords passwords(HashCost::least());
  EXPECT_FALSE(run_to_end(passwords.verify_nobody(password)).value());
  EXPECT_FALSE(run_to_end(passwords.verify_nobody("")).value());
}

TEST(Passwords, AHashOfAnotherCostNeedsRehashing) {
  Passwords cheap(HashCost::least());
  Passwords dear({HashCost::least().operations + 1, HashCost::least().memory_bytes});
  const std::string hash = hash_of(cheap, password);
  EXPECT_FALSE(cheap.needs_rehash(hash));
  EXPECT_TRUE(dear.needs_rehash(hash));
  EXPECT_TRUE(run_to_end(dear.verify(hash, password)).value());
}

TEST(Passwords, TheCostOfTheServerIsInteractive) {
  Passwords passwords;
  const std::string hash = hash_of(passwords, password);
  EXPECT_NE(hash.find("m=65536,t=2"), std::string::npos) << hash;
  EXPECT_FALSE(passwords.needs_rehash(hash));
}

TEST(Passwords, BeyondTheQueueHashesAreRefusedAsBusy) {
  boost::asio::io_context loop{1};
  // A millisecond each: far slower than queueing them.
  Passwords passwords({HashCost::least().operations, 1024 * 1024});
  std::size_t hashed = 0;
  std::size_t refused = 0;
  constexpr std::size_t count = 20 * limits::hash_queue_max;
  for (std::size_t i = 0; i < count; ++i) {
    boost::asio::co_spawn(loop, passwords.hash(password),
                          [&](std::exception_ptr thrown, const result<std::string>& hash) {
                            ASSERT_FALSE(thrown);
                            if (hash) {
                              ++hashed;
                              return;
                            }
                            EXPECT_EQ(hash.error().code, errc::busy);
                            EXPECT_GT(hash.error().retry_after.count(), 0);
                            ++refused;
                          });
  }
  loop.run();
  EXPECT_EQ(hashed + refused, count);
  EXPECT_GE(hashed, limits::hash_queue_max);
  EXPECT_GE(refused, 1u);
}

}  // namespace
}  // namespace colo
