// What is remembered of clusters, by key and region: the tags that tell whose they are and the
// master's name, which a listing leaves out and which EMR's limits forbid to ask for each time; and
// how each was last seen, because one that leaves the listing of the living has to be followed to
// its end.
//
// Found by a description, or put in by the launch itself. Described again when older than half a
// day. All members on the driver's strand; what of() gave stays good while it is held.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "clouds/aws/client.h"
#include "clouds/emr/cluster.h"

namespace mayfly::clouds::emr {

inline constexpr Duration kDescriptionAge = 12h;
// A cluster that EMR does not know (yet) is asked for this long.
inline constexpr Duration kYoung = 10min;

// What mayfly calls its machines begins so (model/reservation.h); clusters of other names are not
// ours and never described.
inline constexpr std::string_view kOurNames = "mayfly-";

struct KnownCluster {
  Described last;
  std::string instance_type;  // only the launch knows
  Time known_at;
  Time described_at;
  bool has_nodes = false;  // it has ended, and EC2 still had some of its nodes
};

using KnownRegion = std::map<std::string, KnownCluster>;  // by id

class KnownClusters {
 public:
  std::shared_ptr<KnownRegion> of(const aws::Caller& caller, Time now) {
    std::erase_if(regions_, [&](const auto& row) { return now - row.second.used_at > kForgotten; });
    Region& region = regions_[{caller.credentials.key_id, caller.region}];
    if (!region.clusters) region.clusters = std::make_shared<KnownRegion>();
    region.used_at = now;
    return region.clusters;
  }

 private:
  static constexpr Duration kForgotten = 24h;
  struct Region {
    std::shared_ptr<KnownRegion> clusters;
    Time used_at;
  };

  std::map<std::pair<std::string, std::string>, Region> regions_;
};

}  // namespace mayfly::clouds::emr
