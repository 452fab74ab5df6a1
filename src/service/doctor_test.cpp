#include "service/doctor_view.h"

#include <gtest/gtest.h>

namespace mayfly::service {
namespace {

Key key_of(const std::string& cloud) {
  Key key;
  key.id = "k-1";
  key.cloud = cloud;
  return key;
}

clouds::Examination found(std::vector<Finding> findings) {
  return {.region = "us-east-1", .findings = std::move(findings)};
}

TEST(DoctorView, SaysOfMachinesAndClustersTheWeightiestOfWhatEachNeeds) {
  const DoctorView view = view_of(
      key_of("aws"),
      found(
          {{.check = "identity"},
           {.check = "quota", .outcome = FindingOutcome::warning},
           {.check = "launch", .needed_for = NeededFor::vm, .outcome = FindingOutcome::ok},
           {.check = "role", .needed_for = NeededFor::cluster, .outcome = FindingOutcome::missing},
           {.check = "pass",
            .needed_for = NeededFor::cluster,
            .outcome = FindingOutcome::unknown}}),
      Time{});
  EXPECT_EQ(view.vm, FindingOutcome::warning);
  EXPECT_EQ(view.cluster, FindingOutcome::missing);
  EXPECT_EQ(view.region, "us-east-1");
  EXPECT_EQ(view.findings.size(), 5U);
}

TEST(DoctorView, CountsWhatEverythingNeedsForBoth) {
  const DoctorView view = view_of(
      key_of("aws"), found({{.check = "identity", .outcome = FindingOutcome::missing}}), {});
  EXPECT_EQ(view.vm, FindingOutcome::missing);
  EXPECT_EQ(view.cluster, FindingOutcome::missing);
}

TEST(DoctorView, SaysNothingOfClustersWhereThereAreNone) {
  const DoctorView view = view_of(key_of("digitalocean"), {}, {});
  EXPECT_EQ(view.vm, FindingOutcome::ok);
  EXPECT_FALSE(view.cluster);
  EXPECT_FALSE(view.region);
}

}  // namespace
}  // namespace mayfly::service
