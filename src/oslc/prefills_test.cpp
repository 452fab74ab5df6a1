#include "oslc/prefills.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mayfly::oslc {
namespace {

constexpr Time kNow{Duration{1'000'000'000}};

Prefill prefill(std::string user, std::string id, Time from = kNow) {
  return {.id = std::move(id),
          .user = std::move(user),
          .dialog = "run",
          .target = {},
          .title = "Nightly",
          .description = {},
          .plan = {},
          .parameters = {},
          .kept_until = from + kPrefillKept};
}

TEST(Prefills, AreFoundByTheirUserOnly) {
  Prefills prefills;
  prefills.keep(prefill("ann", "f-1"), kNow);
  ASSERT_TRUE(prefills.find("ann", "f-1", kNow));
  EXPECT_EQ(prefills.find("ann", "f-1", kNow)->title, "Nightly");
  EXPECT_FALSE(prefills.find("bob", "f-1", kNow));
  EXPECT_FALSE(prefills.find("ann", "f-2", kNow));
}

TEST(Prefills, AreForgottenAfterAWhile) {
  Prefills prefills;
  prefills.keep(prefill("ann", "f-1"), kNow);
  EXPECT_TRUE(prefills.find("ann", "f-1", kNow + kPrefillKept - 1s));
  EXPECT_FALSE(prefills.find("ann", "f-1", kNow + kPrefillKept));
}

TEST(Prefills, OfOneUserPushOutHisOwnOldest) {
  Prefills prefills;
  prefills.keep(prefill("bob", "f-bob"), kNow);
  for (std::size_t i = 0; i <= kPrefillsOfUser; ++i)
    prefills.keep(prefill("ann", fmt::format("f-{}", i)), kNow);
  EXPECT_FALSE(prefills.find("ann", "f-0", kNow));
  EXPECT_TRUE(prefills.find("ann", "f-1", kNow));
  EXPECT_TRUE(prefills.find("ann", fmt::format("f-{}", kPrefillsOfUser), kNow));
  EXPECT_TRUE(prefills.find("bob", "f-bob", kNow));
}

TEST(Prefills, AreNeverMoreThanSoMany) {
  Prefills prefills;
  for (std::size_t i = 0; i <= kPrefillsOfAll; ++i)
    prefills.keep(prefill(fmt::format("u{}", i), "f-1"), kNow);
  EXPECT_FALSE(prefills.find("u0", "f-1", kNow));
  EXPECT_TRUE(prefills.find("u1", "f-1", kNow));
  EXPECT_TRUE(prefills.find(fmt::format("u{}", kPrefillsOfAll), "f-1", kNow));
}

}  // namespace
}  // namespace mayfly::oslc
