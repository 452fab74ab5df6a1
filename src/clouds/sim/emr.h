// EMR's rules over the World: a cluster is one machine of the cloud "emr". No idempotency token,
// most failures long after the launch was accepted, small rate limits. Each function is what
// happens at the moment the call takes effect; refusals are in EMR's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clouds/sim/world.h"

namespace mayfly::sim::emr {

inline constexpr char kServiceRole[] = "EMR_DefaultRole";
inline constexpr char kInstanceProfile[] = "EMR_EC2_DefaultRole";
// On every EC2 instance of a cluster, beside the cluster's own tags.
inline constexpr char kJobFlowTag[] = "aws:elasticmapreduce:job-flow-id";
inline constexpr char kRoleTag[] = "aws:elasticmapreduce:instance-group-role";

struct Launch {
  std::string region;
  std::string name;
  std::string instance_type;  // of every node
  std::string zone;           // used when there is no subnet
  std::string subnet;         // empty: a default one
  int disk_gib = 0;           // of each node's data disk
  bool termination_protected = false;
  std::map<std::string, std::string> tags;
  Cluster cluster;  // all but its moments
};

// Always a new cluster, whatever there is of that name.
Outcome<Machine*> run_job_flow(World& world, const std::string& account, Launch launch);

// Everything shown of an account in a region, oldest first: also what ended in the last two months.
std::vector<Machine*> list(World& world, const std::string& account, const std::string& region,
                           const std::string& operation = "ListClusters");
// Refused when there is none, or none that shows yet.
Outcome<Machine*> describe(World& world, const CallSite& site, const std::string& id);

// One unknown or protected cluster keeps all of them.
Outcome<void> terminate(World& world, const std::string& account, const std::string& region,
                        const std::vector<std::string>& ids);
Outcome<void> set_termination_protection(World& world, const std::string& account,
                                         const std::string& region,
                                         const std::vector<std::string>& ids, bool on);
// nullopt removes the policy.
Outcome<void> set_idle_timeout(World& world, const std::string& account, const std::string& region,
                               const std::string& id, std::optional<Duration> idle_timeout);

// "STARTING", "WAITING", "TERMINATED_WITH_ERRORS" ...
std::string_view state_name(const Machine& cluster, Time now);
// Why it is in that state: USER_REQUEST, VALIDATION_ERROR ...; empty while it lives.
std::string_view reason_code(const Machine& cluster, Time now);
// Since when it could be used; none while it starts or when it never came so far.
std::optional<Time> ready_at(const Machine& cluster, Time now);
// The master's public name; empty until it runs.
std::string master_dns(const Machine& cluster, Time now);

// The EC2 instances of a cluster as EC2 knows them at that moment, the master first: none before
// they are started, none that ended more than an hour ago.
std::vector<Machine> nodes_of(const World& world, const Machine& cluster);
// Those of all clusters of an account in a region.
std::vector<Machine> nodes_in(World& world, const std::string& account, const std::string& region);
// Somebody ends one of these by itself, as EC2 lets them: its cluster fails. False: there is no
// such node.
bool end_node(World& world, const std::string& account, const std::string& region,
              const std::string& id);

}  // namespace mayfly::sim::emr
