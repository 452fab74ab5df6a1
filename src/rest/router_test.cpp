#include "rest/router.h"

#include <gtest/gtest.h>

namespace mayfly::rest {
namespace {

using Path = std::vector<std::string>;

Router<int> example_router() {
  Router<int> router;
  router.add("GET", "/", 1);
  router.add("GET", "/users/:UserId", 2);
  router.add("PATCH", "/users/:UserId", 3);
  router.add("GET", "/users/:UserId/keys", 4);
  router.add("GET", "/users/self", 5);
  router.add("POST", "/:Anything/:UserId/keys", 6);
  return router;
}

int target_of(const Router<int>& router, std::string_view method, const Path& path) {
  const auto match = router.find(method, path);
  return match.target ? *match.target : 0;
}

TEST(Router, FindsByMethodAndPath) {
  const Router<int> router = example_router();
  EXPECT_EQ(target_of(router, "GET", {}), 1);
  EXPECT_EQ(target_of(router, "GET", {"users", "ann"}), 2);
  EXPECT_EQ(target_of(router, "PATCH", {"users", "ann"}), 3);
  EXPECT_EQ(target_of(router, "GET", {"users", "ann", "keys"}), 4);
  EXPECT_EQ(target_of(router, "GET", {"users"}), 0);
  EXPECT_EQ(target_of(router, "GET", {"users", "ann", "keys", "more"}), 0);
}

TEST(Router, NamesTheSegmentsItTook) {
  const Router<int> router = example_router();
  const auto match = router.find("GET", Path{"users", "a/b ü", "keys"});
  EXPECT_EQ(match.pattern->text(), "/users/:UserId/keys");
  EXPECT_EQ(match.parameters, (PathParameters{{"UserId", "a/b ü"}}));
}

TEST(Router, PrefersTheLiteralPattern) {
  const Router<int> router = example_router();
  EXPECT_EQ(target_of(router, "GET", {"users", "self"}), 5);
  EXPECT_EQ(target_of(router, "POST", {"other", "ann", "keys"}), 6);
  // The path belongs to the more literal pattern, which has no POST.
  EXPECT_EQ(target_of(router, "POST", {"users", "ann", "keys"}), 0);
}

TEST(Router, NeverMatchesAnEmptySegment) {
  const Router<int> router = example_router();
  EXPECT_EQ(router.find("GET", Path{"users", ""}).pattern, nullptr);
  EXPECT_EQ(router.find("GET", Path{"users", "", "keys"}).pattern, nullptr);
}

TEST(Router, AnswersHeadWhereverGet) {
  const Router<int> router = example_router();
  EXPECT_EQ(target_of(router, "HEAD", {"users", "ann"}), 2);
  EXPECT_EQ(target_of(router, "HEAD", {"other", "ann", "keys"}), 0);
  EXPECT_EQ(target_of(router, "head", {"users", "ann"}), 0);
}

TEST(Router, SaysWhatIsAllowed) {
  const Router<int> router = example_router();
  EXPECT_EQ(router.find("DELETE", Path{"users", "ann"}).allow, "GET, HEAD, OPTIONS, PATCH");
  EXPECT_EQ(router.find("DELETE", Path{"users", "ann"}).target, nullptr);
  EXPECT_EQ(router.find("DELETE", Path{"other", "ann", "keys"}).allow, "OPTIONS, POST");
  EXPECT_EQ(router.find("DELETE", Path{"nowhere"}).pattern, nullptr);
}

}  // namespace
}  // namespace mayfly::rest
