#include "auth/accounts.hpp"

#include <gtest/gtest.h>

#include "auth/memory_fixture.hpp"
#include "domain/names.hpp"
#include "runtime/run_to_end.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

using namespace std::chrono_literals;

const std::string network = "192.0.2.1";
const std::string right_password = "right password";

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() { shards_.start(); }
  ~AccountsTest() override { shards_.stop(); }

  void register_ann() {
    ann_ =
        run_to_end(accounts_.register_account("ann", right_password, "198.51.100.1", {})).value();
    right_hash_ = stored().password_hash;
  }
  Account stored() { return *run_to_end(store_.find_account("ann")).value(); }
  void store_hash(const std::string& hash) {
    ASSERT_TRUE(run_to_end(store_.renew_password_hash(ann_.user.id, ann_.password, hash)));
  }
  result<VerifiedAccount> sign_in(const std::string& password) {
    return run_to_end(accounts_.sign_in("ann", password, network));
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  SqliteStore store_{folder_.path() / "colo.db"};
  Shards shards_{1};
  Passwords passwords_{HashCost::least()};
  Accounts accounts_{store_, passwords_, shards_.first(), {{1, 1h}, {1000, 1s}}, clock_};
  VerifiedAccount ann_;
  std::string right_hash_;
};

TEST_F(AccountsTest, ARightPasswordThatTheServerWasTooBusyForDoesNotWaitAgain) {
  const BoundedMemory bounded;
  register_ann();
  for (int i = 0; i < 12; ++i) {
    auto refused = sign_in("wrong password");
    while (refused.error().code == errc::too_many_requests) {
      clock_.advance(refused.error().retry_after);
      refused = sign_in("wrong password");
    }
    ASSERT_EQ(refused.error().code, errc::bad_credentials);
  }
  const auto waiting = sign_in(right_password);
  ASSERT_EQ(waiting.error().code, errc::too_many_requests);
  EXPECT_EQ(waiting.error().retry_after, 128s);
  clock_.advance(waiting.error().retry_after);
  store_hash(hash_of_much_memory);  // cannot be verified: busy
  ASSERT_EQ(sign_in(right_password).error().code, errc::busy);
  store_hash(right_hash_);
  EXPECT_TRUE(sign_in(right_password));
}

TEST_F(AccountsTest, ARegistrationThatWasNotStoredIsNotCounted) {
  store_.stop();
  for (int i = 0; i < 3; ++i) {
    const auto refused = run_to_end(accounts_.register_account("ann", right_password, network, {}));
    EXPECT_EQ(refused.error().code, errc::busy);
  }
}

TEST_F(AccountsTest, ARegistrationWithATakenNameIsCounted) {
  register_ann();
  const auto again = [&] {
    return run_to_end(accounts_.register_account("ann", right_password, network, {})).error().code;
  };
  EXPECT_EQ(again(), errc::username_taken);
  EXPECT_EQ(again(), errc::too_many_requests);
}

}  // namespace
}  // namespace colo
