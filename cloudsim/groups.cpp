#include "groups.h"

#include <fmt/format.h>

#include "clouds/sim/geography.h"
#include "core/id.h"

namespace mayfly::cloudsim {

std::map<std::string, Group>& Groups::in(const std::string& region) {
  const auto [found, is_new] = by_region_.try_emplace(region);
  if (is_new) {
    const std::string id = sim::default_group_of(account_, region);
    found->second.emplace(id, Group{.id = id,
                                    .name = "default",
                                    .description = "default VPC security group",
                                    .vpc = sim::vpc_of(account_, region)});
  }
  return found->second;
}

Group* Groups::find(const std::string& region, const std::string& id) {
  auto& groups = in(region);
  const auto found = groups.find(id);
  return found == groups.end() ? nullptr : &found->second;
}

sim::Outcome<std::string> Groups::create(const std::string& region, Group group) {
  auto& groups = in(region);
  for (const auto& [id, known] : groups) {
    if (known.name == group.name && known.vpc == group.vpc) {
      return sim::refuse(400, "InvalidGroup.Duplicate",
                         fmt::format("The security group '{}' already exists for VPC '{}'",
                                     group.name, group.vpc));
    }
  }
  group.id = fmt::format(
      "sg-0{}", sha256_hex(fmt::format("{}/{}/{}/{}", account_, region, group.name, groups.size()))
                    .substr(0, 16));
  const std::string id = group.id;
  groups.emplace(id, std::move(group));
  return id;
}

}  // namespace mayfly::cloudsim
