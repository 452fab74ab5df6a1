// What every call has in common: where it goes, its signature, our clock, our secrets.
#include "clouds/aws/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AwsCall : public AwsTest {
 protected:
  std::string header(std::size_t call, std::string_view name) {
    return std::string(http::find_header(aws_.sent["DescribeInstances"].at(call).headers, name)
                           .value_or("(none)"));
  }
  http::Headers dated(const char* date) { return {{"Date", date}}; }
};

TEST_F(AwsCall, IsSignedForTheServiceAndRegionItGoesTo) {
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("ap-southeast-2", "i-home").has_value());
  const http::Call& call = aws_.sent["DescribeInstances"].at(0);
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "https://ec2.ap-southeast-2.amazonaws.com/");
  EXPECT_EQ(header(0, "Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_THAT(header(0, "Authorization"),
              HasSubstr("Credential=AKIAIOSFODNN7EXAMPLE/20260102/ap-southeast-2/ec2/aws4_request, "
                        "SignedHeaders=content-type;host;x-amz-date, Signature="));
  EXPECT_EQ(header(0, "X-Amz-Security-Token"), "(none)");
  EXPECT_LE(call.deadline, 30s);
}

TEST_F(AwsCall, SendsAndSignsTheTokenOfTemporaryCredentials) {
  key_.session_token = Secret("TOKEN//==");
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("us-east-1", "i-home").has_value());
  EXPECT_EQ(header(0, "X-Amz-Security-Token"), "TOKEN//==");
  EXPECT_THAT(header(0, "Authorization"),
              HasSubstr("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"));
}

TEST_F(AwsCall, GoesToTheEndpointThatReplacesAws) {
  for (const auto& [endpoint, host] :
       std::vector<std::pair<std::string, std::string>>{{"http://127.0.0.1:5000", "127.0.0.1:5000"},
                                                        {"http://localhost:80/", "localhost"},
                                                        {"https://sim.test:443/aws", "sim.test"}}) {
    FakeAws aws(clock_);
    AwsCloud cloud(context_.get_executor(), aws, clock_, {.endpoint = endpoint, .page_size = 5});
    aws.on("DescribeInstances", instances_answer(""));
    bool listed = false;
    cloud.list(key_, "us-east-1", "i-home", loop_,
               [&](CloudResult<std::vector<Instance>> found) { listed = found.has_value(); });
    run();
    EXPECT_TRUE(listed);
    EXPECT_EQ(aws.sent["DescribeInstances"].at(0).url, endpoint);
    EXPECT_THAT(aws.body("DescribeInstances"), HasSubstr("&MaxResults=5&"));
  }
}

TEST_F(AwsCall, IsDatedByAwssClockOnceOursTurnsOutWrong) {
  aws_.refuse("DescribeInstances", 400, "RequestExpired", "Request has expired.",
              dated("Fri, 02 Jan 2026 05:04:05 GMT"));
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("us-east-1", "i-home").has_value());
  EXPECT_EQ(header(0, "X-Amz-Date"), "20260102T030405Z");
  EXPECT_EQ(header(1, "X-Amz-Date"), "20260102T050405Z");
  EXPECT_EQ(aws_.body("DescribeInstances", 0), aws_.body("DescribeInstances", 1));
  clock_.moment += 1min;
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("us-east-1", "i-home").has_value());
  EXPECT_EQ(header(2, "X-Amz-Date"), "20260102T050505Z") << "the correction stays";
}

TEST_F(AwsCall, TakesASignatureErrorForAWrongClockOnlyWhenTheClocksDiffer) {
  for (const std::string code :
       {"SignatureDoesNotMatch", "AuthFailure", "InvalidSignatureException"}) {
    aws_.refuse("DescribeInstances", 403, code, "no", dated("Fri, 02 Jan 2026 03:06:05 GMT"));
    EXPECT_EQ(list("us-east-1", "i-home").error().code, code);
  }
  aws_.refuse("DescribeInstances", 403, "SignatureDoesNotMatch", "Signature expired",
              dated("Thu, 01 Jan 2026 03:06:05 GMT"));
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("us-east-1", "i-home").has_value());
}

TEST_F(AwsCall, CorrectsTheClockOncePerCall) {
  aws_.refuse("DescribeInstances", 400, "RequestExpired", "no",
              dated("Fri, 02 Jan 2026 05:04:05 GMT"));
  aws_.refuse("DescribeInstances", 400, "RequestExpired", "no",
              dated("Fri, 02 Jan 2026 09:04:05 GMT"));
  const auto found = list("us-east-1", "i-home");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, "RequestExpired");
  EXPECT_THAT(found.error().message, HasSubstr("Set this server's clock right"));
}

