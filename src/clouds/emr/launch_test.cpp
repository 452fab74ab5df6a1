#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "clouds/emr/entrances.h"
#include "clouds/emr/fake_emr.h"
#include "clouds/emr/run_job_flow.h"

namespace mayfly::clouds::emr {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// ---- prepare
// ---------------------------------------------------------------------------------------------

constexpr char kKey[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ann@home";
constexpr char kKeyPair[] = "mayfly-86ffba97709efccb6c5750ff5fbece0c";

class EmrPrepare : public EmrTest {
 protected:
  void script_network() {
    aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1c", "us-east-1a"}));
    aws_.on("DescribeSubnets", aws::subnets({"us-east-1a", "us-east-1b", "us-east-1c"}));
    aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  }

  PrepareSpec spec_{
      .region = "us-east-1", .instance_type = "m5.xlarge", .cluster = ClusterSpec{.nodes = 3}};
};

TEST_F(EmrPrepare, FindsATargetForEachZoneWithTheSharedGroupAndTheKey) {
  script_network();
  aws_.on("ImportKeyPair", "<r/>");
  spec_.ssh_public_key = kKey;
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  EXPECT_THAT(*targets, ElementsAre(LaunchTarget{.zone = "us-east-1a",
                                                 .subnet = "subnet-a",
                                                 .security_group = "sg-1",
                                                 .key_pair = kKeyPair},
                                    LaunchTarget{.zone = "us-east-1c",
                                                 .subnet = "subnet-c",
                                                 .security_group = "sg-1",
                                                 .key_pair = kKeyPair}));
}

TEST_F(EmrPrepare, AsksForEverythingOnce) {
  script_network();
  aws_.on("ImportKeyPair", "<r/>");
  aws_.on("DescribeSecurityGroups", aws::groups("sg-2"));
  spec_.ssh_public_key = kKey;
  spec_.cluster->open_to = "203.0.113.7/24";
  ASSERT_TRUE(prepare(spec_).has_value());
  const std::size_t calls = aws_.calls.size();
  spec_.ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample another comment";
  spec_.cluster->open_to = "203.0.113.99/24";
  ASSERT_TRUE(prepare(spec_).has_value());
  EXPECT_EQ(aws_.calls.size(), calls);
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(EmrPrepare, AKeyThatIsThereAlreadyIsTheSameKey) {
  script_network();
  aws_.refuse("ImportKeyPair", 400, "InvalidKeyPair.Duplicate", "The keypair already exists");
  spec_.ssh_public_key = kKey;
  EXPECT_EQ(prepare(spec_)->front().key_pair, kKeyPair);
}

TEST_F(EmrPrepare, WithoutAKeyNobodyIsLetIn) {
  script_network();
  EXPECT_EQ(prepare(spec_)->front().key_pair, "");
}

TEST_F(EmrPrepare, AKeyOfATypeThatEc2DoesNotTakeIsNamed) {
  script_network();
  spec_.ssh_public_key = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= ann";
  auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  EXPECT_THAT(targets.error().message, HasSubstr("`ssh_public_key`"));
  aws_.refuse("ImportKeyPair", 400, "InvalidKey.Format", "Key is not in valid OpenSSH format");
  spec_.ssh_public_key = kKey;
  targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  aws_.refuse("ImportKeyPair", 503, "RequestLimitExceeded");
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::again);
}

TEST_F(EmrPrepare, UsesTheSubnetThatTheRequestNames) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a", "us-east-1x"}));
  aws_.on("DescribeSubnets", aws::subnets({"us-east-1x"}));
  aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  spec_.cluster->subnet = "subnet-x";
  const auto targets = prepare(spec_);
  EXPECT_THAT(*targets, ElementsAre(LaunchTarget{
                            .zone = "us-east-1x", .subnet = "subnet-x", .security_group = "sg-1"}));
  EXPECT_THAT(aws_.body("DescribeSubnets"), Not(HasSubstr("default-for-az")));
}

TEST_F(EmrPrepare, ASubnetThatIsNotThereIsTheRequestsFault) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", aws::subnets({}));
  spec_.cluster->subnet = "subnet-x";
  const auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  EXPECT_THAT(targets.error().message, HasSubstr("`subnet`"));
}

