#include "clouds/sim/operations.h"

#include <algorithm>

namespace mayfly::sim {
namespace {

struct EmrAllowance {
  std::string_view operation;
  Allowance allowance;
};

// Default service quotas; what is not listed is bounded by all calls together.
constexpr EmrAllowance kEmrAllowances[] = {
    {"RunJobFlow", {10, 500}},       {"TerminateJobFlows", {10, 500}},
    {"DescribeCluster", {10, 1000}}, {"ListClusters", {20, 500}},
    {"ListInstances", {10, 500}},    {"ListInstanceGroups", {10, 1000}},
    {"ListSteps", {10, 500}},        {"SetTerminationProtection", {5, 200}},
    {"AddTags", {5, 500}},           {"PutAutoTerminationPolicy", {5, 500}},
};

Allowance emr_allowance(std::string_view name) {
  const auto* found = std::ranges::find(kEmrAllowances, name, &EmrAllowance::operation);
  return found == std::end(kEmrAllowances) ? kAllEmrCalls : found->allowance;
}

}  // namespace

Allowance allowance_of(const CallSite& site) {
  const std::string_view name = site.operation;
  if (site.cloud == "emr") return emr_allowance(name);
  if (name == "RunInstances") return {5, 2000, 2};
  if (name == "TerminateInstances") return {50, 5000, 20};
  if (name == "CreateTags") return {100, 10'000};
  if (name == "GetCallerIdentity" || name == "GetParameter") return {};
  if (name.starts_with("Describe"))
    return site.unfiltered ? Allowance{50, 10'000} : Allowance{100, 20'000};
  return {50, 5000};  // every other changing call
}

bool is_launch(std::string_view operation) {
  return operation == "RunInstances" || operation == "RunJobFlow" || operation == "create droplets";
}

}  // namespace mayfly::sim
