#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kIdentity[] =
    "<GetCallerIdentityResponse "
    "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
    "<Arn>arn:aws:iam::123456789012:user/ann</Arn><UserId>AIDAX</UserId><Account>123456789012</"
    "Account>"
    "</GetCallerIdentityResult><ResponseMetadata><RequestId>q</RequestId></ResponseMetadata>"
    "</GetCallerIdentityResponse>";

std::string regions() {
  return ec2_answer("DescribeRegions",
                    "<regionInfo><item><regionName>us-east-1</regionName>"
                    "<regionEndpoint>ec2.us-east-1.amazonaws.com</regionEndpoint></item>"
                    "<item><regionName>eu-west-1</regionName></item></regionInfo>");
}

// ---- check
// ---------------------------------------------------------------------------------------------

class AwsCheck : public AwsTest {
 protected:
  void script_until_dry_run() {
    aws_.on("GetCallerIdentity", kIdentity);
    aws_.on("DescribeRegions", regions());
    aws_.on("GetParameter", kParameter);
    aws_.on("DescribeImages", image());
  }
};

TEST_F(AwsCheck, TellsWhoseKeyItIsAndWhichRegionsAreEnabled) {
  script_until_dry_run();
  aws_.refuse("RunInstances", 412, "DryRunOperation",
              "Request would have succeeded, but DryRun flag is set.");
  const auto identity = check();
  ASSERT_TRUE(identity.has_value()) << identity.error().message;
  EXPECT_EQ(identity->account, "123456789012");
  EXPECT_EQ(identity->name, "arn:aws:iam::123456789012:user/ann");
  EXPECT_THAT(identity->regions, ElementsAre("eu-west-1", "us-east-1"));
  EXPECT_EQ(identity->machines_max, 0);
  EXPECT_EQ(aws_.sent["GetCallerIdentity"].at(0).url, "https://sts.us-east-1.amazonaws.com/");
  EXPECT_THAT(aws_.body("RunInstances"), HasSubstr("&DryRun=true"));
  EXPECT_THAT(aws_.body("RunInstances"), HasSubstr("&TagSpecification.1.ResourceType=instance&"));
  EXPECT_THAT(aws_.body("RunInstances"), Not(HasSubstr("ClientToken")));
}

TEST_F(AwsCheck, AsksInTheKeysOwnRegion) {
  key_.region = "eu-north-1";
  script_until_dry_run();
  aws_.refuse("RunInstances", 412, "DryRunOperation");
  EXPECT_TRUE(check().has_value());
  EXPECT_EQ(aws_.sent["GetCallerIdentity"].at(0).url, "https://sts.eu-north-1.amazonaws.com/");
  EXPECT_EQ(aws_.sent["RunInstances"].at(0).url, "https://ec2.eu-north-1.amazonaws.com/");
  EXPECT_EQ(aws_.sent["GetParameter"].at(0).url, "https://ssm.eu-north-1.amazonaws.com/");
}

TEST_F(AwsCheck, RefusesAKeyThatIsNotKnown) {
  aws_.on(
      "GetCallerIdentity",
      http::Answer{
          .status = 403,
          .headers = {},
          .body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                  "<Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token "
                  "included in the request is invalid.</Message></Error></ErrorResponse>"});
  const auto identity = check();
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().reaction, Reaction::key_refused);
  EXPECT_EQ(identity.error().code, "InvalidClientTokenId");
  EXPECT_THAT(aws_.calls, ElementsAre("GetCallerIdentity"));
}

TEST_F(AwsCheck, RefusesAKeyThatMayNotLaunchAndSaysWhatIsMissing) {
  script_until_dry_run();
  aws_.refuse("RunInstances", 403, "UnauthorizedOperation",
              "You are not authorized to perform this operation.");
  const auto identity = check();
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().reaction, Reaction::skip_cloud);
  EXPECT_THAT(identity.error().message, HasSubstr("must allow ec2:RunInstances"));
}

TEST_F(AwsCheck, RefusesAKeyThatMayNotReadPublicImages) {
  aws_.on("GetCallerIdentity", kIdentity);
  aws_.on("DescribeRegions", regions());
  aws_.on("GetParameter",
          http::Answer{
              .status = 400,
              .headers = {},
              .body = R"({"__type":"AccessDeniedException","Message":"User is not authorized"})"});
  const auto identity = check();
  ASSERT_FALSE(identity.has_value());
  EXPECT_THAT(identity.error().message, HasSubstr("must allow ssm:GetParameter"));
}

TEST_F(AwsCheck, TakesARefusalThatIsNotAboutRightsAsNoProofAgainstThem) {
  for (const auto& [status, code] :
       std::vector<std::pair<int, std::string>>{{400, "VPCIdNotSpecified"},
                                                {400, "InvalidAMIID.NotFound"},
                                                {500, "InsufficientInstanceCapacity"},
                                                {400, "VcpuLimitExceeded"},
                                                {400, "NeverHeardOf"}}) {
    aws_.on("GetCallerIdentity", kIdentity);
    aws_.on("DescribeRegions", regions());
    if (aws_.sent["GetParameter"].empty()) {
      aws_.on("GetParameter", kParameter);
      aws_.on("DescribeImages", image());
    }
    aws_.refuse("RunInstances", status, code);
    EXPECT_TRUE(check().has_value()) << code;
  }
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsCheck, GoesOnWithAnyImageIdWhereTheRegionPublishesNone) {
  aws_.on("GetCallerIdentity", kIdentity);
  aws_.on("DescribeRegions", regions());
  aws_.on("GetParameter",
          http::Answer{.status = 400, .headers = {}, .body = R"({"__type":"ParameterNotFound"})"});
  aws_.refuse("RunInstances", 400, "InvalidAMIID.NotFound");
  EXPECT_TRUE(check().has_value());
  EXPECT_THAT(aws_.body("RunInstances"), HasSubstr("&ImageId=ami-00000000000000000&"));
}

TEST_F(AwsCheck, ConcludesNothingFromAServerError) {
  script_until_dry_run();
  aws_.refuse("RunInstances", 503, "Unavailable");
  const auto identity = check();
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().reaction, Reaction::ambiguous);
}

TEST_F(AwsCheck, SaysWhenAwsCannotBeReached) {
  aws_.on("GetCallerIdentity",
          std::unexpected(http::CallFailure{.reached = http::Reached::no,
                                            .message = "could not resolve host"}));
  const auto identity = check();
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().code, "Unreachable");
  EXPECT_EQ(identity.error().reaction, Reaction::again);
}

TEST_F(AwsCheck, CallsAnAnswerWithoutAnAccountUnreadable) {
  aws_.on("GetCallerIdentity", "<html><body>Sign in to the hotel's network</body></html>");
  const auto identity = check();
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().code, "UnreadableAnswer");
}

}  // namespace
}  // namespace mayfly::clouds::aws
