#include "http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> path_of(std::string_view target) {
  const auto parsed = parse_target("GET", target);
  return parsed ? parsed->path : std::vector<std::string>{"refused"};
}

TEST(Target, SplitsAndDecodesThePath) {
  EXPECT_THAT(path_of("/users/ann"), ElementsAre("users", "ann"));
  EXPECT_THAT(path_of("/users/a%20b%2Fc"), ElementsAre("users", "a b/c"));
  EXPECT_THAT(path_of("/a+b"), ElementsAre("a+b"));
  EXPECT_THAT(path_of("/\xC3\xA4/%C3%A4"), ElementsAre("\xC3\xA4", "\xC3\xA4"));
}

TEST(Target, OfTheRootHasNoSegments) {
  EXPECT_THAT(path_of("/"), IsEmpty());
  EXPECT_THAT(path_of("/?a=1"), IsEmpty());
  EXPECT_THAT(path_of("http://example.org"), IsEmpty());
}

TEST(Target, DropsOneTrailingSlashAndKeepsEmptySegmentsInside) {
  EXPECT_THAT(path_of("/users/"), ElementsAre("users"));
  EXPECT_THAT(path_of("/users//"), ElementsAre("users", ""));
  EXPECT_THAT(path_of("/users//x"), ElementsAre("users", "", "x"));
  EXPECT_THAT(path_of("//x"), ElementsAre("", "x"));
}

TEST(Target, MayBeAnAbsoluteUrl) {
  EXPECT_THAT(path_of("http://example.org:8080/users/ann?x=1"), ElementsAre("users", "ann"));
  EXPECT_THAT(path_of("HTTPS://example.org/a"), ElementsAre("a"));
  EXPECT_THAT(path_of("http://example.org?x=1"), IsEmpty());
  EXPECT_THAT(path_of("http:///a"), ElementsAre("refused"));
  EXPECT_THAT(path_of("ftp://example.org/a"), ElementsAre("refused"));
  EXPECT_THAT(path_of("example.org:443"), ElementsAre("refused"));
}

TEST(Target, ReadsQueriesAsBrowsersSendThem) {
  const auto parsed = parse_target("GET", "/a|b?x[]=1&y={z}&w=http://h/?q");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->query.size(), 3U);
  EXPECT_EQ(parsed->query[0].name, "x[]");
  EXPECT_EQ(parsed->query[0].value, "1");
  EXPECT_EQ(parsed->query[1].value, "{z}");
  EXPECT_EQ(parsed->query[2].value, "http://h/?q");
  EXPECT_THAT(parsed->path, ElementsAre("a|b"));
}

TEST(Target, RefusesBrokenEscapesAndWhatIsNotUtf8) {
  for (const char* target :
       {"/a%", "/a%2", "/%zz/b", "/%FF", "/\xFF", "/%C0%AF", "/?a=%", "/?a=%ff", "/a#b", "a", ""}) {
    EXPECT_FALSE(parse_target("GET", target)) << target;
  }
}

TEST(Target, OfAStarIsForOptionsOnly) {
  EXPECT_THAT(parse_target("OPTIONS", "*")->path, ElementsAre("*"));
  EXPECT_FALSE(parse_target("GET", "*"));
  EXPECT_THAT(path_of("/*"), ElementsAre("*"));
}

}  // namespace
}  // namespace mayfly::http
