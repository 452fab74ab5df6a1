// What the doors answer about a key that was examined.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "clouds/cloud.h"
#include "service/documents.h"

namespace mayfly::service {

struct DoctorView {
  std::string key;
  std::string cloud;
  std::optional<std::string> region;  // that was looked at, where keys are tested region by region
  Time examined_at;
  FindingOutcome vm = FindingOutcome::ok;  // the weightiest of the findings that machines need
  std::optional<FindingOutcome> cluster;   // of those that clusters need, where there are any
  std::vector<Finding> findings;
};
BOOST_DESCRIBE_STRUCT(DoctorView, (), (key, cloud, region, examined_at, vm, cluster, findings))

DoctorView view_of(const Key& key, clouds::Examination examination, Time now);

}  // namespace mayfly::service
