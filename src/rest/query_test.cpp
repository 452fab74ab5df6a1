#include "rest/query.h"

#include <gtest/gtest.h>

namespace mayfly::rest {
namespace {

constexpr std::string_view kStates[] = {"current", "all"};
constexpr QueryRule kRules[] = {
    kLimitRule,
    kCursorRule,
    {.name = "state", .doc = "", .otherwise = "current", .choices = kStates}};

Result<Query> read_given(std::vector<http::Parameter> given) {
  return read_query(kRules, given);
}

std::vector<std::string> wrong_parameters(std::vector<http::Parameter> given) {
  std::vector<std::string> names;
  const auto query = read_given(std::move(given));
  if (query) return names;
  EXPECT_EQ(query.error().code, ErrorCode::malformed);
  for (const FieldError& field : query.error().fields) names.push_back(field.field);
  return names;
}

TEST(Query, HasDefaults) {
  const auto query = read_given({});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->page().limit, 100U);
  EXPECT_EQ(query->page().cursor, "");
  EXPECT_EQ(query->text("state"), "current");
}

TEST(Query, ReadsWhatIsGiven) {
  const auto query = read_given({{"state", "all"}, {"limit", "1000"}, {"cursor", "r-1"}});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->page().limit, 1000U);
  EXPECT_EQ(query->page().cursor, "r-1");
  EXPECT_EQ(query->text("state"), "all");
}

TEST(Query, NamesEverythingThatIsWrongAtOnce) {
  EXPECT_EQ(wrong_parameters({{"limit", "0"}, {"token", "x"}, {"state", "old"}}),
            (std::vector<std::string>{"limit", "token", "state"}));
}

TEST(Query, RefusesOddValues) {
  for (const char* limit :
       {"", "0", "1001", "-1", "1.5", "1e2", "ten", " 1", "99999999999999999999"}) {
    EXPECT_EQ(wrong_parameters({{"limit", limit}}), std::vector<std::string>{"limit"}) << limit;
  }
  for (const char* cursor : {"", "a b", "a/b", "ü"}) {
    EXPECT_EQ(wrong_parameters({{"cursor", cursor}}), std::vector<std::string>{"cursor"}) << cursor;
  }
  EXPECT_EQ(wrong_parameters({{"cursor", std::string(201, 'a')}}),
            std::vector<std::string>{"cursor"});
  EXPECT_EQ(wrong_parameters({{"limit", "1"}, {"limit", "1"}}), std::vector<std::string>{"limit"});
  EXPECT_EQ(wrong_parameters({{"", ""}}), std::vector<std::string>{""});
}

}  // namespace
}  // namespace mayfly::rest
