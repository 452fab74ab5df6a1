#include "clouds/emr/driver.h"
#include "core/assert.h"

namespace mayfly::clouds::emr {

// The cheapest questions first; what may have to be made last.
Work<std::vector<LaunchTarget>> Driver::prepare(Credentials credentials, PrepareSpec spec) {
  ASSERT(spec.cluster);
  const Caller caller{.credentials = std::move(credentials), .region = spec.region};
  auto finding_zones = facts_.zones(caller, spec.instance_type);
  CO_TRY(const std::vector<std::string> zones, co_await std::move(finding_zones));
  if (zones.empty()) co_return aws::targets_in(spec, zones, {});
  auto finding_network = facts_.network(caller, spec.cluster->subnet);
  CO_TRY(const aws::Network network, co_await std::move(finding_network));
  CO_TRY(std::vector<LaunchTarget> targets, aws::targets_in(spec, zones, network));
  if (!spec.ssh_public_key.empty()) {
    auto importing = entrances_.key_pair(caller, spec.ssh_public_key);
    CO_TRY(const std::string key_pair, co_await std::move(importing));
    for (LaunchTarget& target : targets) target.key_pair = key_pair;
  }
  if (!spec.cluster->open_to.empty()) {
    auto opening = entrances_.open_group(caller, network.vpc, spec.cluster->open_to);
    CO_TRY(const std::string group, co_await std::move(opening));
    for (LaunchTarget& target : targets) target.security_group = group;
  }
  co_return targets;
}

}  // namespace mayfly::clouds::emr
