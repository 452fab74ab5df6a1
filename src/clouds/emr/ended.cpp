#include "clouds/emr/driver.h"

namespace mayfly::clouds::emr {

Work<std::map<std::string, Time>> Driver::ended(Credentials credentials, std::string region,
                                                std::vector<std::string> ids) {
  const Caller caller{.credentials = std::move(credentials), .region = std::move(region)};
  std::map<std::string, Time> ends;
  const std::shared_ptr<KnownRegion> region_known = known_.of(caller, clock_.now());
  for (const std::string& id : ids) {
    const auto known = region_known->find(id);
    if (known != region_known->end() && has_ended(known->second.last.cluster) &&
        known->second.last.cluster.ended) {
      ends[id] = *known->second.last.cluster.ended;
      continue;
    }
    auto describing = describe(caller, id);
    const CloudResult<Described> described = co_await std::move(describing);
    if (!described && described.error().reaction == Reaction::gone) continue;
    if (!described) co_return std::unexpected(described.error());
    const Cluster& cluster = described->cluster;
    if (has_ended(cluster) && cluster.ended) ends[id] = *cluster.ended;
  }
  co_return ends;
}

}  // namespace mayfly::clouds::emr
