#include "store/sqlite/index_text.h"

#include <gtest/gtest.h>

namespace mayfly::store::sqlite {
namespace {

using Indexes = std::map<std::string, std::string>;

TEST(IndexText, IsNetstringsInTheOrderOfTheNames) {
  EXPECT_EQ(print_indexes({{"user", "ada"}, {"live", "1"}}), "4:live,1:1,4:user,3:ada,");
  EXPECT_EQ(print_indexes({}), "");
}

TEST(IndexText, ReadsWhatItPrints) {
  const Indexes odd = {{"empty", ""}, {"odd", std::string("a,3:b\0\xff:", 9)}, {"user", "ada"}};
  for (const Indexes& indexes : {Indexes{}, Indexes{{"live", "1"}}, odd}) {
    EXPECT_EQ(parse_indexes(print_indexes(indexes)), indexes);
  }
}

TEST(IndexText, CutAnywhereButBetweenPairsIsRefused) {
  const std::string text = print_indexes({{"live", "1"}, {"user", "ada"}});
  const std::size_t pair = print_indexes({{"live", "1"}}).size();
  for (std::size_t size = 1; size < text.size(); ++size) {
    EXPECT_EQ(parse_indexes(std::string_view(text).substr(0, size)).has_value(), size == pair)
        << size;
  }
}

TEST(IndexText, RefusesWhatItWouldNotPrint) {
  for (const char* text : {"x", "4:live,", "-1:a,1:b,", "1:a,1:b;", "99999999999999999999:a,1:b,",
                           "1:a,1:b,1:a,1:c,", ":a,1:b,", "2:a,1:b,"}) {
    EXPECT_FALSE(parse_indexes(text)) << text;
  }
}

}  // namespace
}  // namespace mayfly::store::sqlite
