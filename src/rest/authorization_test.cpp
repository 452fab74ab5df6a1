#include "rest/authorization.h"

#include <gtest/gtest.h>

namespace mayfly::rest {
namespace {

// "user token", "- token" without a user, "?" when it is not understood.
std::string presented(const http::Headers& headers) {
  const auto read = read_authorization(headers);
  if (!read) return "?";
  return read->user.value_or("-") + " " + std::string(read->token.reveal());
}

std::string presented(const char* value) {
  return presented({{"authorization", value}});
}

TEST(Authorization, IsAToken) {
  EXPECT_EQ(presented("Bearer abc"), "- abc");
  EXPECT_EQ(presented("bearer   abc"), "- abc");
}

TEST(Authorization, IsANameAndATokenInBasic) {
  EXPECT_EQ(presented("Basic YW5uOnRvOmtlbg=="), "ann to:ken");
  EXPECT_EQ(presented("BASIC YW5uOnRvOmtlbg"), "ann to:ken");
  EXPECT_EQ(presented("Basic Og=="), " ");
}

TEST(Authorization, MayBeAbsent) {
  EXPECT_EQ(presented(http::Headers{}), "- ");
}

TEST(Authorization, IsNotGuessed) {
  for (const char* value : {"", "Bearer", "Bearer ", "abc", "Digest abc", "Basic YW5u", "Basic !",
                            "Basic YW5uOnRvOmtlbg=", "Basic YW5uOnRvOmtlbg==x"}) {
    EXPECT_EQ(presented(value), "?") << value;
  }
  EXPECT_EQ(presented({{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}), "?");
}

}  // namespace
}  // namespace mayfly::rest
