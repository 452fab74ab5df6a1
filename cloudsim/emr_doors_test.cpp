// EMR over the wire, and what EC2 tells of its clusters.
#include <gmock/gmock.h>

#include "clouds/base64.h"
#include "wire_fixture.h"

namespace mayfly::cloudsim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct EmrWire : Wire {
  http::Response emr(const std::string& operation, const std::string& body) {
    return signed_call(body,
                       {{"Content-Type", "application/x-amz-json-1.1"},
                        {"X-Amz-Target", "ElasticMapReduce." + operation}},
                       "us-east-1", "elasticmapreduce");
  }
  json::object ask(const std::string& operation, const std::string& body) {
    const http::Response got = emr(operation, body);
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(http::find_header(got.headers, "content-type"), "application/x-amz-json-1.1");
    return json::parse(got.body)->as_object();
  }
  http::Response ec2(const std::string& form) {
    return signed_call("Version=2016-11-15&" + form,
                       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                       "us-east-1", "ec2");
  }
  // More: members beside the usual ones; nodes: those of Instances.
  static std::string job(const std::string& more = {}, const std::string& nodes = {},
                         const std::string& type = "m5.xlarge") {
    return R"({"Name":"c-1","ReleaseLabel":"emr-6.15.0","Applications":[{"Name":"Hadoop"},)"
           R"({"Name":"Spark"},{"Name":"Ganglia"}],"Instances":{"InstanceGroups":[)"
           R"({"Name":"m","InstanceRole":"MASTER","InstanceCount":1,"Market":"ON_DEMAND",)"
           R"("InstanceType":")" +
           type +
           R"("},{"Name":"c","InstanceRole":"CORE","InstanceCount":2,"Market":"SPOT",)"
           R"("InstanceType":")" +
           type + R"("}],"KeepJobFlowAliveWhenNoSteps":true)" + nodes +
           R"(},"JobFlowRole":"EMR_EC2_DefaultRole","ServiceRole":"EMR_DefaultRole",)"
           R"("Tags":[{"Key":"mayfly:reservation","Value":"r-1"}])" +
           more + "}";
  }
  std::string launch(const std::string& more = {}) {
    return std::string(ask("RunJobFlow", job(more)).at("JobFlowId").as_string());
  }
  json::object describe(const std::string& id) {
    return ask("DescribeCluster", R"({"ClusterId":")" + id + "\"}").at("Cluster").as_object();
  }
  std::string state(const std::string& id) {
    return std::string(describe(id).at("Status").at("State").as_string());
  }
  std::size_t listed(const std::string& filter) {
    return ask("ListClusters", "{" + filter + "}").at("Clusters").as_array().size();
  }
  std::string refusal(const std::string& body) {
    const http::Response refused = emr("RunJobFlow", body);
    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(refused.body, HasSubstr(R"("__type":"ValidationException")"));
    return refused.body;
  }
};

TEST_F(EmrWire, AClusterComesUpAndEnds) {
  const std::string id = launch();
  EXPECT_THAT(id, testing::StartsWith("j-"));
  EXPECT_EQ(state(id), "STARTING");
  pass(16min);
  const json::object ready = describe(id);
  EXPECT_EQ(ready.at("Status").at("State").as_string(), "WAITING");
  EXPECT_THAT(std::string(ready.at("MasterPublicDnsName").as_string()), HasSubstr("amazonaws.com"));
  EXPECT_EQ(ready.at("Applications").as_array().size(), 3u);
  EXPECT_EQ(ready.at("Tags").at(0).at("Value").as_string(), "r-1");
  EXPECT_GT(ready.at("Status").at("Timeline").at("ReadyDateTime").as_int64(),
            ready.at("Status").at("Timeline").at("CreationDateTime").as_int64() - 1);
  EXPECT_EQ(emr("TerminateJobFlows", R"({"JobFlowIds":[")" + id + "\"]}").status, 200);
  EXPECT_EQ(state(id), "TERMINATING");
  pass(6min);
  const json::object over = describe(id);
  EXPECT_EQ(over.at("Status").at("State").as_string(), "TERMINATED");
  EXPECT_EQ(over.at("Status").at("StateChangeReason").at("Code").as_string(), "USER_REQUEST");
  const json::value entry = ledger().at(0);
  EXPECT_EQ(entry.at("cloud").as_string(), "emr");
  EXPECT_EQ(entry.at("nodes").as_int64(), 3);
  EXPECT_GT(entry.at("cost").to_number<double>(), 0);
  const Time end{
      std::chrono::seconds(over.at("Status").at("Timeline").at("EndDateTime").as_int64())};
  EXPECT_EQ(entry.at("billed_until").as_string(), to_string(end)) << "what is stated is billed";
}

