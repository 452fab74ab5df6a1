#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/emr/fake_emr.h"

namespace mayfly::clouds::emr {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

class EmrListing : public EmrTest {
 protected:
  // The one cluster of a listing that has to work.
  Instance only() {
    const auto found = list();
    if (!found || found->size() != 1) {
      ADD_FAILURE() << (found ? "not one cluster" : found.error().message);
      return {};
    }
    return found->front();
  }
};

TEST_F(EmrListing, AsksForTheLivingHoweverOldAndForWhatEndedLately) {
  show("");
  EXPECT_THAT(*list(), IsEmpty());
  EXPECT_EQ(sent("ListClusters"), json::parse(R"({"ClusterStates":
                ["STARTING","BOOTSTRAPPING","RUNNING","WAITING","TERMINATING"]})"));
  EXPECT_EQ(sent("ListClusters", 1), json::parse(R"({"CreatedAfter":1767301445,
                "ClusterStates":["TERMINATED","TERMINATED_WITH_ERRORS"]})"));
  EXPECT_EQ(aws_.calls.size(), 2u);
}

TEST_F(EmrListing, ReadsAllPagesOrFails) {
  aws_.on("ListClusters", R"({"Clusters":[],"Marker":"more"})");
  show("");
  EXPECT_THAT(*list(), IsEmpty());
  EXPECT_EQ(sent("ListClusters", 1).at("Marker").as_string(), "more");
  aws_.on("ListClusters", R"({"Clusters":[],"Marker":"more"})");
  refuse("ListClusters", "ThrottlingException", "Rate exceeded");
  EXPECT_EQ(list().error().reaction, Reaction::again);
  for (int page = 0; page < 200; ++page)
    aws_.on("ListClusters", R"({"Clusters":[],"Marker":"more"})");
  EXPECT_EQ(list().error().code, "UnreadableAnswer");
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(EmrListing, AsksOnceWhoseAClusterIsAndOnceForItsMaster) {
  const std::string starting = cluster_row("j-1", kName, "STARTING");
  show(starting);
  aws_.on("DescribeCluster", described(starting));
  Instance instance = only();
  EXPECT_EQ(instance.id, "j-1");
  EXPECT_EQ(instance.name, kName);
  EXPECT_EQ(instance.region, "us-east-1");
  EXPECT_EQ(instance.zone, "us-east-1b");
  EXPECT_EQ(instance.state, InstanceState::pending);
  EXPECT_EQ(instance.dns_name, "");
  EXPECT_EQ(to_string(instance.launched_at), "2026-01-02T02:54:05Z");
  EXPECT_EQ(
      instance.tags,
      (Tags{{tag::kInstallation, "i-home"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "1"}}));

  show(cluster_row("j-1", kName, "BOOTSTRAPPING"));
  instance = only();
  EXPECT_EQ(instance.state, InstanceState::pending);
  EXPECT_EQ(instance.state_reason, "BOOTSTRAPPING");
  EXPECT_EQ(calls("DescribeCluster"), 1u);

  const std::string waiting = cluster_row("j-1", kName, "WAITING");
  show(waiting);
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-1-2-3-4.compute.amazonaws.com"));
  instance = only();
  EXPECT_EQ(instance.state, InstanceState::running);
  EXPECT_EQ(instance.dns_name, "ec2-1-2-3-4.compute.amazonaws.com");
  EXPECT_EQ(instance.state_reason, "");

  for (int poll = 0; poll < 5; ++poll) {
    clock_.moment += 30s;
    show(waiting);
    EXPECT_EQ(only().dns_name, "ec2-1-2-3-4.compute.amazonaws.com");
  }
  EXPECT_EQ(calls("DescribeCluster"), 2u);
}

TEST_F(EmrListing, AsksAgainForAMasterThatHadNoNameYet) {
  const std::string running = cluster_row("j-1", kName, "RUNNING");
  show(running);
  aws_.on("DescribeCluster", described(running));
  aws_.on("DescribeCluster", described(running));
  EXPECT_EQ(only().dns_name, "");
  show(running);
  aws_.on("DescribeCluster", described(running, "i-home", "ec2-1"));
  EXPECT_EQ(only().dns_name, "ec2-1");
}

TEST_F(EmrListing, DescribesAgainWhatItLearntHalfADayAgo) {
  const std::string waiting = cluster_row("j-1", kName, "WAITING");
  show(waiting);
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-1"));
  EXPECT_EQ(only().dns_name, "ec2-1");
  clock_.moment += 12h;
  show(waiting);
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-2"));
  EXPECT_EQ(only().dns_name, "ec2-2");
}

TEST_F(EmrListing, LeavesOtherPeoplesClustersAlone) {
  const std::string theirs = cluster_row("j-2", "mayfly-r-9-1-0", "WAITING");
  show(cluster_row("j-1", "etl every night", "RUNNING") + "," + theirs,
       cluster_row("j-3", "somebody else", "TERMINATED", kNow - 900, kNow - 30));
  aws_.on("DescribeCluster", described(theirs, "i-other"));
  EXPECT_THAT(*list(), IsEmpty());
  EXPECT_EQ(sent("DescribeCluster").at("ClusterId").as_string(), "j-2");
  show(theirs);
  EXPECT_THAT(*list(), IsEmpty());
  show("");
  EXPECT_THAT(*list(), IsEmpty()) << "nobody follows another installation's cluster";
  EXPECT_EQ(calls("DescribeCluster"), 1u);
}

TEST_F(EmrListing, ShowsWhyAClusterDiedAndWhatThatMeans) {
  const std::string dead =
      cluster_row("j-1", kName, "TERMINATED_WITH_ERRORS", kNow - 600, kNow - 60, "VALIDATION_ERROR",
                  "EC2 is out of capacity for m5.xlarge.");
  show("", dead);
  aws_.on("DescribeCluster", described(dead));
  no_nodes();
  const Instance instance = only();
  EXPECT_EQ(instance.state, InstanceState::terminated);
  EXPECT_EQ(instance.state_reason, "VALIDATION_ERROR: EC2 is out of capacity for m5.xlarge");
  EXPECT_THAT(instance.ended_means, Optional(Reaction::next_zone));
  EXPECT_EQ(to_string(instance.state_since.value()), "2026-01-02T03:03:05.25Z");
}

TEST_F(EmrListing, TellsTheReasonWhileTheEndIsStillUnderWay) {
  const std::string dying = cluster_row("j-1", kName, "TERMINATING", kNow - 600, 0,
                                        "BOOTSTRAP_FAILURE", "On the master instance: no");
  show(dying);
  aws_.on("DescribeCluster", described(dying));
  const Instance instance = only();
  EXPECT_EQ(instance.state, InstanceState::shutting_down);
  EXPECT_EQ(instance.state_reason, "BOOTSTRAP_FAILURE: On the master instance: no");
  EXPECT_THAT(instance.ended_means, Optional(Reaction::next_offer));
  EXPECT_EQ(instance.state_since, std::nullopt);
}

TEST_F(EmrListing, AnEndCountsWhenNoNodeIsLeft) {
  const std::string ended =
      cluster_row("j-1", kName, "TERMINATED", kNow - 600, kNow - 10, "USER_REQUEST", "Terminated");
  const auto poll = [&](const std::string& nodes) {
    show("", ended);
    aws_.on("DescribeInstances", aws::instances_answer(nodes));
    return only();
  };
  aws_.on("DescribeCluster", described(ended));
  Instance instance =
      poll(aws::reservation_item(node("j-1", "terminated") + node("j-1", "shutting-down")));
  EXPECT_EQ(instance.state, InstanceState::shutting_down);
  EXPECT_EQ(instance.state_since, std::nullopt);
  EXPECT_THAT(aws_.body("DescribeInstances"),
              HasSubstr("Filter.1.Name=tag%3Aaws%3Aelasticmapreduce%3Ajob-flow-id"
                        "&Filter.1.Value.1=j-1"));
  instance = poll(aws::reservation_item(node("j-1", "terminated")));
  EXPECT_EQ(instance.state, InstanceState::terminated);
  EXPECT_TRUE(instance.state_since.has_value());
  EXPECT_FALSE(instance.ended_means.has_value());
}

TEST_F(EmrListing, AnEndThatEc2CannotConfirmIsNone) {
  const std::string ended = cluster_row("j-1", kName, "TERMINATED", kNow - 600, kNow - 10);
  show("", ended);
  aws_.on("DescribeCluster", described(ended));
  aws_.refuse("DescribeInstances", 503, "RequestLimitExceeded");
  EXPECT_EQ(list().error().reaction, Reaction::again);
}

TEST_F(EmrListing, ShowsTheEndedForAnHourAndForAsLongAsTheyHaveNodes) {
  const std::string ended = cluster_row("j-1", kName, "TERMINATED", kNow - 600, kNow - 10);
  show("", ended);
  aws_.on("DescribeCluster", described(ended));
  aws_.on("DescribeInstances",
          aws::instances_answer(aws::reservation_item(node("j-1", "running"))));
  EXPECT_EQ(only().state, InstanceState::shutting_down);
  clock_.moment += 2h;
  show("", ended);
  no_nodes();
  EXPECT_EQ(only().state, InstanceState::terminated);
  show("", ended);
  EXPECT_THAT(*list(), IsEmpty());
}

TEST_F(EmrListing, FollowsAnOldClusterThatLeftTheListing) {
  const std::string waiting = cluster_row("j-1", kName, "WAITING", kNow - 100'000);
  show(waiting);
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-1"));
  EXPECT_EQ(only().state, InstanceState::running);

  show("");
  aws_.on("DescribeCluster",
          described(cluster_row("j-1", kName, "TERMINATED", kNow - 100'000, kNow - 5,
                                "USER_REQUEST", "Terminated by user request")));
  no_nodes();
  Instance instance = only();
  EXPECT_EQ(instance.state, InstanceState::terminated);
  EXPECT_EQ(instance.state_reason, "USER_REQUEST: Terminated by user request");
  EXPECT_EQ(to_string(instance.state_since.value()), "2026-01-02T03:04:00.25Z");

  show("");
  no_nodes();
  EXPECT_EQ(only().state, InstanceState::terminated) << "asked for once, confirmed each time";
  EXPECT_EQ(calls("DescribeCluster"), 2u);

  clock_.moment += 1h;
  show("");
  EXPECT_THAT(*list(), IsEmpty());
}

TEST_F(EmrListing, AClusterThatOnlyTheListingLostIsStillThere) {
  const std::string waiting = cluster_row("j-1", kName, "WAITING");
  show(waiting);
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-1"));
  only();
  show("");
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-1"));
  EXPECT_EQ(only().state, InstanceState::running);
}

TEST_F(EmrListing, WhatEmrNoLongerKnowsIsLeftOut) {
  const std::string waiting = cluster_row("j-1", kName, "WAITING");
  show(waiting);
  aws_.on("DescribeCluster", described(waiting, "i-home", "ec2-1"));
  only();
  show("");
  refuse("DescribeCluster", "InvalidRequestException", "Cluster id 'j-1' is not valid.",
         "NoSuchCluster");
  EXPECT_THAT(*list(), IsEmpty());
  clock_.moment += 10min;
  show("");
  refuse("DescribeCluster", "InvalidRequestException", "Cluster id 'j-1' is not valid.",
         "NoSuchCluster");
  EXPECT_THAT(*list(), IsEmpty());
  show("");
  EXPECT_THAT(*list(), IsEmpty());
  EXPECT_EQ(calls("DescribeCluster"), 3u) << "asked for while it could be a young one, then not";
}

TEST_F(EmrListing, ShowsWhatItLaunchedThoughTheListingLags) {
  aws_.on("RunJobFlow", R"({"JobFlowId":"j-1"})");
  ASSERT_TRUE(launch(spec()).has_value());
  clock_.moment += 1s;
  show("");
  aws_.on("DescribeCluster", described(cluster_row("j-1", kName, "STARTING", kNow)));
  EXPECT_EQ(only().state, InstanceState::pending);
  show(cluster_row("j-1", kName, "STARTING", kNow));
  EXPECT_EQ(only().instance_type, "m5.xlarge") << "which only the launch knows";
  EXPECT_EQ(calls("DescribeCluster"), 1u);
}

TEST_F(EmrListing, DescribesNoMoreAtOnceThanEmrTakesAndGoesOnFromThere) {
  std::string rows;
  for (int i = 0; i < 12; ++i) {
    rows += (i ? "," : "") + cluster_row(fmt::format("j-{:02}", i), kName, "STARTING");
  }
  const auto describe_some = [&](int first, int end) {
    for (int i = first; i < end; ++i) {
      aws_.on("DescribeCluster",
              described(cluster_row(fmt::format("j-{:02}", i), kName, "STARTING")));
    }
  };
  show(rows);
  describe_some(0, 10);
  const auto unfinished = list();
  EXPECT_EQ(unfinished.error().reaction, Reaction::again);
  EXPECT_THAT(unfinished.error().message, HasSubstr("2 clusters"));
  show(rows);
  describe_some(10, 12);
  EXPECT_THAT(*list(), SizeIs(12));
}

TEST_F(EmrListing, AClusterThatCannotBeDescribedYetMakesTheListingIncomplete) {
  show(cluster_row("j-1", kName, "STARTING"));
  refuse("DescribeCluster", "InvalidRequestException", "Cluster id 'j-1' is not valid.",
         "NoSuchCluster");
  EXPECT_EQ(list().error().reaction, Reaction::again);
}

TEST_F(EmrListing, KeepsKeysAndRegionsApart) {
  const std::string starting = cluster_row("j-1", kName, "STARTING");
  show(starting);
  aws_.on("DescribeCluster", described(starting));
  only();
  key_.key_id = "k-2";
  show("");
  EXPECT_THAT(*list(), IsEmpty()) << "another key's cluster is not followed";
}

TEST_F(EmrListing, AnUnknownStateIsAlive) {
  const std::string strange = cluster_row("j-1", kName, "RESIZING");
  show(strange);
  aws_.on("DescribeCluster", described(strange));
  EXPECT_EQ(only().state, InstanceState::pending);
}

TEST_F(EmrListing, IsNothingWhenItIsGarbled) {
  for (const char* body :
       {"{}", "[]", "null", R"({"Clusters":{}})", R"({"Clusters":[1]})", R"({"Clusters":[{}]})",
        R"({"Clusters":[{"Id":"j-1","Name":"x"}]})", R"({"Clusters":[{"Id":"j-1","Status":{}}]})",
        R"({"Clusters":[{"Id":7,"Status":{"State":"WAITING"}}]})"}) {
    aws_.on("ListClusters", body);
    EXPECT_EQ(list().error().code, "UnreadableAnswer") << body;
  }
  const std::string whole =
      fmt::format(R"({{"Clusters":[{}]}})", cluster_row("j-1", kName, "WAITING"));
  for (std::size_t length = 1; length < whole.size(); ++length) {
    aws_.on("ListClusters", whole.substr(0, length));
    EXPECT_EQ(list().error().code, "UnreadableAnswer") << length;
  }
}

TEST_F(EmrListing, ADescriptionOfAnotherClusterIsNone) {
  for (const std::string& body :
       {std::string("{}"), std::string(R"({"Cluster":7})"), std::string(R"({"Cluster":{}})"),
        described(cluster_row("j-2", kName, "WAITING")),
        std::string(R"({"Cluster":{"Id":"j-1","Status":{"State":"WAITING"},"Tags":[1]}})")}) {
    show(cluster_row("j-1", kName, "WAITING"));
    aws_.on("DescribeCluster", body);
    EXPECT_EQ(list().error().code, "UnreadableAnswer") << body;
  }
}

TEST_F(EmrListing, TimesThatCannotBeAreNone) {
  for (const char* moment : {"-1", "1e300", "\"yesterday\"", "null"}) {
    const std::string row = fmt::format(
        R"({{"Id":"j-1","Name":"{}","Status":{{"State":"STARTING","Timeline":{{"CreationDateTime":{}}}}}}})",
        kName, moment);
    show(row);
    key_.key_id = std::string("key ") + moment;
    aws_.on("DescribeCluster", described(row));
    EXPECT_EQ(only().launched_at, Time{}) << moment;
  }
}

}  // namespace
}  // namespace mayfly::clouds::emr