TEST_F(EmrPrepare, ATypeThatNoZoneSellsLeadsToTheNextOffer) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({}));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::next_offer);
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", aws::subnets({"us-east-1x"}));
  aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  spec_.cluster->subnet = "subnet-x";
  spec_.instance_type = "r5.xlarge";
  const auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::next_offer);
  EXPECT_THAT(targets.error().message, HasSubstr("subnet-x"));
}

TEST_F(EmrPrepare, WithoutADefaultVpcTheRegionIsSkipped) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", aws::subnets({}));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::skip_region);
}

TEST_F(EmrPrepare, OpensThePagesToOneNetworkAndToNobodyElse) {
  script_network();
  aws_.on("DescribeSecurityGroups", aws::groups(""));
  aws_.on("CreateSecurityGroup", aws::ec2_answer("C", "<groupId>sg-2</groupId>"));
  aws_.on("AuthorizeSecurityGroupIngress", "<r/>");
  spec_.cluster->open_to = "203.0.113.7/24";
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  EXPECT_THAT(*targets, Each(Field(&LaunchTarget::security_group, "sg-2")));
  const std::string& rules = aws_.body("AuthorizeSecurityGroupIngress");
  for (const char* port : {"8890", "80", "18080"}) {
    EXPECT_THAT(rules, HasSubstr(std::string("FromPort=") + port + "&"));
  }
  EXPECT_THAT(rules, HasSubstr("IpPermissions.2.IpRanges.1.CidrIp=203.0.113.0%2F24"));
  std::size_t everybody = 0;
  for (auto at = rules.find("0.0.0.0"); at != std::string::npos; at = rules.find("0.0.0.0", at + 1))
    ++everybody;
  EXPECT_EQ(everybody, 1u) << "ssh, which Block Public Access allows";
}

TEST_F(EmrPrepare, RefusesToOpenThePagesToEverybody) {
  for (const char* cidr : {"0.0.0.0/0", "203.0.113.7", "x/24", "203.0.113.0/33", "::/0"}) {
    script_network();
    key_.key_id = cidr;
    spec_.cluster->open_to = cidr;
    const auto targets = prepare(spec_);
    EXPECT_EQ(targets.error().reaction, Reaction::fatal) << cidr;
    EXPECT_THAT(targets.error().message, HasSubstr("`open_to`"));
  }
}

TEST(Networks, AreTheSameWhateverHostNamesThem) {
  EXPECT_EQ(network_of("203.0.113.255/24"), "203.0.113.0/24");
  EXPECT_EQ(network_of("203.0.113.255/32"), "203.0.113.255/32");
  EXPECT_EQ(network_of("203.0.113.255/1"), "128.0.0.0/1");
  EXPECT_EQ(network_of("203.0.113.255/"), "");
}

// ---- launch
// ----------------------------------------------------------------------------------------------

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

// ---- Our requests against those of AWS's own SDK
// --------------------------------------------------------

json::value content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return json::parse(std::string{std::istreambuf_iterator<char>(file), {}}).value();
}

std::vector<std::string> members(const std::string& form) {
  std::vector<std::string> rows;
  for (std::size_t begin = 0; begin < form.size();) {
    const std::size_t end = std::min(form.find('&', begin), form.size());
    rows.push_back(form.substr(begin, end - begin));
    begin = end + 1;
  }
  std::ranges::sort(rows);
  return rows;
}

class EmrRequests : public EmrTest {};

