#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/emr/fake_emr.h"
#include "clouds/emr/run_job_flow.h"

namespace mayfly::clouds::emr {
namespace {

using ::testing::HasSubstr;

class EmrLaunch : public EmrTest {};

TEST_F(EmrLaunch, AnswersOnePendingClusterOfThatName) {
  aws_.on("RunJobFlow", R"({"JobFlowId":"j-1ABC","ClusterArn":"arn:aws:x"})");
  const auto launched = launch(spec());
  ASSERT_TRUE(launched.has_value()) << launched.error().message;
  ASSERT_EQ(launched->size(), 1u);
  const Instance& instance = launched->front();
  EXPECT_EQ(instance.id, "j-1ABC");
  EXPECT_EQ(instance.name, "mayfly-r-1-1-0");
  EXPECT_EQ(instance.region, "us-east-1");
  EXPECT_EQ(instance.zone, "us-east-1a");
  EXPECT_EQ(instance.instance_type, "m5.xlarge");
  EXPECT_EQ(instance.state, InstanceState::pending);
  EXPECT_EQ(instance.tags.at(tag::kReservation), "r-1");
  EXPECT_EQ(instance.launched_at, Time{}) << "EMR says when";
}

TEST_F(EmrLaunch, GoesToEmrWithASignatureForIt) {
  aws_.on("RunJobFlow", R"({"JobFlowId":"j-1"})");
  launch(spec());
  const http::Call& call = aws_.sent["RunJobFlow"].front();
  EXPECT_EQ(call.url, "https://elasticmapreduce.us-east-1.amazonaws.com/");
  EXPECT_EQ(http::find_header(call.headers, "X-Amz-Target"), "ElasticMapReduce.RunJobFlow");
  EXPECT_EQ(http::find_header(call.headers, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_THAT(std::string(*http::find_header(call.headers, "Authorization")),
              HasSubstr("/us-east-1/elasticmapreduce/aws4_request"));
}

TEST_F(EmrLaunch, OfOneNodeHasAMasterAlone) {
  LaunchSpec one = spec();
  one.cluster->nodes = 1;
  const json::object body = run_job_flow_body(one);
  const json::array& groups = body.at("Instances").at("InstanceGroups").as_array();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].at("InstanceRole").as_string(), "MASTER");
  EXPECT_EQ(groups[0].at("Market").as_string(), "ON_DEMAND") << "spot is for workers";
}

TEST_F(EmrLaunch, LeavesOutWhatIsNotSaid) {
  LaunchSpec bare = spec();
  bare.target = {};
  bare.disk_gib = 0;
  bare.cluster->log_uri.clear();
  bare.cluster->idle_timeout.reset();
  const json::object body = run_job_flow_body(bare);
  EXPECT_FALSE(body.contains("LogUri"));
  EXPECT_FALSE(body.contains("AutoTerminationPolicy"));
  const json::object& instances = body.at("Instances").as_object();
  EXPECT_FALSE(instances.contains("Ec2KeyName"));
  EXPECT_FALSE(instances.contains("Ec2SubnetId"));
  EXPECT_FALSE(instances.contains("AdditionalMasterSecurityGroups"));
  EXPECT_EQ(instances.at("TerminationProtected").as_bool(), false) << "never left to a default";
}

TEST_F(EmrLaunch, AsksForAutoTerminationWhereTheReleaseHasIt) {
  for (const char* release : {"emr-5.30.0", "emr-5.36.2", "emr-6.1.0", "emr-6.15.0", "emr-7.1.0"})
    EXPECT_TRUE(takes_auto_termination(release)) << release;
  for (const char* release : {"emr-5.29.0", "emr-6.0.0", "emr-6.0.1"})
    EXPECT_FALSE(takes_auto_termination(release)) << release;
}

TEST_F(EmrLaunch, StartsWithoutAutoTerminationWhereEmrRefusesIt) {
  refuse("RunJobFlow", "ValidationException", "AutoTerminationPolicy is not supported here.");
  aws_.on("RunJobFlow", R"({"JobFlowId":"j-1"})");
  ASSERT_TRUE(launch(spec()).has_value());
  EXPECT_TRUE(sent("RunJobFlow", 0).as_object().contains("AutoTerminationPolicy"));
  EXPECT_FALSE(sent("RunJobFlow", 1).as_object().contains("AutoTerminationPolicy"));
}

TEST_F(EmrLaunch, NeverRepeatsACallThatMayHaveHadAnEffect) {
  for (const int status : {500, 502, 503, 504}) {
    aws_.on("RunJobFlow", http::Answer{.status = status, .headers = {}, .body = {}});
    EXPECT_EQ(launch(spec()).error().reaction, Reaction::ambiguous) << status;
  }
  aws_.on("RunJobFlow",
          http::Answer{.status = 500, .headers = {}, .body = R"({"__type":"InternalServerException",
                                     "Message":"AutoTerminationPolicy lost"})"});
  EXPECT_EQ(launch(spec()).error().reaction, Reaction::ambiguous);
  EXPECT_EQ(calls("RunJobFlow"), 5u);
}

TEST_F(EmrLaunch, AnAnswerThatNamesNoClusterIsAmbiguous) {
  const std::string whole = R"({"JobFlowId":"j-1ABC","ClusterArn":"arn"})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    aws_.on("RunJobFlow", whole.substr(0, length));
    EXPECT_EQ(launch(spec()).error().reaction, Reaction::ambiguous) << length;
  }
  for (const char* body : {"[]", R"({"JobFlowId":7})", R"({"JobFlowId":""})", "<html/>"}) {
    aws_.on("RunJobFlow", body);
    EXPECT_EQ(launch(spec()).error().reaction, Reaction::ambiguous) << body;
  }
}

TEST_F(EmrLaunch, MissingRolesAreFatalWithTheCommandThatMakesThem) {
  refuse("RunJobFlow", "ValidationException", "Invalid InstanceProfile: EMR_EC2_DefaultRole.");
  const auto launched = launch(spec());
  EXPECT_EQ(launched.error().reaction, Reaction::fatal);
  EXPECT_THAT(launched.error().message, HasSubstr("`aws emr create-default-roles`"));
}

TEST_F(EmrLaunch, WhatPrepareRememberedWronglyIsForgotten) {
  const auto script = [&] {
    aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
    aws_.on("DescribeSubnets", aws::subnets({"us-east-1a"}));
    aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
    aws_.on("ImportKeyPair", "<r/>");
  };
  const PrepareSpec asked{.region = "us-east-1",
                          .instance_type = "m5.xlarge",
                          .cluster = ClusterSpec{},
                          .ssh_public_key = kKey};
  script();
  ASSERT_TRUE(prepare(asked).has_value());
  for (const char* text : {"The subnet subnet-a does not exist", "Security group sg-1 is unknown",
                           "The given SSH key name mayfly-0123 was invalid"}) {
    refuse("RunJobFlow", "ValidationException", text);
    EXPECT_EQ(launch(spec()).error().reaction, Reaction::next_zone) << text;
  }
  script();
  ASSERT_TRUE(prepare(asked).has_value());
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(EmrLaunch, ASubnetThatTheRequestNamedIsItsFault) {
  LaunchSpec named = spec();
  named.cluster->subnet = "subnet-a";
  refuse("RunJobFlow", "ValidationException", "The subnet subnet-a has no route");
  EXPECT_EQ(launch(named).error().reaction, Reaction::fatal);
}

// ---- check
// -----------------------------------------------------------------------------------------------

class EmrCheck : public EmrTest {
 protected:
  void script_identity() {
    aws_.on("GetCallerIdentity",
            "<r><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></r>");
  }
};

TEST_F(EmrCheck, ProvesThatTheKeyMayListClusters) {
  script_identity();
  aws_.on("ListClusters", R"({"Clusters":[]})");
  EXPECT_EQ(check()->account, "1");
  script_identity();
  refuse("ListClusters", "AccessDeniedException",
         "User is not authorized to perform: elasticmapreduce:ListClusters");
  const auto refused = check();
  EXPECT_EQ(refused.error().reaction, Reaction::skip_cloud);
  EXPECT_THAT(refused.error().message, HasSubstr("must allow elasticmapreduce:ListClusters"));
  script_identity();
  aws_.on("ListClusters", "{}");
  EXPECT_EQ(check().error().code, "UnreadableAnswer");
}

}  // namespace
}  // namespace mayfly::clouds::emr
