// What can be installed on a cluster.
#pragma once

#include <string>
#include <string_view>

#include "model/cluster.h"

namespace mayfly::cloudsim {

bool is_application(std::string_view name, const ReleaseNumber& release);
// As DescribeCluster states it: the versions of emr-6.15.0, whatever the release.
std::string application_version(std::string_view name);

}  // namespace mayfly::cloudsim
