#include "net/assets.hpp"

#include <gtest/gtest.h>

namespace colo {
namespace {

const Asset page{"/", "text/html", "W/\"abc\"", false, "identity", "gz", "br"};

TEST(Assets, TheSmallestAllowedFormIsSent) {
  EXPECT_EQ(choose_form(page, "gzip, deflate, br").coding, "br");
  EXPECT_EQ(choose_form(page, "gzip").coding, "gzip");
  EXPECT_EQ(choose_form(page, "GZIP;q=0.5").coding, "gzip");
  EXPECT_EQ(choose_form(page, "br;q=0, gzip").coding, "gzip");
  EXPECT_EQ(choose_form(page, "br;q=0.000, gzip;q=0").coding, "");
  EXPECT_EQ(choose_form(page, "br\t;\tq=0\t,\tgzip").coding, "gzip");
  EXPECT_EQ(choose_form(page, "deflate").bytes, "identity");
  EXPECT_EQ(choose_form(page, "").bytes, "identity");
  EXPECT_EQ(choose_form(page, ";;;,,=br").bytes, "identity");
}

TEST(Assets, AFormThatWouldNotBeSmallerIsNotSent) {
  const Asset icon{"/icon.png", "image/png", "W/\"i\"", false, "identity", "", ""};
  EXPECT_EQ(choose_form(icon, "gzip, br").bytes, "identity");
}

TEST(Assets, AreFoundByTheirWholePath) {
  const Asset all[] = {page, {"/assets/a.js", "text/javascript", "W/\"a\"", true, "a", "", ""}};
  EXPECT_EQ(find_asset(all, "/assets/a.js"), &all[1]);
  EXPECT_EQ(find_asset(all, "/assets/"), nullptr);
  EXPECT_EQ(find_asset(all, "/../assets/a.js"), nullptr);
}

TEST(Etag, IsComparedWeakly) {
  EXPECT_TRUE(etag_matches("W/\"abc\"", page.etag));
  EXPECT_TRUE(etag_matches("\"abc\"", page.etag));
  EXPECT_TRUE(etag_matches("\"x\", W/\"abc\" , \"y\"", page.etag));
  EXPECT_TRUE(etag_matches("*", page.etag));
  EXPECT_FALSE(etag_matches("", page.etag));
  EXPECT_FALSE(etag_matches("\"ab\", \"abcd\"", page.etag));
}

}  // namespace
}  // namespace colo