TEST_F(EmrWire, ListingsAreFilteredAndPagedNewestFirst) {
  for (int i = 0; i < 53; ++i) {
    launch();
    pass(20s);
  }
  const json::object first = ask("ListClusters", "{}");
  EXPECT_THAT(first.at("Clusters").as_array(), SizeIs(50));
  const std::string marker(first.at("Marker").as_string());
  const json::object second = ask("ListClusters", R"({"Marker":")" + marker + "\"}");
  EXPECT_THAT(second.at("Clusters").as_array(), SizeIs(3));
  EXPECT_FALSE(second.contains("Marker"));
  EXPECT_EQ(listed(R"("ClusterStates":["TERMINATED"])"), 0u);
  EXPECT_EQ(listed(R"("CreatedAfter":1)"), 50u);
  EXPECT_EQ(listed(R"("CreatedAfter":1900000000.5)"), 0u);
  EXPECT_EQ(listed(R"("CreatedBefore":1)"), 0u);
}

TEST_F(EmrWire, NodesAreEc2sInstancesWithTheClustersTags) {
  const std::string id = launch();
  pass(16min);
  const std::string filter =
      "Action=DescribeInstances&Filter.1.Name=tag%3Aaws%3Aelasticmapreduce%3Ajob-flow-id"
      "&Filter.1.Value.1=" +
      id;
  const std::string shown = ec2(filter).body;
  EXPECT_THAT(shown, HasSubstr("<key>mayfly:reservation</key>"));
  EXPECT_THAT(shown, HasSubstr("<name>running</name>"));
  const json::array nodes =
      ask("ListInstances", R"({"ClusterId":")" + id + "\"}").at("Instances").as_array();
  ASSERT_THAT(nodes, SizeIs(3));
  for (const json::value& node : nodes) {
    EXPECT_EQ(node.at("Status").at("State").as_string(), "RUNNING");
    EXPECT_THAT(shown, HasSubstr(std::string(node.at("Ec2InstanceId").as_string())));
  }
  EXPECT_THAT(ask("ListInstances", R"({"InstanceGroupTypes":["MASTER"],"ClusterId":")" + id + "\"}")
                  .at("Instances")
                  .as_array(),
              SizeIs(1));
  const json::array groups =
      ask("ListInstanceGroups", R"({"ClusterId":")" + id + "\"}").at("InstanceGroups").as_array();
  ASSERT_THAT(groups, SizeIs(2));
  EXPECT_EQ(groups[1].at("RunningInstanceCount").as_int64(), 2);
  EXPECT_EQ(groups[1].at("Market").as_string(), "SPOT");
  const std::string core(nodes[2].at("Ec2InstanceId").as_string());
  EXPECT_EQ(ec2("Action=TerminateInstances&InstanceId.1=" + core).status, 200);
  EXPECT_EQ(state(id), "TERMINATING");
}

TEST_F(EmrWire, RefusalsAreInEmrsShapes) {
  const http::Response unknown = emr("DescribeCluster", R"({"ClusterId":"j-17"})");
  EXPECT_EQ(unknown.status, 400);
  const json::object body = json::parse(unknown.body)->as_object();
  EXPECT_EQ(body.at("__type").as_string(), "InvalidRequestException");
  EXPECT_EQ(body.at("ErrorCode").as_string(), "NoSuchCluster");
  EXPECT_THAT(emr("TerminateJobFlows", R"({"JobFlowIds":["j-17"]})").body,
              HasSubstr("Specified job flow ID not valid"));
  EXPECT_THAT(emr("Juggle", "{}").body, HasSubstr("UnknownOperationException"));
  EXPECT_THAT(emr("ListClusters", "{").body, HasSubstr("SerializationException"));
  break_with(R"({"fault":"throttle","cloud":"emr"})");
  EXPECT_THAT(emr("ListClusters", "{}").body, HasSubstr(R"("__type":"ThrottlingException")"));
  EXPECT_EQ(ec2("Action=DescribeRegions").status, 200) << "only EMR was meant";
}

TEST_F(EmrWire, ALaunchThatCannotBeIsRefused) {
  EXPECT_THAT(refusal(job({}, {}, "t3.micro")), HasSubstr("'t3.micro' is not supported"));
  EXPECT_THAT(refusal(job({}, R"(,"Ec2KeyName":"none")")), HasSubstr("SSH key name"));
  EXPECT_THAT(refusal(job({}, R"(,"Ec2SubnetId":"subnet-1")")), HasSubstr("subnet-1"));
  EXPECT_THAT(refusal(job({}, R"(,"AdditionalMasterSecurityGroups":["sg-1"])")), HasSubstr("sg-1"));
  EXPECT_THAT(refusal(job(R"(,"AutoTerminationPolicy":{"IdleTimeout":5})")),
              HasSubstr("idle timeout"));
  EXPECT_THAT(refusal("{}"), HasSubstr("'name'"));
  std::string release = job();
  release.replace(release.find("6.15.0"), 6, "7.1.0");
  EXPECT_THAT(refusal(release), HasSubstr("Ganglia"));
  ASSERT_EQ(sim("POST", "/account", R"({"emr_roles":false})").status, 200);
  EXPECT_THAT(refusal(job()), HasSubstr("Invalid InstanceProfile: EMR_EC2_DefaultRole"));
  EXPECT_THAT(ledger().as_array(), IsEmpty());
}

