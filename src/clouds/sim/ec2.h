// EC2's rules over the World: idempotency tokens, all or nothing, one unknown id fails the whole
// call. Each function is what happens at the moment the call takes effect; refusals are in EC2's
// words.
#pragma once

#include <string>
#include <vector>

#include "clouds/sim/world.h"

namespace mayfly::sim::ec2 {

struct Launch {
  std::string region;
  std::string instance_type;
  std::string image;
  std::string zone;            // used when there is no subnet
  std::string subnet;          // empty: a default one
  std::string security_group;  // empty: the default one
  int at_least = 1;
  int at_most = 1;
  std::string token;       // empty: not idempotent
  std::string parameters;  // the request's own bytes: the same token must come with the same
  int disk_gib = 8;
  bool terminate_protected = false;
  std::map<std::string, std::string> tags;
};

// The machines in launch order. A repeated token gives the first answer's machines as they are now.
Outcome<std::vector<Machine*>> launch(World& world, const std::string& account,
                                      const Launch& launch);

// Whether launch() would accept it now, without starting anything (a dry run; chance has no say).
Outcome<void> check(World& world, const std::string& account, const Launch& launch);

// Everything shown of an account in a region, oldest first. Unknown regions are empty.
std::vector<Machine*> describe(World& world, const std::string& account, const std::string& region);
// DescribeInstances by InstanceId.N: one unknown id fails it.
Outcome<std::vector<Machine*>> describe_ids(World& world, const std::string& account,
                                            const std::string& region,
                                            const std::vector<std::string>& ids);

struct StateChange {
  std::string id;
  InstanceState before;
  InstanceState now;
};
Outcome<std::vector<StateChange>> terminate(World& world, const std::string& account,
                                            const std::string& region,
                                            const std::vector<std::string>& ids);

Outcome<void> set_terminate_protection(World& world, const std::string& account,
                                       const std::string& region, const std::string& id, bool on);

// The ids that an InvalidInstanceID.NotFound names, as a driver reads them out of its message.
std::vector<std::string> ids_in(std::string_view message);

// "i-0123…": pending 0, running 16, shutting-down 32, terminated 48, stopping 64, stopped 80.
int state_code(InstanceState state);
std::string_view state_name(InstanceState state);

}  // namespace mayfly::sim::ec2
