// Security groups of ours in a VPC. They are free and shared on purpose: a group per reservation
// could only be deleted minutes after its machines, and those that are left behind break the next
// launch.
#pragma once

#include <string>
#include <vector>

#include "clouds/aws/client.h"

namespace mayfly::clouds::aws {

inline constexpr char kGroupName[] = "mayfly";  // of the one for all our machines

struct OpenPort {
  int port = 0;
  std::string cidr;       // IPv4
  std::string ipv6_cidr;  // empty: not by IPv6
};

struct GroupSpec {
  std::string name;
  std::string description;  // EC2 allows no apostrophe or quote
  std::vector<OpenPort> open;
};

// Ssh open to the world.
GroupSpec shared_group();

// Its id. Created when missing. Rules are only added to a group that has none, so an owner who
// narrows them is respected.
Work<std::string> ensure_security_group(SignedClient& client, Caller caller, std::string vpc,
                                        GroupSpec spec);

}  // namespace mayfly::clouds::aws
