#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/classify.h"

namespace mayfly::clouds {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

Reaction refused(std::string_view text, std::string_view code = "ValidationException") {
  return classify_emr("RunJobFlow", code, 400, text).reaction;
}

std::optional<Reaction> died(std::string_view text, std::string_view code = "VALIDATION_ERROR") {
  return classify_emr_end(code, text).means;
}

TEST(EmrFailure, NoRoomLeadsToTheNextZone) {
  for (const char* text :
       {"EC2 is out of capacity for m5.xlarge", "Insufficient Capacity for instance type r5.xlarge",
        "The subnet subnet-1 does not have enough free addresses to satisfy the requested "
        "instances",
        "The subnet has not enough free private IP addresses"}) {
    EXPECT_EQ(refused(text), Reaction::next_zone) << text;
    EXPECT_THAT(died(text), Optional(Reaction::next_zone)) << text;
  }
}

TEST(EmrFailure, AFullLimitSkipsTheQuotaClassAndSaysWhere) {
  for (const char* text : {"You have exceeded the vCPU limit of the account",
                           "The number of instances exceeds your EC2 instance quota"}) {
    EXPECT_EQ(refused(text), Reaction::skip_quota) << text;
    EXPECT_THAT(died(text), Optional(Reaction::skip_quota)) << text;
    EXPECT_THAT(classify_emr_end("VALIDATION_ERROR", text).reason, HasSubstr("Service Quotas"));
  }
  EXPECT_EQ(refused("Max spot instance count exceeded"), Reaction::next_offer);
}

TEST(EmrFailure, ATypeThatCannotBeUsedLeadsToTheNextOffer) {
  for (const char* text : {"The instance type m5.large is not supported",
                           "Instance type 'm5.large' is invalid for emr-6.15.0"}) {
    EXPECT_EQ(refused(text), Reaction::next_offer) << text;
    EXPECT_THAT(died(text), Optional(Reaction::next_offer)) << text;
  }
  const char* zone =
      "The requested instance type m5.xlarge is not supported in the requested availability zone.";
  EXPECT_EQ(refused(zone), Reaction::next_zone);
  EXPECT_THAT(died(zone), Optional(Reaction::next_zone));
}

TEST(EmrFailure, MissingRolesAreFatalAndComeWithTheCommandThatMakesThem) {
  for (const char* text :
       {"EMR_DefaultRole does not exist", "Invalid InstanceProfile: EMR_EC2_DefaultRole.",
        "Service role arn:aws:iam::1:role/EMR_DefaultRole has insufficient EC2 permissions",
        "The instance profile is not authorized"}) {
    const CloudFailure failure = classify_emr("RunJobFlow", "ValidationException", 400, text);
    EXPECT_EQ(failure.reaction, Reaction::fatal) << text;
    EXPECT_THAT(failure.message, HasSubstr("`aws emr create-default-roles`"));
    const ClusterEnd end = classify_emr_end("VALIDATION_ERROR", text);
    EXPECT_THAT(end.means, Optional(Reaction::fatal)) << text;
    EXPECT_THAT(end.reason, HasSubstr("`aws emr create-default-roles`"));
  }
}

// What AWS says of a role that is not there is that it may not be passed.
TEST(EmrFailure, ARoleThatMayNotBePassedMayBeMissing) {
  const CloudFailure failure = classify_emr(
      "RunJobFlow", "AccessDeniedException", 400,
      "User: arn:aws:iam::1:user/ann is not authorized to perform: iam:PassRole on resource: "
      "arn:aws:iam::1:role/EMR_DefaultRole");
  EXPECT_EQ(failure.reaction, Reaction::fatal);
  EXPECT_THAT(failure.message, HasSubstr("`aws emr create-default-roles`"));
  EXPECT_THAT(failure.message, HasSubstr("must allow iam:PassRole"));
}

TEST(EmrFailure, AMissingRightSkipsTheCloudAndIsNamed) {
  const CloudFailure failure =
      classify_emr("RunJobFlow", "AccessDeniedException", 400,
                   "User: x is not authorized to perform: elasticmapreduce:RunJobFlow");
  EXPECT_EQ(failure.reaction, Reaction::skip_cloud);
  EXPECT_THAT(failure.message, HasSubstr("must allow elasticmapreduce:RunJobFlow"));
}

TEST(EmrFailure, WrongNetworksAreFatalAndSayWhatToDo) {
  for (const char* text : {"The subnet configuration was invalid: no route to the internet",
                           "Subnet subnet-1 does not exist in this VPC"}) {
    EXPECT_EQ(refused(text), Reaction::fatal) << text;
    EXPECT_THAT(died(text), Optional(Reaction::fatal)) << text;
    EXPECT_THAT(classify_emr_end("VALIDATION_ERROR", text).reason, HasSubstr("`subnet`"));
  }
  for (const char* text :
       {"Block public access: sg-1 opens port 8890", "The given security group sg-1 is wrong"}) {
    EXPECT_EQ(refused(text), Reaction::fatal) << text;
    EXPECT_THAT(classify_emr_end("VALIDATION_ERROR", text).reason, HasSubstr("mayfly"));
  }
}

TEST(EmrFailure, ProtectionIsToBeTakenOff) {
  EXPECT_EQ(
      refused("Could not shut down one or more job flows since they are termination protected."),
      Reaction::unprotect);
}

TEST(EmrFailure, AnUnknownClusterIsGone) {
  EXPECT_EQ(refused("Cluster id 'j-1' is not valid.", "InvalidRequestException"), Reaction::gone);
  EXPECT_EQ(refused("Cluster id 'j-1' is not valid.", "NoSuchCluster"), Reaction::gone);
  EXPECT_EQ(refused("Specified job flow ID does not exist"), Reaction::gone);
}

TEST(EmrFailure, AnInvalidRequestIsFatal) {
  EXPECT_EQ(refused("The supplied release label is invalid: emr-9.0.0."), Reaction::fatal);
  EXPECT_EQ(refused("Ganglia is not supported by this release"), Reaction::fatal);
  EXPECT_EQ(refused("IdleTimeout is wrong", "InvalidRequestException"), Reaction::fatal);
}

TEST(EmrFailure, ThrottlingAndServerErrorsAreThoseOfAllOfAws) {
  EXPECT_EQ(classify_emr("ListClusters", "ThrottlingException", 400, "Rate exceeded").reaction,
            Reaction::again);
  EXPECT_EQ(refused("Rate exceeded"), Reaction::again);
  EXPECT_EQ(classify_emr("RunJobFlow", "InternalServerException", 500, "").reaction,
            Reaction::ambiguous);
  EXPECT_EQ(classify_emr("RunJobFlow", "", 503, "").reaction, Reaction::ambiguous);
  EXPECT_EQ(classify_emr("RunJobFlow", "UnrecognizedClientException", 400, "").reaction,
            Reaction::key_refused);
}

TEST(ClusterEnd, ThatNobodyAskedForMayBeBetterElsewhere) {
  for (const char* code : {"INSTANCE_FAILURE", "INTERNAL_ERROR", "INSTANCE_FLEET_TIMEOUT"}) {
    EXPECT_THAT(died("The master failed", code), Optional(Reaction::next_zone)) << code;
  }
  EXPECT_THAT(died("On the master instance, application provisioning failed", "BOOTSTRAP_FAILURE"),
              Optional(Reaction::next_offer));
  EXPECT_THAT(died("Throttled from Amazon EC2"), Optional(Reaction::next_zone));
  EXPECT_THAT(died("EC2 features are not supported"), Optional(Reaction::next_offer));
  EXPECT_THAT(died("something that nobody has seen yet"), Optional(Reaction::next_offer));
}

TEST(ClusterEnd, AQuotaIsAQuotaUnderWhateverCode) {
  EXPECT_THAT(died("Request exceeds the EC2 service quota for that type", "INTERNAL_ERROR"),
              Optional(Reaction::skip_quota));
}

TEST(ClusterEnd, ThatSomebodyWantedMeansNothing) {
  for (const char* code : {"USER_REQUEST", "ALL_STEPS_COMPLETED", "STEP_FAILURE", ""}) {
    EXPECT_FALSE(died("Terminated by user request", code).has_value()) << code;
  }
}

TEST(ClusterEnd, IsToldInAwssWords) {
  EXPECT_EQ(classify_emr_end("VALIDATION_ERROR", "EC2 is out of capacity for m5.xlarge.").reason,
            "VALIDATION_ERROR: EC2 is out of capacity for m5.xlarge");
  EXPECT_EQ(classify_emr_end("USER_REQUEST", "").reason, "USER_REQUEST");
  EXPECT_EQ(classify_emr_end("", "words").reason, "words");
  EXPECT_EQ(classify_emr_end("", "").reason, "");
  const std::string endless = classify_emr_end("VALIDATION_ERROR", std::string(9000, 'x')).reason;
  EXPECT_LT(endless.size(), 600u);
  EXPECT_THAT(classify_emr_end("INTERNAL_ERROR", "a\nb").reason, Not(HasSubstr("b")));
  EXPECT_THAT(classify_emr_end("INTERNAL_ERROR", "bell\a.").reason, EndsWith("bell "));
}

}  // namespace
}  // namespace mayfly::clouds
