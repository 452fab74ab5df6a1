#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/emr/fake_emr.h"

namespace mayfly::clouds::emr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kProtected[] =
    "Could not shut down one or more job flows since they are termination protected.";
constexpr char kUnknown[] = "Specified job flow ID does not exist.";

class EmrTerminate : public EmrTest {};

TEST_F(EmrTerminate, EndsAllInOneCall) {
  aws_.on("TerminateJobFlows", "");
  EXPECT_THAT(terminate({"j-1", "j-2"})->not_found, IsEmpty());
  EXPECT_EQ(sent("TerminateJobFlows"), json::parse(R"({"JobFlowIds":["j-1","j-2"]})"));
}

TEST_F(EmrTerminate, AsksForNothingWhenThereIsNothingToEnd) {
  EXPECT_TRUE(terminate({}).has_value());
  EXPECT_THAT(aws_.calls, IsEmpty());
}

TEST_F(EmrTerminate, NamesTenClustersACall) {
  std::vector<std::string> ids;
  for (int i = 0; i < 21; ++i) ids.push_back(fmt::format("j-{}", i));
  for (int i = 0; i < 3; ++i) aws_.on("TerminateJobFlows", "{}");
  EXPECT_TRUE(terminate(ids).has_value());
  EXPECT_EQ(sent("TerminateJobFlows").at("JobFlowIds").as_array().size(), 10u);
  EXPECT_EQ(sent("TerminateJobFlows", 2).at("JobFlowIds").as_array().size(), 1u);
}

TEST_F(EmrTerminate, TakesProtectionOffAndEndsAgain) {
  refuse("TerminateJobFlows", "ValidationException", kProtected);
  aws_.on("SetTerminationProtection", "");
  aws_.on("TerminateJobFlows", "");
  EXPECT_TRUE(terminate({"j-1", "j-2"}).has_value());
  EXPECT_THAT(aws_.calls,
              ElementsAre("TerminateJobFlows", "SetTerminationProtection", "TerminateJobFlows"));
  EXPECT_EQ(sent("SetTerminationProtection"),
            json::parse(R"({"JobFlowIds":["j-1","j-2"],"TerminationProtected":false})"));
}

TEST_F(EmrTerminate, OneThatMayNotBeUnprotectedDoesNotKeepTheOthersAlive) {
  refuse("TerminateJobFlows", "ValidationException", kProtected);
  refuse("SetTerminationProtection", "AccessDeniedException", "no");
  refuse("TerminateJobFlows", "ValidationException", kProtected);
  refuse("SetTerminationProtection", "AccessDeniedException", "no");
  aws_.on("TerminateJobFlows", "");
  const auto ended = terminate({"j-1", "j-2"});
  EXPECT_EQ(ended.error().reaction, Reaction::unprotect);
  EXPECT_THAT(ended.error().message, HasSubstr("j-1 is protected"));
  EXPECT_EQ(sent("TerminateJobFlows", 2), json::parse(R"({"JobFlowIds":["j-2"]})"));
}

TEST_F(EmrTerminate, OneThatStaysProtectedIsTold) {
  refuse("TerminateJobFlows", "ValidationException", kProtected);
  aws_.on("SetTerminationProtection", "");
  refuse("TerminateJobFlows", "ValidationException", kProtected);
  EXPECT_EQ(terminate({"j-1"}).error().reaction, Reaction::unprotect);
}

TEST_F(EmrTerminate, TellsApartWhatEmrDoesNotKnow) {
  refuse("TerminateJobFlows", "ValidationException", kUnknown);
  aws_.on("TerminateJobFlows", "");
  refuse("TerminateJobFlows", "InvalidRequestException", "Cluster id 'j-2' is not valid.",
         "NoSuchCluster");
  aws_.on("TerminateJobFlows", "");
  EXPECT_THAT(terminate({"j-1", "j-2", "j-3"})->not_found, ElementsAre("j-2"));
}

TEST_F(EmrTerminate, StopsWhereWaitingHelps) {
  refuse("TerminateJobFlows", "ThrottlingException", "Rate exceeded");
  EXPECT_EQ(terminate({"j-1", "j-2"}).error().reaction, Reaction::again);
  aws_.on("TerminateJobFlows", http::Answer{.status = 500, .headers = {}, .body = {}});
  EXPECT_EQ(terminate({"j-1", "j-2"}).error().reaction, Reaction::ambiguous);
  refuse("TerminateJobFlows", "ValidationException", kProtected);
  refuse("SetTerminationProtection", "ThrottlingException", "Rate exceeded");
  EXPECT_EQ(terminate({"j-1", "j-2"}).error().reaction, Reaction::again);
  refuse("TerminateJobFlows", "ValidationException", kUnknown);
  refuse("TerminateJobFlows", "ThrottlingException", "Rate exceeded");
  EXPECT_EQ(terminate({"j-1", "j-2"}).error().reaction, Reaction::again);
  EXPECT_TRUE(aws_.used_up());
}

}  // namespace
}  // namespace mayfly::clouds::emr
