// When a machine's bill ended, as EC2 tells it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"
#include "clouds/aws/instances.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::HasSubstr;

Time at(std::string_view text) {
  return parse_time(text).value();
}

std::string ended_item(const std::string& id, const std::string& state, const std::string& reason) {
  return instance_item(id, 0, state, "<reason>" + reason + "</reason>");
}

TEST(TransitionTime, IsAtTheEndOfTheReason) {
  const Time time = at("2026-01-02T03:04:05Z");
  for (const char* reason :
       {"User initiated (2026-01-02 03:04:05 GMT)", "User initiated (2026-01-02 03:04:05 UTC)",
        "Service initiated (2026-01-02 03:04:05 GMT) ",
        "Server.ScheduledStop: retired (soon) (2026-01-02 03:04:05 GMT)",
        "(2026-01-02 03:04:05 GMT)"}) {
    EXPECT_EQ(transition_time(reason), time) << reason;
  }
  EXPECT_EQ(transition_time("User initiated (2024-02-29 23:59:59 GMT)"),
            at("2024-02-29T23:59:59Z"));
}

TEST(TransitionTime, IsNoneInAnythingElse) {
  for (const char* reason : {"",
                             " ",
                             "pending",
                             "User initiated",
                             "User initiated shutdown",
                             "Server.SpotInstanceTermination",
                             "Server.InternalError",
                             "Server.SpotInstanceTermination: Spot instance termination",
                             "User initiated ()",
                             "User initiated ( GMT)",
                             "GMT)",
                             " GMT)",
                             "( GMT)",
                             "User initiated (2026-01-02 03:04:05)",
                             "User initiated (2026-01-02 03:04:05 CET)",
                             "User initiated (2026-01-02 03:04:05 GMT",
                             "User initiated 2026-01-02 03:04:05 GMT)",
                             "User initiated (2026-01-02 03:04:05 GMT) by somebody",
                             "User initiated (2026-01-02T03:04:05 GMT)",
                             "User initiated (2026-1-2 3:04:05 GMT)",
                             "User initiated (2026-13-02 03:04:05 GMT)",
                             "User initiated (2026-02-30 03:04:05 GMT)",
                             "User initiated (2026-01-02 24:04:05 GMT)",
                             "User initiated (2026-01-02 03:60:05 GMT)",
                             "User initiated (201-02-06 17:77:00 GMT)",
                             "User initiated (-026-01-02 03:04:05 GMT)",
                             "User initiated (+026-01-02 03:04:05 GMT)",
                             "User initiated (2026-01-02 03:04:5. GMT)",
                             "User initiated (02026-01-02 03:04:05 GMT)",
                             "User initiated (2026-01-02 03:04:05Z GMT)",
                             "User initiated ((2026-01-02 03:04:05) GMT)"}) {
    EXPECT_FALSE(transition_time(reason)) << reason;
  }
  EXPECT_FALSE(transition_time(std::string(1'000'000, '(')));
  EXPECT_FALSE(transition_time(std::string("(2026-01-02 03:04:0\0 GMT)", 25)));
}

TEST(TransitionTime, NeedsEveryByte) {
  const std::string whole = "User initiated (2026-01-02 03:04:05 GMT)";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(transition_time(whole.substr(0, size))) << size;
  }
}

class AwsEnded : public AwsTest {};

TEST_F(AwsEnded, IsKnownOfWhateverStoppedOrEnded) {
  const std::string reason = "User initiated (2026-01-02 04:05:06 GMT)";
  for (const auto& [state, known] :
       std::vector<std::pair<std::string, bool>>{{"pending", false},
                                                 {"running", false},
                                                 {"stopping", true},
                                                 {"stopped", true},
                                                 {"shutting-down", true},
                                                 {"terminated", true}}) {
    aws_.on("DescribeInstances",
            instances_answer(reservation_item(ended_item("i-0a", state, reason))));
    EXPECT_EQ(list("us-east-1", "i-home")->front().state_since.has_value(), known) << state;
  }
}

TEST_F(AwsEnded, IsNotBeforeTheLaunch) {
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(
              ended_item("i-0a", "terminated", "User initiated (2026-01-02 03:04:04 GMT)") +
              ended_item("i-0b", "terminated", "User initiated (2026-01-02 03:04:05 GMT)"))));
  const auto found = list("us-east-1", "i-home");
  EXPECT_FALSE(found->at(0).state_since) << "of an earlier life";
  EXPECT_EQ(found->at(1).state_since, at("2026-01-02T03:04:05Z"));
}

TEST_F(AwsEnded, IsAskedForByAFilter) {
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(
              ended_item("i-0a", "terminated", "User initiated (2026-01-02 04:05:06 GMT)") +
              ended_item("i-0b", "shutting-down", "User initiated (2026-01-02 04:05:07 GMT)") +
              ended_item("i-0c", "stopped", "User initiated (2026-01-02 04:05:08 GMT)") +
              ended_item("i-0d", "terminated", "Server.InternalError"))));
  EXPECT_EQ(ended({"i-0a", "i-0b", "i-0c", "i-0d", "i-0e"}).value(),
            (std::map<std::string, Time>{{"i-0a", at("2026-01-02T04:05:06Z")},
                                         {"i-0b", at("2026-01-02T04:05:07Z")}}));
  EXPECT_EQ(aws_.body("DescribeInstances"),
            "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000"
            "&Filter.1.Name=instance-id&Filter.1.Value.1=i-0a&Filter.1.Value.2=i-0b"
            "&Filter.1.Value.3=i-0c&Filter.1.Value.4=i-0d&Filter.1.Value.5=i-0e");
}

TEST_F(AwsEnded, OfNothingAsksNothing) {
  EXPECT_TRUE(ended({}).value().empty());
  EXPECT_TRUE(aws_.calls.empty());
}

TEST_F(AwsEnded, IsAskedFor200AtATimeAndReadFromEveryPage) {
  std::vector<std::string> ids;
  for (int i = 0; i < 401; ++i) ids.push_back(fmt::format("i-{:017x}", i));
  const std::string reason = "User initiated (2026-01-02 04:05:06 GMT)";
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(ended_item(ids[0], "terminated", reason)), "more"));
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(ended_item(ids[1], "terminated", reason))));
  aws_.on("DescribeInstances", instances_answer(""));
  aws_.on("DescribeInstances",
          instances_answer(reservation_item(ended_item(ids[400], "terminated", reason))));
  EXPECT_EQ(ended(ids).value().size(), 3u);
  EXPECT_TRUE(aws_.used_up());
  EXPECT_THAT(aws_.body("DescribeInstances", 0), HasSubstr("Filter.1.Value.200="));
  EXPECT_THAT(aws_.body("DescribeInstances", 0), Not(HasSubstr("Filter.1.Value.201=")));
  EXPECT_THAT(aws_.body("DescribeInstances", 1), HasSubstr("&NextToken=more"));
}

TEST_F(AwsEnded, FailsWholeWhenOneCallFails) {
  std::vector<std::string> ids(201, "i-0a");
  aws_.on("DescribeInstances", instances_answer(""));
  aws_.refuse("DescribeInstances", 503, "RequestLimitExceeded");
  EXPECT_EQ(ended(ids).error().reaction, Reaction::again);
}

}  // namespace
}  // namespace mayfly::clouds::aws
