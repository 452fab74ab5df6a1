#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/emr/fake_emr.h"

namespace mayfly::clouds::emr {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

class EmrLookUp : public EmrTest {
 protected:
  const Cloud::LookUp what_{
      .region = "us-east-1",
      .tags = {{tag::kInstallation, "i-home"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "1"}},
      .names = {kName}};
};

TEST_F(EmrLookUp, FindsAClusterWhoseLaunchGotNoAnswer) {
  aws_.on("RunJobFlow",
          std::unexpected(http::CallFailure{.reached = http::Reached::maybe, .message = "reset"}));
  EXPECT_EQ(launch(spec()).error().reaction, Reaction::ambiguous);
  const std::string starting = cluster_row("j-7", kName, "STARTING", kNow);
  show(cluster_row("j-6", "mayfly-r-1-2-0", "WAITING") + "," + starting);
  aws_.on("DescribeCluster", described(starting));
  const auto found = look_up(what_);
  ASSERT_TRUE(found.has_value());
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ(found->front().id, "j-7");
  EXPECT_EQ(calls("RunJobFlow"), 1u);
  EXPECT_EQ(sent("DescribeCluster").at("ClusterId").as_string(), "j-7") << "and of no other name";
}

TEST_F(EmrLookUp, FindsNothingWhereThereIsNothing) {
  show("");
  EXPECT_THAT(*look_up(what_), IsEmpty());
}

TEST_F(EmrLookUp, FindsBothWhereThereAreTwo) {
  const std::string one = cluster_row("j-1", kName, "STARTING");
  const std::string two = cluster_row("j-2", kName, "WAITING");
  show(one + "," + two);
  aws_.on("DescribeCluster", described(one));
  aws_.on("DescribeCluster", described(two, "i-home", "ec2-2"));
  const auto found = look_up(what_);
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_EQ(found->back().dns_name, "ec2-2");
}

TEST_F(EmrLookUp, AnotherInstallationsClusterOfThatNameIsNotOurs) {
  const std::string theirs = cluster_row("j-1", kName, "WAITING");
  show(theirs);
  aws_.on("DescribeCluster", described(theirs, "i-other", "ec2-1"));
  EXPECT_THAT(*look_up(what_), IsEmpty());
}

TEST_F(EmrLookUp, FindsOneThatDiedAtOnce) {
  const std::string dead = cluster_row("j-1", kName, "TERMINATED_WITH_ERRORS", kNow - 50, kNow - 40,
                                       "VALIDATION_ERROR", "Invalid InstanceProfile");
  show("", dead);
  aws_.on("DescribeCluster", described(dead));
  no_nodes();
  const auto found = look_up(what_);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_THAT(found->front().ended_means, Optional(Reaction::fatal));
  EXPECT_THAT(found->front().state_reason, HasSubstr("`aws emr create-default-roles`"));
}

TEST_F(EmrLookUp, WithoutANameGoesByTheTags) {
  const std::string one = cluster_row("j-1", "mayfly-r-2-1-0", "STARTING");
  show(one);
  aws_.on("DescribeCluster", described(one));
  auto by_tags = what_;
  by_tags.names.clear();
  EXPECT_THAT(*look_up(by_tags), SizeIs(1));
  by_tags.tags[tag::kAttempt] = "2";
  show(one);
  EXPECT_THAT(*look_up(by_tags), IsEmpty());
}

TEST_F(EmrLookUp, IsAFailureWhenAnythingCouldNotBeAsked) {
  aws_.on("ListClusters", http::Answer{.status = 500, .headers = {}, .body = {}});
  EXPECT_EQ(look_up(what_).error().reaction, Reaction::ambiguous);
  show(cluster_row("j-1", kName, "STARTING"));
  refuse("DescribeCluster", "InvalidRequestException", "Cluster id 'j-1' is not valid.",
         "NoSuchCluster");
  EXPECT_EQ(look_up(what_).error().reaction, Reaction::again);
}

class EmrEnded : public EmrTest {};

TEST_F(EmrEnded, AsksForEachClusterAndLeavesOutWhatStatesNone) {
  aws_.on("DescribeCluster",
          described(cluster_row("j-1", kName, "TERMINATED", kNow - 600, kNow - 5)));
  aws_.on("DescribeCluster", described(cluster_row("j-2", kName, "WAITING")));
  refuse("DescribeCluster", "InvalidRequestException", "Cluster id 'j-3' is not valid.",
         "NoSuchCluster");
  const auto ends = ended({"j-1", "j-2", "j-3"});
  ASSERT_TRUE(ends.has_value());
  ASSERT_THAT(*ends, SizeIs(1));
  EXPECT_EQ(to_string(ends->at("j-1")), "2026-01-02T03:04:00.25Z");
}

TEST_F(EmrEnded, FailsWhenItCannotAsk) {
  refuse("DescribeCluster", "ThrottlingException", "Rate exceeded");
  EXPECT_EQ(ended({"j-1"}).error().reaction, Reaction::again);
}

TEST_F(EmrEnded, KnowsWhatAListingTold) {
  const std::string gone = cluster_row("j-1", kName, "TERMINATED", kNow - 600, kNow - 5);
  show("", gone);
  aws_.on("DescribeCluster", described(gone));
  no_nodes();
  ASSERT_TRUE(list().has_value());
  EXPECT_THAT(*ended({"j-1"}), SizeIs(1));
  EXPECT_EQ(calls("DescribeCluster"), 1u);
}

}  // namespace
}  // namespace mayfly::clouds::emr
