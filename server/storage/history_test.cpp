#include "storage/history.hpp"

#include <gtest/gtest.h>

#include "storage/database_mark.hpp"
#include "storage/temporary_folder.hpp"

namespace colo {
namespace {

TEST(History, ATagIsReadAsItWasWritten) {
  const History history{{4711}, 815};
  EXPECT_EQ(read_tag(tag_of(history)), history);
  EXPECT_EQ(tag_of(history).size(), tag_of({{(std::uint64_t{1} << 53) - 1}, ~0ull}).size());
}

TEST(History, InvalidTagsAreRefused) {
  const auto tag = tag_of({{4711}, 815});
  EXPECT_FALSE(read_tag(""));
  EXPECT_FALSE(read_tag(tag.substr(1)));
  EXPECT_FALSE(read_tag(tag + "0"));
  EXPECT_FALSE(read_tag(tag_of({{0}, 1})));                       // never given
  EXPECT_FALSE(read_tag(tag_of({{std::uint64_t{1} << 53}, 1})));  // not JavaScript's
}

TEST(History, TheNewestTagOfAPageCounts) {
  const auto page =
      "\x0D" + tag_of({{4711}, 8}) + "free" + tag_of({{4711}, 15}) + tag_of({{4711}, 9});
  EXPECT_EQ(find_tag(page), (History{{4711}, 15}));
  EXPECT_FALSE(find_tag(std::string(4096, '\0')));
  EXPECT_FALSE(find_tag(page.substr(0, 20)));
}

TEST(History, EpochsAreNeverZeroAndFitIntoADouble) {
  for (int i = 0; i < 1000; ++i) {
    const auto epoch = random_epoch().value;
    EXPECT_GE(epoch, 1u);
    EXPECT_LT(epoch, std::uint64_t{1} << 53);
  }
}

TEST(DatabaseMark, IsReadAsItWasWritten) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "colo.db";
  EXPECT_FALSE(read_mark(file));
  MarkWriter writer(file);
  DatabaseMark mark{{{4711}, 1'000'000}, 7, 8, 9, "boot", DatabaseMark::State::closed, 10, 11};
  ASSERT_TRUE(writer.write(mark));
  mark.history.commits = 5;  // shorter in digits, and no rest of the longer one stays
  mark.state = DatabaseMark::State::running;
  ASSERT_TRUE(writer.write(mark));
  const auto found = read_mark(file);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->history, mark.history);
  EXPECT_EQ(found->commits_in_file, 7u);
  EXPECT_EQ(found->file, 8u);
  EXPECT_EQ(found->wal, 9u);
  EXPECT_EQ(found->boot, "boot");
  EXPECT_EQ(found->state, DatabaseMark::State::running);
  EXPECT_EQ(found->changed_ns, 10);
  EXPECT_EQ(found->size, 11);
}

}  // namespace
}  // namespace colo
