// EC2's API: each action is a function from the call's form to the answer's XML, run at the moment
// the call takes effect.
#pragma once

#include <string>
#include <string_view>

#include "clouds/sim/world.h"
#include "form.h"
#include "groups.h"
#include "key_pairs.h"
#include "shop.h"

namespace mayfly::cloudsim {

struct Ec2 {
  sim::World& world;
  const Shop& shop;
  Groups groups;
  KeyPairs key_pairs = {};
};

struct Ec2Call {
  Form form;
  std::string account;
  std::string region;
  std::string request_id;
};

using Ec2Action = sim::Outcome<std::string> (*)(Ec2&, const Ec2Call&);

struct Ec2ActionRow {
  std::string_view name;
  // First parts of the members it knows, separated by blanks; others are refused as EC2 does.
  std::string_view members;
  Ec2Action run;
};

// Does it, or says of a dry run that it could be done. RunInstances looks before it says so, the
// other changing actions do not.
sim::Outcome<std::string> run_or_try(Ec2& ec2, const Ec2ActionRow& row, const Ec2Call& call);

// nullptr: no such action.
const Ec2ActionRow* find_ec2_action(std::string_view name);
// For faults and rate limits.
sim::CallSite ec2_site(const Ec2Call& call);

// ec2_instances.cpp
sim::Outcome<std::string> run_instances(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> terminate_instances(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> modify_instance_attribute(Ec2& ec2, const Ec2Call& call);
// ec2_describe_instances.cpp
sim::Outcome<std::string> describe_instances(Ec2& ec2, const Ec2Call& call);
// ec2_places.cpp
sim::Outcome<std::string> describe_regions(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> describe_availability_zones(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> describe_subnets(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> describe_vpcs(Ec2& ec2, const Ec2Call& call);
// ec2_types.cpp
sim::Outcome<std::string> describe_instance_type_offerings(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> describe_instance_types(Ec2& ec2, const Ec2Call& call);
// ec2_groups.cpp
sim::Outcome<std::string> describe_security_groups(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> create_security_group(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> delete_security_group(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> authorize_security_group_ingress(Ec2& ec2, const Ec2Call& call);
// ec2_key_pairs.cpp
sim::Outcome<std::string> import_key_pair(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> describe_key_pairs(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> delete_key_pair(Ec2& ec2, const Ec2Call& call);
// ec2_images.cpp
sim::Outcome<std::string> describe_images(Ec2& ec2, const Ec2Call& call);
// ec2_tags.cpp
sim::Outcome<std::string> create_tags(Ec2& ec2, const Ec2Call& call);
sim::Outcome<std::string> describe_tags(Ec2& ec2, const Ec2Call& call);

// <{action}Response>...<return>true</return>
std::string say_true(std::string_view action, const std::string& request_id);

}  // namespace mayfly::cloudsim
