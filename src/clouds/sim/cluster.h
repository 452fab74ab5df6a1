// What makes a machine of the cloud "emr" a cluster. Like all that a machine is, plain moments and
// facts: its nodes are computed from them (emr.h) and are no machines of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace mayfly::sim {

struct NodeGroup {
  std::string id;    // ig-...
  std::string name;  // as the launch named it
  std::string role;  // MASTER, CORE, TASK
  int nodes = 1;
  bool spot = false;
};

struct Cluster {
  std::string release;
  std::vector<std::string> applications;
  std::vector<NodeGroup> groups;  // the master's first
  std::string key_pair;
  std::string log_uri;
  std::string service_role;
  std::string instance_profile;
  std::vector<std::string> master_groups;  // security groups beside EMR's own
  int root_gib = 15;                       // of each node, beside its data disk
  int steps = 0;                           // given with the launch
  bool keep_alive = true;                  // else it ends with its steps
  std::optional<Duration> idle_timeout;    // AWS ends it after so long without work

  Time bootstrapping_from;  // its nodes run
  Time waiting_from;        // its steps are over
  Duration ends_in{};       // from TERMINATING to TERMINATED

  // How it will fail by itself; kNever: it will not.
  Time fails_from = kNever;
  std::string fail_code;
  std::string fail_reason;

  int nodes() const {
    int all = 0;
    for (const NodeGroup& group : groups) all += group.nodes;
    return all;
  }
};

}  // namespace mayfly::sim
