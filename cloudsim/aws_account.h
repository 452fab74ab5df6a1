// What the one AWS account has beside its machines: the roles that EMR needs, and a quota. Tests
// take them away at /_sim/account.
#pragma once

#include <boost/describe.hpp>

namespace mayfly::cloudsim {

struct AwsAccount {
  bool emr_roles = true;      // as `aws emr create-default-roles` makes them
  int standard_vcpus = 1152;  // told by Service Quotas; how many may run is the faults' business
};
BOOST_DESCRIBE_STRUCT(AwsAccount, (), (emr_roles, standard_vcpus))

}  // namespace mayfly::cloudsim
