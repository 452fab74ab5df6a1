#include "clouds/sim/operations.h"

namespace mayfly::sim {

Allowance allowance_of(const CallSite& site) {
  const std::string_view name = site.operation;
  if (name == "RunInstances") return {5, 2, 2};
  if (name == "TerminateInstances") return {50, 5, 20};
  if (name == "CreateTags") return {100, 10};
  if (name == "GetCallerIdentity" || name == "GetParameter") return {};
  if (name.starts_with("Describe")) return site.unfiltered ? Allowance{50, 10} : Allowance{100, 20};
  return {50, 5};  // every other changing call
}

bool is_launch(std::string_view operation) {
  return operation == "RunInstances" || operation == "create droplets";
}

}  // namespace mayfly::sim
