#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/classify.h"

namespace mayfly::clouds {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Reaction launched(std::string_view code, int status) {
  return classify_aws("RunInstances", code, status, "some words").reaction;
}

struct Row {
  const char* code;
  int status;
};

void expect_all(Reaction reaction, std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(launched(row.code, row.status), reaction) << row.code;
}

TEST(AwsFailure, ThrottlingIsRepeatedLater) {
  expect_all(Reaction::again, {{"RequestLimitExceeded", 503},
                               {"EC2ThrottledException", 503},
                               {"Throttling", 400},
                               {"ThrottlingException", 400},
                               {"TooManyRequestsException", 429},
                               {"RequestThrottled", 400},
                               {"SlowDown", 503},
                               {"BandwidthLimitExceeded", 503},
                               {"PriorRequestNotComplete", 400}});
}

TEST(AwsFailure, AServerErrorMayHaveHadAnEffect) {
  expect_all(Reaction::ambiguous, {{"InternalError", 500},
                                   {"InternalFailure", 500},
                                   {"InternalServerError", 500},
                                   {"InternalServerException", 500},
                                   {"ServiceUnavailable", 503},
                                   {"Unavailable", 503},
                                   {"", 500},
                                   {"", 502},
                                   {"", 503},
                                   {"", 504},
                                   {"NeverSeenBefore", 500}});
}

TEST(AwsFailure, LackOfCapacityIsAboutTheZoneAlthoughItsStatusIs500) {
  expect_all(Reaction::next_zone, {{"InsufficientInstanceCapacity", 500},
                                   {"InsufficientHostCapacity", 500},
                                   {"InsufficientReservedInstanceCapacity", 500},
                                   {"UnfulfillableCapacity", 500},
                                   {"ReservationCapacityExceeded", 400},
                                   {"InsufficientFreeAddressesInSubnet", 400},
                                   {"InsufficientVolumeCapacity", 500},
                                   {"Unsupported", 400}});
}

TEST(AwsFailure, TheAccountsLimitsRuleOutAClassOrARegion) {
  expect_all(Reaction::skip_quota, {{"VcpuLimitExceeded", 400}, {"InstanceLimitExceeded", 400}});
  expect_all(Reaction::next_offer,
             {{"MaxSpotInstanceCountExceeded", 400}, {"SpotMaxPriceTooLow", 400}});
  expect_all(Reaction::skip_region, {{"VolumeLimitExceeded", 400},
                                     {"AddressLimitExceeded", 400},
                                     {"SecurityGroupLimitExceeded", 400},
                                     {"ResourceLimitExceeded", 400},
                                     {"NetworkInterfaceLimitExceeded", 400}});
  EXPECT_THAT(
      classify_aws("RunInstances", "VcpuLimitExceeded", 400, "You have requested more").message,
      EndsWith("Ask for a higher limit under Service Quotas."));
}

TEST(AwsFailure, KeysThatAwsDoesNotKnowWaitForAnother) {
  expect_all(Reaction::key_refused, {{"AuthFailure", 401},
                                     {"InvalidClientTokenId", 403},
                                     {"InvalidAccessKeyId", 403},
                                     {"SignatureDoesNotMatch", 403},
                                     {"InvalidSignatureException", 400},
                                     {"IncompleteSignature", 400},
                                     {"IncompleteSignatureException", 400},
                                     {"MissingAuthenticationToken", 403},
                                     {"MissingAuthenticationTokenException", 403},
                                     {"ExpiredToken", 403},
                                     {"ExpiredTokenException", 400},
                                     {"UnrecognizedClientException", 400}});
}

TEST(AwsFailure, AccountsThatMayNotSkipTheCloud) {
  expect_all(Reaction::skip_cloud, {{"UnauthorizedOperation", 403},
                                    {"AccessDenied", 403},
                                    {"AccessDeniedException", 400},
                                    {"RequestExpired", 400},
                                    {"Blocked", 400},
                                    {"", 401},
                                    {"", 403}});
}

TEST(AwsFailure, AnOptInIsTheAccountsWhenItIsASubscription) {
  const auto opt_in = [](std::string_view text) {
    return classify_aws("RunInstances", "OptInRequired", 401, text);
  };
  for (const char* text :
       {"You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.",
        "In order to use this AWS Marketplace product you need to accept terms and subscribe."}) {
    EXPECT_EQ(opt_in(text).reaction, Reaction::skip_cloud) << text;
    EXPECT_THAT(opt_in(text).message, EndsWith("or use another image."));
  }
  EXPECT_EQ(opt_in("The region is not enabled for your account").reaction, Reaction::skip_region);
  EXPECT_EQ(opt_in("").reaction, Reaction::skip_region);
}

TEST(AwsFailure, ARegionThatIsNotEnabledIsSkipped) {
  expect_all(Reaction::skip_region, {{"OptInRequired", 401},
                                     {"PendingVerification", 400},
                                     {"VPCIdNotSpecified", 400},
                                     {"ParameterNotFound", 400}});
}

TEST(AwsFailure, AReusedTokenIsLookedIntoAndNeverReplaced) {
  expect_all(Reaction::ambiguous, {{"IdempotentParameterMismatch", 400}});
}

TEST(AwsFailure, AnUnknownMachineIsGoneAndAProtectedOneSaysSo) {
  expect_all(Reaction::gone, {{"InvalidInstanceID.NotFound", 400}, {"NoSuchCluster", 400}});
  expect_all(Reaction::unprotect, {{"OperationNotPermitted", 400}});
  expect_all(Reaction::again, {{"IncorrectInstanceState", 400}, {"DependencyViolation", 400}});
}

TEST(AwsFailure, AWrongRequestIsFatal) {
  expect_all(Reaction::fatal, {{"InvalidInstanceID.Malformed", 400},
                               {"InvalidAMIID.NotFound", 400},
                               {"InvalidAMIID.Malformed", 400},
                               {"InvalidAMIID.Unavailable", 400},
                               {"InvalidParameterValue", 400},
                               {"InvalidParameterCombination", 400},
                               {"MissingParameter", 400},
                               {"UnknownParameter", 400},
                               {"InvalidKeyPair.NotFound", 400},
                               {"InvalidSubnetID.NotFound", 400},
                               {"InvalidGroup.NotFound", 400},
                               {"ValidationError", 400},
                               {"InvalidRequestException", 400}});
}

TEST(AwsFailure, AnUnknownRefusalIsThisOffersAndOneWithoutCodeIsUnclear) {
  EXPECT_EQ(launched("InstanceTypeOutOfFashion", 400), Reaction::next_offer);
  EXPECT_EQ(launched("", 400), Reaction::ambiguous);
  EXPECT_EQ(launched("", 302), Reaction::ambiguous);
  EXPECT_EQ(launched("", 429), Reaction::again);
  EXPECT_EQ(classify_aws("RunInstances", "", 502, "").code, "Http502");
}

TEST(AwsFailure, APassedDryRunChangedNothing) {
  EXPECT_EQ(launched("DryRunOperation", 412), Reaction::again);
}

TEST(AwsFailure, SaysWhatWasAttemptedWhatAwsSaidAndWhatToDo) {
  const CloudFailure failure = classify_aws(
      "RunInstances", "UnauthorizedOperation", 403,
      "You are not authorized to perform this operation. Encoded authorization failure "
      "message: 4aF9x0Zz");
  EXPECT_EQ(failure.code, "UnauthorizedOperation");
  EXPECT_EQ(
      failure.message,
      "AWS answered 'RunInstances' with 403 UnauthorizedOperation: You are not authorized to "
      "perform this operation. The key's policy must allow ec2:RunInstances; `mayfly keys doctor "
      "aws --policy` prints the whole one.");
  EXPECT_THAT(classify_aws("GetParameter", "AccessDeniedException", 400, "").message,
              HasSubstr("must allow ssm:GetParameter"));
  EXPECT_THAT(classify_aws("TerminateJobFlows", "AccessDeniedException", 400, "").message,
              HasSubstr("must allow elasticmapreduce:TerminateJobFlows"));
}

TEST(AwsFailure, NeverRepeatsTheHeadersThatASignatureErrorQuotes) {
  const CloudFailure failure = classify_aws(
      "GetCallerIdentity", "SignatureDoesNotMatch", 403,
      "The request signature we calculated does not match.\n\nThe Canonical String for "
      "this request should have been\n'POST\nx-amz-security-token:TOKEN'");
  EXPECT_THAT(failure.message, Not(HasSubstr("TOKEN")));
  EXPECT_THAT(failure.message, EndsWith("store a valid pair."));
}

TEST(AwsFailure, CutsLongTextsBetweenCharacters) {
  const std::string text(1000, '\xc3');
  std::string umlauts;
  for (char c : text) (umlauts += c) += '\xbc';
  const std::string message = classify_aws("RunInstances", "X", 400, "a" + umlauts).message;
  EXPECT_LT(message.size(), 600u);
  EXPECT_THAT(message, EndsWith("\xc3\xbc."));
}

}  // namespace
}  // namespace mayfly::clouds
