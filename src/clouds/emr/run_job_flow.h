// The one call that costs money, as a pure function: a cluster is one launch of one name.
#pragma once

#include "clouds/cloud.h"
#include "json/value.h"

namespace mayfly::clouds::emr {

// Parts of the spec that are empty are left to EMR.
json::object run_job_flow_body(const LaunchSpec& spec);

// AWS ends a cluster that idles, should nobody be left to do so: from 5.30 and 6.1 on.
bool takes_auto_termination(std::string_view release);

}  // namespace mayfly::clouds::emr
