#include "domain/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace colo {
namespace {

NameForms forms_of(std::string_view typed) {
  const auto parsed = parse_name(typed);
  EXPECT_TRUE(parsed) << typed << ": " << (parsed ? "" : parsed.error().detail);
  return parsed ? *parsed : NameForms{};
}

std::string refusal_of(std::string_view typed) {
  const auto parsed = parse_name(typed);
  EXPECT_FALSE(parsed) << typed << " was let through";
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, errc::bad_username);
  return parsed.error().detail;
}

bool collide(std::string_view a, std::string_view b) {
  const NameForms one = forms_of(a);
  const NameForms two = forms_of(b);
  return one.key == two.key || one.skeleton == two.skeleton ||
         one.folded_skeleton == two.folded_skeleton || one.loose_skeleton == two.loose_skeleton ||
         one.loose_folded_skeleton == two.loose_folded_skeleton;
}

TEST(Names, OrdinaryNamesAreShownAsTyped) {
  for (const char* name : {"Ann", "Bo", "Jean-Luc", "J. R. Hartley", "x_y", "user.42", "7 of 9",
                           "abcdefghijklmnopqrstuvwx"}) {
    EXPECT_EQ(forms_of(name).shown, name);
  }
}

TEST(Names, LettersOfAnyScriptAreLetters) {
  for (const char* name :
       {"Zoë", "Łukasz", "Мария", "Γιώργος", "محمد", "שירה", "हिन्दी", "ありがとう", "データ",
        "李小龍", "김민수", "நிலா", "สมชาย", "ʻOkina", "๔๒ ไทย"}) {
    EXPECT_EQ(forms_of(name).shown, name);
  }
}

TEST(Names, AreShownComposed) {
  EXPECT_EQ(forms_of("Zoe\u0308").shown, "Zoë");
  EXPECT_EQ(forms_of("Zoe\u0308").key, forms_of("Zoë").key);
}

TEST(Names, LengthCountsCodePointsOnceComposed) {
  EXPECT_EQ(refusal_of("a"), "A name has 2 to 24 characters; this one has 1.");
  EXPECT_EQ(refusal_of(""), "A name has 2 to 24 characters; this one has 0.");
  EXPECT_EQ(refusal_of(std::string(25, 'a')), "A name has 2 to 24 characters; this one has 25.");
  std::string composing_to_24;
  for (int i = 0; i < 24; ++i) composing_to_24 += "e\u0308";
  EXPECT_TRUE(parse_name(composing_to_24));
  refusal_of("e\u0308");  // one letter, once composed
}

TEST(Names, CaseAndWidthDoNotChangeTheKey) {
  EXPECT_EQ(forms_of("BOB").key, "bob");
  EXPECT_EQ(forms_of("Ｂｏｂ").key, "bob");
  EXPECT_EQ(forms_of("Straße").key, forms_of("STRASSE").key);
  EXPECT_EQ(forms_of("ΣΊΣΥΦΟΣ").key, forms_of("Σίσυφος").key);
}

TEST(Names, ConfusableNamesShareASkeleton) {
  EXPECT_TRUE(collide("Ilya", "llya"));      // capital i, small L
  EXPECT_TRUE(collide("BOB0", "bobo"));      // zero, o
  EXPECT_TRUE(collide("paypal", "раураl"));  // Latin, Cyrillic
  EXPECT_TRUE(collide("Anna", "Αnna"));      // Latin, Greek
  EXPECT_TRUE(collide("modern", "modem"));   // rn, m
  EXPECT_TRUE(collide("ann", "ANN"));
  EXPECT_TRUE(collide("Bob", "Bօb"));  // Latin, Armenian
}

TEST(Names, DifferentNamesStayDifferent) {
  EXPECT_FALSE(collide("Ann", "Anne"));
  EXPECT_FALSE(collide("Мария", "Марина"));
  EXPECT_FALSE(collide("Zoe", "Zoë"));
  EXPECT_FALSE(collide("user1", "user2"));
  EXPECT_FALSE(collide("Ann 1", "Ann 2"));
  EXPECT_FALSE(collide("データ", "デタ"));
  EXPECT_FALSE(collide("Анна", "Anna-H"));
  EXPECT_FALSE(collide("Anna", "Anya"));
  EXPECT_FALSE(collide("Will", "Vill"));
}

TEST(Names, SeparatorsAndModifierLettersDoNotDistinguishNames) {
  for (const char* name :
       {"Annamaria.", "Anna-Maria", "anna_maria", "Anna Maria", "A.n.n.a.maria", "_Annamaria_",
        "Annamaria\u02BC", "\u02BBAnnamaria", "Anna\u02D0maria", "Annarnaria-", "ANNAMARIA."})
    EXPECT_TRUE(collide(name, "Annamaria")) << name;
  EXPECT_TRUE(collide("a-b", "a_b"));
  EXPECT_TRUE(collide("محـمد", "محمد"));
}

TEST(Names, SmallCapitalsAreLetters) {
  EXPECT_TRUE(collide("ᴀɴɴᴀᴍᴀʀɪᴀ", "Annamaria"));
  EXPECT_TRUE(collide("ᴀɴɴᴀᴍᴀʀɪᴀ", "ANNAMARIA"));
  EXPECT_TRUE(collide("Annaᴍaria.", "annamaria"));
  EXPECT_TRUE(collide("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏ",
                      "abcdefghijklmnopqrstuvwy"));
  EXPECT_TRUE(collide("ᴢᴢ", "zz"));
  EXPECT_TRUE(collide("ɪlya", "llya"));
}

TEST(Names, TwoLettersThatLookLikeOneAreConfusableWithIt) {
  EXPECT_TRUE(collide("vvilliam", "William"));
  EXPECT_TRUE(collide("Wvilma", "vWilma"));
  EXPECT_TRUE(collide("Barnaby", "Bamaby"));
  EXPECT_TRUE(collide("VVilliam.", "wiLLiam"));
}

