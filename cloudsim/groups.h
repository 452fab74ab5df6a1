// Security groups: those that were created, and the default one of every region.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "clouds/sim/call.h"

namespace mayfly::cloudsim {

struct Permission {
  std::string protocol;
  std::string from_port;
  std::string to_port;
  std::string source;  // a CIDR or a group
  auto operator<=>(const Permission&) const = default;
};

struct Group {
  std::string id;
  std::string name;
  std::string description;
  std::string vpc;
  std::map<std::string, std::string> tags;
  std::set<Permission> ingress;
};

class Groups {
 public:
  explicit Groups(std::string account) : account_(std::move(account)) {}

  // The region's groups, its default one first.
  std::map<std::string, Group>& in(const std::string& region);
  Group* find(const std::string& region, const std::string& id);
  sim::Outcome<std::string> create(const std::string& region, Group group);

 private:
  std::string account_;
  std::map<std::string, std::map<std::string, Group>> by_region_;  // region -> id -> group
};

}  // namespace mayfly::cloudsim
