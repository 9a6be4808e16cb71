// Starting the whole server.
#include "app/app.hpp"

#include <gtest/gtest.h>

#include "app/phones_fixture.hpp"
#include "runtime/log.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

using phones_fixture::config_for_test;

TEST(App, ASecondServerOnTheSamePortOrFolderIsRefusedWithOneSentence) {
  log::open("warn");
  const TemporaryFolder one;
  const TemporaryFolder two;
  App app(config_for_test(one.path()), {});
  auto same_port = config_for_test(two.path());
  same_port.server.port = app.port();
  EXPECT_THROW(
      {
        try {
          App second(same_port, {});
        } catch (const std::runtime_error& e) {
          EXPECT_NE(std::string(e.what()).find("in use"), std::string::npos) << e.what();
          throw;
        }
      },
      std::runtime_error);
  EXPECT_THROW(
      {
        try {
          App second(config_for_test(one.path()), {});
        } catch (const std::runtime_error& e) {
          EXPECT_NE(std::string(e.what()).find("Another Colo"), std::string::npos) << e.what();
          throw;
        }
      },
      std::runtime_error);
}

}  // namespace
}  // namespace colo
