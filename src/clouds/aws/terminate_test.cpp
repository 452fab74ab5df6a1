#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string ending() {
  return ec2_answer("TerminateInstances",
                    "<instancesSet><item><instanceId>i-0a</instanceId></item></instancesSet>");
}
std::string modified() {
  return ec2_answer("ModifyInstanceAttribute", "<return>true</return>");
}

class AwsTerminate : public AwsTest {};

TEST_F(AwsTerminate, EndsAllInOneCall) {
  aws_.on("TerminateInstances", ending());
  const auto ended = terminate({"i-0a", "i-0b"});
  ASSERT_TRUE(ended.has_value());
  EXPECT_THAT(ended->not_found, IsEmpty());
  EXPECT_EQ(aws_.body("TerminateInstances"),
            "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-0a&InstanceId.2=i-0b");
}

TEST_F(AwsTerminate, CallsNobodyForNothing) {
  EXPECT_TRUE(terminate({}).has_value());
  EXPECT_THAT(aws_.calls, IsEmpty());
}

TEST_F(AwsTerminate, AsksForAtMostAThousandAtOnce) {
  std::vector<std::string> ids;
  for (int i = 0; i < 2001; ++i) ids.push_back(fmt::format("i-{:05x}", i));
  for (int i = 0; i < 3; ++i) aws_.on("TerminateInstances", ending());
  EXPECT_TRUE(terminate(ids).has_value());
  EXPECT_THAT(aws_.body("TerminateInstances", 0), EndsWith("&InstanceId.1000=i-003e7"));
  EXPECT_THAT(aws_.body("TerminateInstances", 1), HasSubstr("&InstanceId.1=i-003e8&"));
  EXPECT_THAT(aws_.body("TerminateInstances", 2), EndsWith("&InstanceId.1=i-007d0"));
}

TEST_F(AwsTerminate, LeavesOutTheUnknownAndTellsThemApart) {
  aws_.refuse("TerminateInstances", 400, "InvalidInstanceID.NotFound",
              "The instance IDs 'i-0b, i-0d' do not exist");
  aws_.on("TerminateInstances", ending());
  const auto ended = terminate({"i-0a", "i-0b", "i-0c", "i-0d"});
  ASSERT_TRUE(ended.has_value());
  EXPECT_THAT(ended->not_found, ElementsAre("i-0b", "i-0d"));
  EXPECT_THAT(aws_.body("TerminateInstances", 1), EndsWith("&InstanceId.1=i-0a&InstanceId.2=i-0c"));
}

TEST_F(AwsTerminate, SucceedsWhenNoneIsKnown) {
  aws_.refuse("TerminateInstances", 400, "InvalidInstanceID.NotFound",
              "The instance ID 'i-0a' does not exist");
  const auto ended = terminate({"i-0a"});
  ASSERT_TRUE(ended.has_value());
  EXPECT_THAT(ended->not_found, ElementsAre("i-0a"));
  EXPECT_EQ(aws_.calls.size(), 1u);
}

TEST_F(AwsTerminate, DoesNotTakeAnIdForALongerOneThatBeginsLikeIt) {
  aws_.refuse("TerminateInstances", 400, "InvalidInstanceID.NotFound",
              "The instance ID 'i-0abc' does not exist");
  aws_.on("TerminateInstances", ending());
  const auto ended = terminate({"i-0a", "i-0abc"});
  ASSERT_TRUE(ended.has_value());
  EXPECT_THAT(ended->not_found, ElementsAre("i-0abc"));
}

TEST_F(AwsTerminate, EndsOneByOneWhenTheRefusalNamesNobody) {
  aws_.refuse("TerminateInstances", 400, "InvalidInstanceID.NotFound",
              "Some instance does not exist");
  aws_.on("TerminateInstances", ending());
  aws_.refuse("TerminateInstances", 400, "InvalidInstanceID.NotFound", "It does not exist");
  const auto ended = terminate({"i-0a", "i-0b"});
  ASSERT_TRUE(ended.has_value());
  EXPECT_THAT(ended->not_found, ElementsAre("i-0b"));
  EXPECT_EQ(aws_.calls.size(), 3u);
}

TEST_F(AwsTerminate, ClearsProtectionAndEndsTheProtectedOneByOne) {
  aws_.refuse("TerminateInstances", 400, "OperationNotPermitted",
              "The instance 'i-0b' may not be terminated. Modify its 'disableApiTermination' "
              "instance attribute and try again.");
  aws_.on("TerminateInstances", ending());
  aws_.on("ModifyInstanceAttribute", modified());
  aws_.on("TerminateInstances", ending());
  EXPECT_TRUE(terminate({"i-0a", "i-0b", "i-0c"}).has_value());
  EXPECT_THAT(aws_.body("TerminateInstances", 1), EndsWith("&InstanceId.1=i-0a&InstanceId.2=i-0c"));
  EXPECT_EQ(aws_.body("ModifyInstanceAttribute"),
            "Action=ModifyInstanceAttribute&Version=2016-11-15&InstanceId=i-0b&"
            "DisableApiTermination.Value=false");
  EXPECT_THAT(aws_.body("TerminateInstances", 2), EndsWith("&InstanceId.1=i-0b"));
}

