// Our requests against those of AWS's own SDK.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "clouds/emr/fake_emr.h"
#include "clouds/emr/run_job_flow.h"

namespace mayfly::clouds::emr {
namespace {

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

}  // namespace
}  // namespace mayfly::clouds::emr