TEST_F(AwsCall, IsCorrectedOnceForAllCallsAndKeys) {
  const char* now = "Fri, 02 Jan 2026 05:04:05 GMT";
  aws_.refuse("DescribeInstances", 401, "AuthFailure", "no", dated(now));
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("us-east-1", "i-home").has_value());
  key_.key_id = "k-2";
  aws_.on("DescribeInstances", instances_answer(""));
  EXPECT_TRUE(list("eu-west-1", "i-home").has_value());
  EXPECT_EQ(header(2, "X-Amz-Date"), "20260102T050405Z") << "dated right at the first try";
  // A date that is right is no reason to try again: now it is the key.
  aws_.refuse("DescribeInstances", 401, "AuthFailure", "no", dated(now));
  EXPECT_EQ(list("us-east-1", "i-home").error().reaction, Reaction::key_refused);
  EXPECT_EQ(aws_.calls.size(), 4u);
}

TEST_F(AwsCall, IsRepeatedWhenItWasUnderWayWhileTheClockWasCorrected) {
  for (int call = 0; call < 2; ++call) {
    aws_.refuse("DescribeInstances", 400, "RequestExpired", "no",
                dated("Fri, 02 Jan 2026 05:04:05 GMT"));
  }
  for (int call = 0; call < 2; ++call) aws_.on("DescribeInstances", instances_answer(""));
  int listed = 0;
  for (int call = 0; call < 2; ++call) {
    cloud_.list(key_, "us-east-1", "i-home", loop_,
                [&](CloudResult<std::vector<Instance>> found) { listed += found.has_value(); });
  }
  run();
  EXPECT_EQ(listed, 2);
  EXPECT_EQ(header(1, "X-Amz-Date"), "20260102T030405Z") << "both were under way";
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsCall, CannotCorrectTheClockWithoutADate) {
  aws_.refuse("DescribeInstances", 400, "RequestExpired");
  EXPECT_FALSE(list("us-east-1", "i-home").has_value());
  aws_.refuse("DescribeInstances", 400, "RequestExpired", "no", dated("yesterday"));
  EXPECT_FALSE(list("us-east-1", "i-home").has_value());
}

TEST_F(AwsCall, NeverRepeatsASessionTokenThatAwsQuotes) {
  key_.session_token = Secret("TOKEN//==");
  aws_.refuse("DescribeInstances", 403, "ExpiredToken",
              "The token TOKEN//== has expired (TOKEN//==)");
  const auto found = list("us-east-1", "i-home");
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, Not(HasSubstr("TOKEN")));
  EXPECT_THAT(found.error().message, HasSubstr("The token *** has expired (***)"));
}

TEST_F(AwsCall, IsNotSentWithAKeyThatCouldBreakAHeader) {
  for (const auto& [id, secret, token] :
       std::vector<std::array<std::string, 3>>{{"", "s", ""},
                                               {"AKIA\r\nX: y", "s", ""},
                                               {"AKIA", "", ""},
                                               {"AKIA", "s", "a\nb"},
                                               {"AK IA", "s", ""}}) {
    key_.id = id;
    key_.secret = Secret(secret);
    key_.session_token = Secret(token);
    const auto found = list("us-east-1", "i-home");
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().reaction, Reaction::key_refused);
    EXPECT_EQ(found.error().code, "InvalidKey");
  }
  EXPECT_TRUE(aws_.calls.empty());
}

TEST_F(AwsCall, IsNotSentToARegionThatCouldBeAnotherHost) {
  for (const std::string region :
       {"", "evil.example/", "us-east-1.evil.example#", "US-EAST-1", "us east 1"}) {
    const auto found = list(region, "i-home");
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, "InvalidRegion");
  }
  EXPECT_TRUE(aws_.calls.empty());
}

TEST_F(AwsCall, AnswersEvenWhenTheCloudObjectIsGone) {
  aws_.on("DescribeInstances", instances_answer(""));
  bool listed = false;
  {
    AwsCloud cloud(context_.get_executor(), aws_, clock_);
    cloud.list(key_, "us-east-1", "i-home", loop_,
               [&](CloudResult<std::vector<Instance>> found) { listed = found.has_value(); });
    EXPECT_FALSE(listed) << "never before the call has returned";
  }
  run();
  EXPECT_TRUE(listed);
}

}  // namespace
}  // namespace mayfly::clouds::aws