TEST_F(AwsTerminate, EndsTheOthersAndAsksForHelpWhenProtectionCannotBeCleared) {
  aws_.refuse("TerminateInstances", 400, "OperationNotPermitted",
              "The instances 'i-0a, i-0b' may not be terminated.");
  aws_.on("TerminateInstances", ending());  // i-0c
  aws_.refuse("ModifyInstanceAttribute", 403, "UnauthorizedOperation", "no");
  aws_.on("ModifyInstanceAttribute", modified());
  aws_.on("TerminateInstances", ending());  // i-0b
  const auto ended = terminate({"i-0a", "i-0b", "i-0c"});
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().reaction, Reaction::unprotect);
  EXPECT_EQ(ended.error().code, "UnauthorizedOperation");
  EXPECT_THAT(ended.error().message, HasSubstr("i-0a is protected against termination"));
  EXPECT_THAT(ended.error().message, Not(HasSubstr("i-0b")));
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsTerminate, StillCallsItProtectedWhenClearingDidNotHelp) {
  aws_.refuse("TerminateInstances", 400, "OperationNotPermitted",
              "The instance may not be terminated.");
  aws_.on("ModifyInstanceAttribute", modified());
  aws_.refuse("TerminateInstances", 400, "OperationNotPermitted",
              "The instance may not be terminated.");
  EXPECT_EQ(terminate({"i-0a"}).error().reaction, Reaction::unprotect);
}

TEST_F(AwsTerminate, OnlyWaitsWhenClearingWasThrottled) {
  aws_.refuse("TerminateInstances", 400, "OperationNotPermitted",
              "The instance 'i-0a' may not be terminated.");
  aws_.refuse("ModifyInstanceAttribute", 503, "RequestLimitExceeded");
  EXPECT_EQ(terminate({"i-0a"}).error().reaction, Reaction::again);
}

TEST_F(AwsTerminate, AProtectedOneThatVanishedIsNotFound) {
  aws_.refuse("TerminateInstances", 400, "OperationNotPermitted",
              "The instance 'i-0a' may not be terminated.");
  aws_.refuse("ModifyInstanceAttribute", 400, "InvalidInstanceID.NotFound",
              "The instance ID 'i-0a' does not exist");
  EXPECT_THAT(terminate({"i-0a"})->not_found, ElementsAre("i-0a"));
}

TEST_F(AwsTerminate, EndsWhatItMayWhenOneMachineSpoilsTheCall) {
  aws_.refuse("TerminateInstances", 403, "UnauthorizedOperation", "You are not authorized.");
  aws_.refuse("TerminateInstances", 403, "UnauthorizedOperation",
              "You are not authorized.");   // i-0a
  aws_.on("TerminateInstances", ending());  // i-0b
  aws_.on("TerminateInstances", ending());  // i-0c
  const auto ended = terminate({"i-0a", "i-0b", "i-0c"});
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().reaction, Reaction::skip_cloud);
  EXPECT_THAT(aws_.body("TerminateInstances", 3), EndsWith("&InstanceId.1=i-0c"));
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsTerminate, StopsTryingOneByOneWhenThrottled) {
  aws_.refuse("TerminateInstances", 400, "IncorrectInstanceState");
  aws_.refuse("TerminateInstances", 503, "RequestLimitExceeded");
  EXPECT_EQ(terminate({"i-0a", "i-0b", "i-0c"}).error().code, "RequestLimitExceeded");
  EXPECT_EQ(aws_.calls.size(), 2u);
}

TEST_F(AwsTerminate, PassesOnWhatItCannotMend) {
  const std::vector<std::tuple<int, std::string, Reaction>> kRefusals = {
      {503, "RequestLimitExceeded", Reaction::again}, {500, "InternalError", Reaction::ambiguous},
      {401, "AuthFailure", Reaction::key_refused},    {403, "AccessDenied", Reaction::skip_cloud},
      {400, "MissingParameter", Reaction::fatal},     {502, "", Reaction::ambiguous}};
  for (const auto& [status, code, reaction] : kRefusals) {
    aws_.refuse("TerminateInstances", status, code);
    EXPECT_EQ(terminate({"i-0a", "i-0b"}).error().reaction, reaction) << code;
  }
  EXPECT_EQ(aws_.calls.size(), kRefusals.size());
}

}  // namespace
}  // namespace mayfly::clouds::aws
