#include "filters.h"

#include <gtest/gtest.h>

namespace mayfly::cloudsim {
namespace {

TEST(Glob, MatchesStarsAndQuestionMarks) {
  EXPECT_TRUE(glob_matches("m5.*", "m5.large"));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a?c", "abc"));
  EXPECT_TRUE(glob_matches("*-*-?", "us-east-1"));
  EXPECT_TRUE(glob_matches("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(glob_matches("a?c", "ac"));
  EXPECT_FALSE(glob_matches("m5.*", "m5"));
  EXPECT_FALSE(glob_matches("", "a"));
}

TEST(Filters, AllMustMatchWithAnyOfTheirValues) {
  const auto form = Form::parse(
      "Filter.1.Name=color&Filter.1.Value.1=red&Filter.1.Value.2=blue&Filter.2.Name=size&"
      "Filter.2.Value.1=l*");
  const auto filters = filters_of(*form);
  const auto thing = [](std::string color, std::string size) -> Fields {
    return [=](std::string_view name) -> std::optional<std::vector<std::string>> {
      if (name == "color") return {{color}};
      if (name == "size") return {{size}};
      return std::nullopt;
    };
  };
  EXPECT_EQ(passes(filters, thing("blue", "large")), true);
  EXPECT_EQ(passes(filters, thing("green", "large")), false);
  EXPECT_EQ(passes(filters, thing("red", "small")), false);
}

TEST(Filters, AnUnknownOneIsRefusedByName) {
  const auto form = Form::parse("Filter.1.Name=smell&Filter.1.Value.1=good");
  const auto answer = passes(filters_of(*form), [](std::string_view) { return std::nullopt; });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "InvalidParameterValue");
  EXPECT_EQ(answer.error().message, "The filter 'smell' is invalid");
}

}  // namespace
}  // namespace mayfly::cloudsim