TEST_F(EmrWire, AKeyPairIsImportedOnce) {
  const std::string line =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ann";
  const std::string import =
      "Action=ImportKeyPair&KeyName=k1&PublicKeyMaterial=" + clouds::base64_encode(line);
  EXPECT_THAT(ec2(import).body, HasSubstr("<keyName>k1</keyName>"));
  EXPECT_THAT(ec2(import).body, HasSubstr("InvalidKeyPair.Duplicate"));
  EXPECT_THAT(ec2("Action=ImportKeyPair&KeyName=k2&PublicKeyMaterial=aGVsbG8%3D").body,
              HasSubstr("InvalidKey.Format"));
  EXPECT_THAT(ec2("Action=DescribeKeyPairs").body, HasSubstr("<keyType>ed25519</keyType>"));
  EXPECT_EQ(emr("RunJobFlow", job({}, R"(,"Ec2KeyName":"k1")")).status, 200);
  ec2("Action=DeleteKeyPair&KeyName=k1");
  EXPECT_EQ(ec2("Action=DescribeKeyPairs&KeyName.1=k1").status, 400);
}

TEST_F(EmrWire, AGroupThatIsOpenToEverybodyEndsTheCluster) {
  const std::string made = ec2("Action=CreateSecurityGroup&GroupName=open&GroupDescription=d").body;
  const std::size_t at = made.find("<groupId>") + 9;
  const std::string group = made.substr(at, made.find("</groupId>") - at);
  ASSERT_EQ(ec2("Action=AuthorizeSecurityGroupIngress&GroupId=" + group +
                "&IpProtocol=tcp&FromPort=8890&ToPort=8890&CidrIp=0.0.0.0%2F0")
                .status,
            200);
  const std::string with = R"(,"AdditionalMasterSecurityGroups":[")" + group + "\"]";
  const std::string id(ask("RunJobFlow", job({}, with)).at("JobFlowId").as_string());
  EXPECT_THAT(ec2("Action=DeleteSecurityGroup&GroupId=" + group).body,
              HasSubstr("DependencyViolation"));
  pass(10min);
  EXPECT_THAT(
      std::string(describe(id).at("Status").at("StateChangeReason").at("Message").as_string()),
      HasSubstr("public access"));
  EXPECT_EQ(state(id), "TERMINATED_WITH_ERRORS");
}

TEST_F(EmrWire, ProtectionAndPoliciesCanBeChanged) {
  const std::string id = launch(R"(,"AutoTerminationPolicy":{"IdleTimeout":600})");
  const std::string ids = R"({"JobFlowIds":[")" + id + "\"]";
  EXPECT_THAT(emr("GetAutoTerminationPolicy", R"({"ClusterId":")" + id + "\"}").body,
              HasSubstr(R"("IdleTimeout":600)"));
  EXPECT_EQ(emr("RemoveAutoTerminationPolicy", R"({"ClusterId":")" + id + "\"}").status, 200);
  ASSERT_EQ(emr("SetTerminationProtection", ids + R"(,"TerminationProtected":true})").status, 200);
  pass(40min);
  EXPECT_EQ(state(id), "WAITING");
  EXPECT_THAT(emr("TerminateJobFlows", ids + "}").body, HasSubstr("termination protected"));
  ASSERT_EQ(emr("SetTerminationProtection", ids + R"(,"TerminationProtected":false})").status, 200);
  ASSERT_EQ(emr("PutAutoTerminationPolicy",
                R"({"AutoTerminationPolicy":{"IdleTimeout":60},"ClusterId":")" + id + "\"}")
                .status,
            200);
  EXPECT_EQ(state(id), "TERMINATING");
}

TEST_F(EmrWire, TheControlDoorPlaysSomebodyElsesHand) {
  const std::string id = launch();
  EXPECT_EQ(sim("POST", "/instances/" + id + "/stop").status, 404);
  EXPECT_EQ(sim("POST", "/instances/" + id + "/terminate").status, 200);
  EXPECT_EQ(state(id), "TERMINATING");
}

TEST_F(EmrWire, TypesAreListedByRelease) {
  const json::object page = ask("ListSupportedInstanceTypes", R"({"ReleaseLabel":"emr-6.15.0"})");
  EXPECT_THAT(page.at("SupportedInstanceTypes").as_array(), SizeIs(100));
  EXPECT_TRUE(page.contains("Marker"));
}

}  // namespace
}  // namespace mayfly::cloudsim
