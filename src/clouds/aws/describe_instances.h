// EC2's listing: all pages of it, or a failure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "clouds/aws/client.h"
#include "clouds/aws/instances.h"

namespace mayfly::clouds::aws {

inline constexpr std::size_t kFilterValuesMax = 200;  // EC2's limit for all of a call's filters
inline constexpr int kPagesMax = 1000;                // then it is not a listing but a loop

using Filters = std::map<std::string, std::vector<std::string>>;  // name -> values

struct Described {
  std::vector<Instance> instances;
  std::vector<ClusterNode> cluster_nodes;
};

// What passes every one of these filters, in whatever state: whoever asks needs to see the ended
// ones.
Work<Described> describe_instances(SignedClient& client, Caller caller, Filters filters,
                                   int page_size);

}  // namespace mayfly::clouds::aws
