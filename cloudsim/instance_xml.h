// How EC2 describes an instance.
#pragma once

#include <pugixml.hpp>

#include "ec2_actions.h"

namespace mayfly::cloudsim {

void put_instance(pugi::xml_node item, Ec2& ec2, const sim::Machine& machine);
void put_state(pugi::xml_node state, InstanceState value);
void put_tags(pugi::xml_node parent, const std::map<std::string, std::string>& tags);
// Its volume's id: one root volume per instance.
std::string volume_of(const sim::Machine& machine);
// Public or private address as of now; empty when it has none.
std::string public_ip_of(const sim::Machine& machine, Time now);
std::string private_ip_of(const sim::Machine& machine, Time now);
// The names of these; empty without one.
std::string public_dns_of(const sim::Machine& machine, Time now);
std::string private_dns_of(const sim::Machine& machine, Time now);

}  // namespace mayfly::cloudsim
