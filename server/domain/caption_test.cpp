#include "domain/caption.hpp"

#include <gtest/gtest.h>

#include <string>

namespace colo {
namespace {

errc code_of(std::string_view caption) {
  const auto checked = check_caption(caption);
  EXPECT_FALSE(checked) << caption << " was let through";
  return checked ? errc::internal : checked.error().code;
}

TEST(Caption, PlainTextAndAnEmptyCaptionAreValid) {
  for (const char* caption : {"", "a cat", "<b>'; DROP TABLE messages; --", "ein Döner, bitte",
                              "👩‍👩‍👧 ❤️", "مرحبا‏", " spaced  out "}) {
    EXPECT_TRUE(check_caption(caption)) << caption;
  }
}

TEST(Caption, LengthIsCountedInCodePoints) {
  std::string caption;
  for (int i = 0; i < 280; ++i) caption += "猫";
  EXPECT_TRUE(check_caption(caption));
  EXPECT_EQ(code_of(caption + "x"), errc::caption_too_long);
}

TEST(Caption, ControlCharactersAreRefused) {
  for (const char* caption :
       {"a\nb", "a\tb", "\x1B[31m", "\x7F", "a\u0085", "a\u2028", "a\u2029", "abc\u202Edef"}) {
    EXPECT_EQ(code_of(caption), errc::caption_characters) << caption;
  }
  EXPECT_EQ(code_of(std::string_view("a\0b", 3)), errc::caption_characters);
}

TEST(Caption, InvalidUtf8IsRefused) {
  EXPECT_EQ(code_of("\xFFzz"), errc::caption_characters);
  EXPECT_EQ(code_of("cut short \xF0\x9F\x98"), errc::caption_characters);
}

}  // namespace
}  // namespace colo
