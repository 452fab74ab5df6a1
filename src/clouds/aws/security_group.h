// One security group, "mayfly", for all our machines in a VPC. It is free and shared on purpose: a
// group per reservation could only be deleted minutes after its machines, and those that are left
// behind break the next launch.
#pragma once

#include <string>

#include "clouds/aws/client.h"

namespace mayfly::clouds::aws {

inline constexpr char kGroupName[] = "mayfly";

// Its id. Created with ssh open to the world when missing. Rules are only added to a group that has
// none, so an owner who narrows them is respected.
Work<std::string> ensure_security_group(SignedClient& client, Caller caller, std::string vpc);

}  // namespace mayfly::clouds::aws
