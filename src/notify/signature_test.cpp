#include "notify/signature.h"

#include <gtest/gtest.h>

namespace mayfly::notify {
namespace {

Time at_second(std::int64_t seconds) {
  return Time{std::chrono::seconds(seconds)};
}

// What the libraries of the specification sign in their own tests.
TEST(Signature, IsThatOfTheStandardWebhooksLibraries) {
  const auto signature =
      sign({Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
           at_second(1'614'265'330), R"({"test": 2432232314})");
  ASSERT_TRUE(signature);
  EXPECT_EQ(*signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, IsOneForEachSecret) {
  const Secret one("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const Secret other = new_secret();
  const auto both = sign({one, other}, "e", at_second(1), "{}");
  EXPECT_EQ(*both,
            *sign({one}, "e", at_second(1), "{}") + " " + *sign({other}, "e", at_second(1), "{}"));
}

TEST(Signature, CoversIdTimeAndBody) {
  const std::vector<Secret> secrets = {new_secret()};
  const auto signature = sign(secrets, "e-1", at_second(100), "{}");
  EXPECT_NE(*signature, *sign(secrets, "e-2", at_second(100), "{}"));
  EXPECT_NE(*signature, *sign(secrets, "e-1", at_second(101), "{}"));
  EXPECT_NE(*signature, *sign(secrets, "e-1", at_second(100), "{ }"));
}

TEST(Signature, NeedsASecret) {
  for (const char* text : {"", "whsec_", "whsec_!", "whsec_MfKQ"})
    EXPECT_EQ(sign({Secret(text)}, "e", at_second(1), "{}").has_value(),
              std::string_view(text) == "whsec_MfKQ")
        << text;
}

TEST(NewSecret, IsThirtyTwoBytesByChance) {
  const Secret secret = new_secret();
  EXPECT_TRUE(secret.reveal().starts_with("whsec_"));
  EXPECT_EQ(secret.reveal().size(), 6U + 44U);
  EXPECT_FALSE(secret.equals(new_secret().reveal()));
}

TEST(Timestamp, IsInWholeSeconds) {
  EXPECT_EQ(timestamp_text(at_second(1'614'265'330) + 999ms), "1614265330");
}

}  // namespace
}  // namespace mayfly::notify