TEST_F(EmrRequests, HaveTheMembersThatAwssSdkSends) {
  const std::string ended =
      cluster_row("j-1", "mayfly-r-1-1-0", "TERMINATED", kNow - 60, kNow - 30);
  aws_.on("ListClusters", R"({"Clusters":[]})");
  aws_.on("ListClusters", fmt::format(R"({{"Clusters":[{}],"Marker":"more"}})", ended));
  aws_.on("ListClusters", R"({"Clusters":[]})");
  aws_.on("DescribeCluster", described(ended));
  aws_.on("DescribeInstances", aws::instances_answer(""));
  list();
  aws_.on("RunJobFlow", R"({"JobFlowId":"j-9"})");
  launch(spec());
  refuse("TerminateJobFlows", "ValidationException", "They are termination protected.");
  aws_.on("SetTerminationProtection", "");
  aws_.on("TerminateJobFlows", "");
  terminate({"j-1", "j-2"});
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1x"}));
  aws_.on("DescribeSubnets", aws::subnets({"us-east-1x"}));
  aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  aws_.on("DescribeSecurityGroups", aws::groups(""));
  aws_.on("CreateSecurityGroup", aws::ec2_answer("C", "<groupId>sg-2</groupId>"));
  aws_.on("AuthorizeSecurityGroupIngress", "<r/>");
  aws_.on("ImportKeyPair", "<r/>");
  prepare({.region = "us-east-1",
           .instance_type = "m5.xlarge",
           .cluster = ClusterSpec{.subnet = "subnet-x", .open_to = "203.0.113.0/24"},
           .ssh_public_key = kKey});

  const json::value expected = content_of("src/clouds/emr/testdata/requests.json");
  EXPECT_EQ(expected.as_object().size(), 10u);
  for (const auto& [operation, body] : expected.as_object()) {
    const std::string name(operation);
    ASSERT_FALSE(aws_.sent[name].empty()) << name;
    const std::string& ours = aws_.sent[name].back().body;
    if (body.is_string()) {
      EXPECT_EQ(members(ours), members(body.as_string().c_str())) << name;
    } else {
      EXPECT_EQ(json::parse(ours), body) << name;
    }
  }
}

// A request of which AWS's SDK made the signature, too (clouds/aws/sigv4_test.cpp).
json::value sample(const std::string& name) {
  std::ifstream file("src/clouds/aws/testdata/wire/emr_" + name + ".txt", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse(text.substr(text.find("\n\n") + 2)).value();
}

// Where the sample says something, we say the same.
void expect_covered(const json::value& wanted, const json::value& ours, const std::string& path) {
  if (const json::object* object = wanted.if_object()) {
    for (const auto& [name, value] : *object) {
      const std::string below = path + "." + std::string(name);
      if (below.ends_with("InstanceGroups[].Name")) continue;  // free to choose
      ASSERT_TRUE(ours.is_object() && ours.as_object().contains(name)) << below;
      expect_covered(value, ours.at(name), below);
    }
  } else if (const json::array* array = wanted.if_array()) {
    ASSERT_TRUE(ours.is_array() && ours.as_array().size() >= array->size()) << path;
    for (std::size_t i = 0; i < array->size(); ++i)
      expect_covered((*array)[i], ours.as_array()[i], path + "[]");
  } else {
    EXPECT_EQ(wanted, ours) << path;
  }
}

TEST_F(EmrRequests, SayWhatTheWireSamplesSay) {
  LaunchSpec same = spec();
  same.names = {"prov-r-01J9Z"};
  same.target.subnet = "subnet-1";
  same.target.key_pair = "k1";
  same.cluster->spot_workers = false;
  same.cluster->applications = {"Hadoop", "Spark", "Zeppelin", "Ganglia"};
  same.tags = {{"prov:reservation", "r-01J9Z"}};
  expect_covered(sample("run_job_flow"), json::value(run_job_flow_body(same)), "");

  aws_.on("TerminateJobFlows", "{}");
  terminate({"j-1ABC"});
  EXPECT_EQ(sent("TerminateJobFlows"), sample("terminate_job_flows"));
  refuse("TerminateJobFlows", "ValidationException", "They are termination protected.");
  aws_.on("SetTerminationProtection", "{}");
  aws_.on("TerminateJobFlows", "{}");
  terminate({"j-1ABC"});
  EXPECT_EQ(sent("SetTerminationProtection"), sample("set_termination_protection"));
  refuse("DescribeCluster", "InvalidRequestException", "none", "NoSuchCluster");
  ended({"j-1ABC"});
  EXPECT_EQ(sent("DescribeCluster"), sample("describe_cluster"));
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
