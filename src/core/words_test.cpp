#include "core/words.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreRunsOfLettersDigitsAndWhatIsBeyondAscii) {
  EXPECT_EQ(words_of("build 12 of Caf\u00e9-3"), (Words{"build", "12", "of", "caf\u00e9", "3"}));
  EXPECT_EQ(words_of("10.0.0.1"), (Words{"10", "0", "0", "1"}));
  EXPECT_EQ(words_of("  \"<>\n "), Words{});
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of(std::string_view("a\0b", 3)), (Words{"a", "b"}));
}

TEST(Words, CountWithTheirFirstBytes) {
  const std::string most(kWordBytesMax, 'x');
  EXPECT_EQ(words_of(most + "y z"), (Words{most, "z"}));
}

TEST(Words, LowerOnlyAscii) {
  EXPECT_EQ(lower("AZ \u00c4"), "az \u00c4");
}

}  // namespace
}  // namespace mayfly
