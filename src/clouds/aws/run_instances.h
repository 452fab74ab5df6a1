// The one call that costs money, as a pure function: the same LaunchSpec gives the same bytes, so a
// launch can be repeated under its token and EC2 answers with the machines of the first.
#pragma once

#include "clouds/aws/form.h"
#include "clouds/cloud.h"

namespace mayfly::clouds::aws {

// Parts of the target that are empty are left to EC2 (a dry run has no target).
Form run_instances_form(const LaunchSpec& spec);

// T types run into billed surplus credits unless told not to.
bool is_burstable(std::string_view instance_type);

}  // namespace mayfly::clouds::aws