std::string refusal_of_new(std::string_view typed) {
  const auto parsed = parse_new_name(typed);
  EXPECT_FALSE(parsed) << typed << " was let through";
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, errc::bad_username);
  return parsed.error().detail;
}

TEST(Names, ANewNameUsesOneScriptOrAUsualCombination) {
  for (const char* name :
       {"Ann",     "Zoë",         "Łukasz 2",      "Мария",   "Γιώργος",  "محمد",
        "שירה",    "हिन्दी",       "ありがとう",    "データ",  "李小龍",   "김민수",
        "நிலா",    "สมชาย",       "ʻOkina",        "๔๒ ไทย",  "ᏣᎳᎩ",      "ⵜⴰⵎⴰⵣⵉⵖⵜ",
        "ߒߞߏ",     "გიორგი",      "Արամ",          "አበበ",     "ꦗꦮ",       "ᠮᠣᠩᠭᠣᠯ",
        "தமிழ்2",   "Kenji健二",   "ひらカナ漢ABC", "김minsu", "한글漢字", "李Lee",
        "ㄅㄆLee", "कृष्ण Krishna", "Ali علي",       "Noy ნოი"}) {
    const auto parsed = parse_new_name(name);
    ASSERT_TRUE(parsed) << name << ": " << parsed.error().detail;
    EXPECT_EQ(parsed->shown, forms_of(name).shown);
  }
}

TEST(Names, ANewNameCannotMixConfusableScripts) {
  for (const char* name : {"раураl", "Αnna", "Annа", "Аl-Русь", "Μария", "AnnᎪ", "Аня शर्मा"})
    EXPECT_EQ(refusal_of_new(name),
              "A name cannot mix letters of scripts that look alike, such as Latin and Cyrillic.")
        << name;
  EXPECT_EQ(refusal_of_new("a@b").substr(0, 20), "A name cannot hold @");
}

TEST(Names, AnExistingNameOfMixedScriptsIsStillValid) {
  for (const char* name : {"раураl", "Αnna", "AnnᎪ"}) EXPECT_EQ(forms_of(name).shown, name);
}

TEST(Names, SpacesAreSingleAndInside) {
  EXPECT_NE(refusal_of(" Ann").find("begin or end with a space"), std::string::npos);
  EXPECT_NE(refusal_of("Ann ").find("begin or end with a space"), std::string::npos);
  EXPECT_NE(refusal_of("Ann  Lee").find("two spaces"), std::string::npos);
  refusal_of("   ");
}

TEST(Names, OnlyTheAsciiSpaceIsASpace) {
  for (const char* name :
       {"Ann\u00A0Lee", "Ann\u2003Lee", "Ann\u3000Lee", "Ann\tLee", "Ann\nLee"}) {
    EXPECT_NE(refusal_of(name).find("invisible or control"), std::string::npos);
  }
}

TEST(Names, InvisibleCharactersAreRefused) {
  for (const char* name : {"Ann\u200B", "A\u200Dnn", "A\u200Cnn", "\uFEFFAnn", "Ann\u2060",
                           "An\u00ADn", "Ann\u3164", "Ann\uFE0F", "A\u034Fnn", "\u115F\u1160"}) {
    EXPECT_NE(refusal_of(name).find("invisible or control"), std::string::npos) << name;
  }
  refusal_of(std::string("An\0n", 4));
  refusal_of("Ann\x7F");
}

TEST(Names, DirectionOverridesAreRefused) {
  for (const char* name : {"Ann\u202E", "\u202AAnn", "Ann\u200F", "\u2066Ann\u2069"}) {
    EXPECT_NE(refusal_of(name).find("invisible or control"), std::string::npos) << name;
  }
}

TEST(Names, EmojiAreRefusedAsSuch) {
  for (const char* name : {"Ann😀", "❤nn", "Annℹ"}) {
    EXPECT_NE(refusal_of(name).find("an emoji"), std::string::npos) << name;
  }
  for (const char* name : {"Ann1\u20E3", "🇩🇪🇩🇪", "Ann🏽"}) refusal_of(name);
}

TEST(Names, OtherSymbolsAreRefusedAndNamed) {
  EXPECT_EQ(refusal_of("a@b"),
            "A name cannot hold @ (U+0040); use letters, digits, _ - . and single spaces inside.");
  for (const char* name : {"<script>", "a'b", "a\"b", "a/b", "a\\b", "50%", "a#1", "½Ann", "ⅧAnn",
                           "⠀⠀", "Ann\uE000", "Ann\uFFFD"}) {
    refusal_of(name);
  }
}

TEST(Names, ALetterOrDigitIsNeeded) {
  EXPECT_EQ(refusal_of("-.-"), "A name must have at least one letter or digit.");
  EXPECT_TRUE(parse_name("-1-"));
}

TEST(Names, MarksFollowLettersAndAreBounded) {
  EXPECT_NE(refusal_of("\u0308Ann").find("after a letter"), std::string::npos);
  EXPECT_NE(refusal_of("1\u0308x").find("after a letter"), std::string::npos);
  std::string tower = "Ann";
  for (int i = 0; i < 5; ++i) tower += "\u0325\u0316";
  EXPECT_NE(refusal_of(tower).find("at most 4"), std::string::npos);
}

TEST(Names, InvalidUtf8IsRefused) {
  for (const char* bytes : {"Ann\xFF", "Ann\xC3", "\xC0\xAF\x61", "\xED\xA0\x80\x61"}) {
    EXPECT_EQ(refusal_of(bytes), "A name must be valid UTF-8 text.");
  }
}

}  // namespace
}  // namespace colo
