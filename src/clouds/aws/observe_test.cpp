#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AwsObserve : public AwsTest {};

TEST_F(AwsObserve, LooksUpByAllTagsAndInEveryState) {
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(instance_item("i-0a", 0, "terminated"))));
  const auto found = look_up({.region = "us-east-1",
                              .tags = {{tag::kReservation, "r-1"}, {tag::kAttempt, "2"}},
                              .names = {"mayfly-r-1-2-0"}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->front().state, InstanceState::terminated);
  EXPECT_EQ(aws_.body("DescribeInstances"),
            "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000"
            "&Filter.1.Name=tag%3Amayfly%3Aattempt&Filter.1.Value.1=2"
            "&Filter.2.Name=tag%3Amayfly%3Areservation&Filter.2.Value.1=r-1");
}

TEST_F(AwsObserve, FindsNothingWhereThereIsNothing) {
  aws_.on("DescribeInstances", instances_answer(""));
  const auto found = list("us-east-1", "i-home");
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(*found, IsEmpty());
}

TEST_F(AwsObserve, ListsEveryPageAndEveryReservation) {
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(instance_item("i-0a") + instance_item("i-0b", 1)) +
                               reservation_item(instance_item("i-0c")),
                           "page 2/="));
  aws_.on("DescribeInstances", instances_answer("", "page 3"));
  aws_.on("DescribeInstances", instances_answer(reservation_item(instance_item("i-0d"))));
  const auto found = list("us-east-1", "i-home");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 4u);
  EXPECT_EQ(found->back().id, "i-0d");
  EXPECT_THAT(aws_.body("DescribeInstances", 1), HasSubstr("&NextToken=page+2%2F%3D"));
  EXPECT_THAT(aws_.body("DescribeInstances", 2), HasSubstr("&NextToken=page+3"));
}

TEST_F(AwsObserve, DoesNotCallAListingCompleteThatIsNot) {
  aws_.on("DescribeInstances", instances_answer(reservation_item(instance_item("i-0a")), "page 2"));
  aws_.refuse("DescribeInstances", 503, "RequestLimitExceeded");
  EXPECT_EQ(list("us-east-1", "i-home").error().reaction, Reaction::again);
  for (const std::string body : {"<DescribeInstancesResponse/>", "<html/>", "", "<Describe"}) {
    aws_.on("DescribeInstances", body);
    EXPECT_EQ(list("us-east-1", "i-home").error().code, "UnreadableAnswer") << body;
  }
}

TEST_F(AwsObserve, GivesUpOnPagesThatDoNotEnd) {
  for (int page = 0; page < 1000; ++page) {
    aws_.on("DescribeInstances", instances_answer("", "again"));
  }
  EXPECT_EQ(list("us-east-1", "i-home").error().code, "UnreadableAnswer");
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsObserve, ReadsEverythingThatIsKnownOfAMachine) {
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(
              instance_item("i-0a", 3, "running",
                            "<ipAddress>203.0.113.7</ipAddress><privateIpAddress>172.31.0.7</"
                            "privateIpAddress><reason/>"
                            "<tagSet><item><key>Name</key><value>mayfly-r-1-2-0..4</value></item>"
                            "<item><key>mayfly:reservation</key><value>r-1</value></item>"
                            "<item><key>cost-center</key><value>7</value></item></tagSet>"))));
  const auto found = list("eu-west-1", "i-home");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->front(), (Instance{.id = "i-0a",
                                      .name = "mayfly-r-1-2-3",
                                      .region = "eu-west-1",
                                      .zone = "us-east-1a",
                                      .instance_type = "t3.micro",
                                      .state = InstanceState::running,
                                      .public_ip = "203.0.113.7",
                                      .private_ip = "172.31.0.7",
                                      .launched_at = *parse_time("2026-01-02T03:04:05Z"),
                                      .state_reason = "",
                                      .tags = {{"mayfly:reservation", "r-1"}}}));
}

TEST_F(AwsObserve, KnowsEveryState) {
  const std::vector<std::pair<std::string, InstanceState>> kStates = {
      {"pending", InstanceState::pending},
      {"running", InstanceState::running},
      {"stopping", InstanceState::stopping},
      {"stopped", InstanceState::stopped},
      {"shutting-down", InstanceState::shutting_down},
      {"terminated", InstanceState::terminated},
      {"hibernating-deeply", InstanceState::pending}};
  for (const auto& [word, state] : kStates) {
    aws_.on("DescribeInstances",
            instances_answer(reservation_item(instance_item("i-0a", 0, word))));
    EXPECT_EQ(list("us-east-1", "i-home")->front().state, state) << word;
  }
}

TEST_F(AwsObserve, SaysWhyAMachineEndedOnce) {
  const std::vector<std::pair<std::string, std::string>> kReasons = {
      {"<stateReason><code>Server.InsufficientInstanceCapacity</"
       "code><message>Server.InsufficientInstanceCapacity: "
       "no capacity</message></stateReason>",
       "Server.InsufficientInstanceCapacity: no capacity"},
      {"<stateReason><code>Client.InternalError</code><message>KMS said no</message></stateReason>",
       "Client.InternalError: KMS said no"},
      {"<stateReason><code>Server.SpotInstanceTermination</code></stateReason>",
       "Server.SpotInstanceTermination"},
      {"<reason>User initiated (2026-01-02 03:04:05 GMT)</reason>",
       "User initiated (2026-01-02 03:04:05 GMT)"}};
  for (const auto& [xml, reason] : kReasons) {
    aws_.on("DescribeInstances",
            instances_answer(reservation_item(instance_item("i-0a", 0, "terminated", xml))));
    EXPECT_EQ(list("us-east-1", "i-home")->front().state_reason, reason);
  }
}

TEST_F(AwsObserve, ReadsAnswersWhoseElementsHaveAPrefix) {
  aws_.on("DescribeInstances",
          "<e:DescribeInstancesResponse "
          "xmlns:e=\"http://ec2.amazonaws.com/doc/2019-01-01/\"><e:reservationSet><e:item>"
          "<e:instancesSet><e:item><e:instanceId>i-0a</"
          "e:instanceId><e:instanceState><e:name>running</e:name>"
          "</e:instanceState></e:item></e:instancesSet></e:item></e:reservationSet></"
          "e:DescribeInstancesResponse>");
  const auto found = list("us-east-1", "i-home");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->front().state, InstanceState::running);
}

// EMR puts the cluster's tags, which are ours, on its nodes.
TEST_F(AwsObserve, NodesOfClustersAreNoMachines) {
  const auto tagged = [](const std::string& tags) { return "<tagSet>" + tags + "</tagSet>"; };
  const std::string ours = "<item><key>mayfly:installation</key><value>i-home</value></item>";
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(
              instance_item("i-0a", 0, "running", tagged(ours)) +
              instance_item("i-0b", 0, "running",
                            tagged(ours + "<item><key>aws:elasticmapreduce:job-flow-id</key>"
                                          "<value>j-1</value></item>")))));
  const auto found = list("us-east-1", "i-home");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().id, "i-0a");
}

}  // namespace
}  // namespace mayfly::clouds::aws
