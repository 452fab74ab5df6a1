#include "cli/utf8.h"

#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable("r-1 Größe 日本 🚀"), "r-1 Größe 日本 🚀");
}

TEST(Printable, DisarmsEscapeSequencesAndLineEnds) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a b c\uFFFDd");
  EXPECT_EQ(printable("a\u009bb\u202Ec\u2066d"), "a\uFFFDb\uFFFDc\uFFFDd");
}

TEST(Printable, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(printable("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(printable("\xC3"), "\uFFFD");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(printable("\xC0\xAF"), "\uFFFD\uFFFD") << "an overlong slash";
}

TEST(DisplayWidth, CountsCellsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("Größe"), 5);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1) << "a letter and its accent";
}

TEST(Shorten, EndsWithAnEllipsisWithinTheWidth) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdef", 4), "abc…");
  EXPECT_EQ(shorten("日本日本", 4), "日…") << "a wide character is not cut in two";
  EXPECT_EQ(shorten("abc", 0), "");
  EXPECT_EQ(shorten("abc", -3), "");
}

}  // namespace
}  // namespace mayfly::cli
