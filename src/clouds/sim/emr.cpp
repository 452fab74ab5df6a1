#include "clouds/sim/emr.h"

#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/geography.h"
#include "core/id.h"

namespace mayfly::sim::emr {
namespace {

CallSite emr_site(const std::string& account, const std::string& region, std::string operation) {
  return {.cloud = "emr", .account = account, .region = region, .operation = std::move(operation)};
}

std::unexpected<CloudError> not_valid(std::string message) {
  return refuse(400, "ValidationException", std::move(message));
}

bool still_listed(const World& world, const Machine& cluster) {
  return cluster.alive_at(world.now()) ||
         world.now() < cluster.ended + world.settings().clusters_shown;
}

// nullptr: not there, or not to be seen now.
Machine* see(World& world, const CallSite& site, const std::string& id) {
  Machine* cluster = world.find("emr", id);
  if (!cluster || cluster->account != site.account || cluster->region != site.region ||
      !still_listed(world, *cluster))
    return nullptr;
  world.draw_phantom(*cluster, site);
  return cluster->shown_at(world.now()) ? cluster : nullptr;
}

// As the older operations say it, all of whose ids must be right.
Outcome<std::vector<Machine*>> see_all(World& world, const CallSite& site,
                                       const std::vector<std::string>& ids) {
  std::vector<Machine*> clusters;
  for (const std::string& id : ids) {
    Machine* cluster = see(world, site, id);
    if (!cluster) return not_valid("Specified job flow ID not valid.");
    clusters.push_back(cluster);
  }
  return clusters;
}

bool is_role(std::string_view given, std::string_view name) {
  return given == name ||
         (given.starts_with("arn:aws:iam::") && given.substr(given.rfind('/') + 1) == name);
}

std::string missing_role(World& world, const Launch& launch) {
  return world.random().below(2) == 0
             ? fmt::format("Invalid InstanceProfile: {}.", launch.cluster.instance_profile)
             : fmt::format("Service role {} does not exist.", launch.cluster.service_role);
}

Outcome<void> check_roles(World& world, const CallSite& site, const Launch& launch) {
  if (!is_role(launch.cluster.instance_profile, kInstanceProfile))
    return not_valid(fmt::format("Invalid InstanceProfile: {}.", launch.cluster.instance_profile));
  if (!is_role(launch.cluster.service_role, kServiceRole))
    return not_valid(fmt::format("Service role {} does not exist.", launch.cluster.service_role));
  if (world.faults().draw(FaultKind::missing_roles, site))
    return not_valid(missing_role(world, launch));
  return {};
}

Outcome<std::string> zone_of(World& world, const std::string& account, const Launch& launch) {
  std::vector<std::string> zones = zones_of(launch.region);
  if (!launch.subnet.empty()) {
    for (const std::string& zone : zones) {
      if (subnet_of(account, zone) == launch.subnet) return zone;
    }
    return not_valid(
        fmt::format("The VPC/subnet configuration was invalid: The subnet ID '{}' does not exist",
                    launch.subnet));
  }
  if (launch.zone.empty()) {
    std::erase_if(zones,
                  [&](const auto& zone) { return !zone_offers(zone, launch.instance_type); });
    return zones[world.random().below(zones.size())];
  }
  if (std::ranges::find(zones, launch.zone) != zones.end()) return launch.zone;
  return not_valid(fmt::format("Invalid availability zone: [{}]", launch.zone));
}

// What EMR finds out only when it asks EC2 for the nodes: the launch was accepted by then.
void doom(World& world, const CallSite& site, Launch& launch) {
  Cluster& cluster = launch.cluster;
  const auto because = [&](const char* code, std::string reason) {
    cluster.fail_code = code;
    cluster.fail_reason = std::move(reason);
  };
  if (!cluster.fail_code.empty()) return;  // its caller knows why
  if (world.faults().draw(FaultKind::missing_roles_later, site))
    return because("VALIDATION_ERROR", missing_role(world, launch));
  if (!zone_offers(site.zone, launch.instance_type) ||
      world.faults().draw(FaultKind::unsupported_zone, site)) {
    return because("VALIDATION_ERROR",
                   fmt::format("The requested instance type {} is not supported in the requested "
                               "availability zone.",
                               launch.instance_type));
  }
  if (world.faults().draw(FaultKind::quota, site))
    return because("INTERNAL_ERROR", "Request exceeds the EC2 service quota for that type.");
  if (world.faults().draw(FaultKind::capacity, site) ||
      !world.has_capacity(launch.region, site.zone, launch.instance_type, cluster.nodes())) {
    // Both codes are seen for it.
    because(world.random().below(2) == 0 ? "VALIDATION_ERROR" : "INTERNAL_ERROR",
            fmt::format("EC2 is out of capacity for {} in availability zone {}.",
                        launch.instance_type, site.zone));
  }
}

// EC2's ids for what it starts for a cluster, the same whenever they are asked for.
std::string id_of(std::string_view prefix, const Machine& cluster, int number) {
  const std::string text = fmt::format("{}/{}/{}", prefix, cluster.id, number);
  return fmt::format("{}-0{}", prefix, sha256_hex(text).substr(0, 16));
}

// 54.1.2.3 and so on, near to the cluster's own.
std::string next_address(const std::string& first, int number) {
  const std::size_t dot = first.rfind('.');
  const int last = std::stoi(first.substr(dot + 1));
  return fmt::format("{}.{}", first.substr(0, dot), (last + 37 * number) % 256);
}

Machine node(const Machine& cluster, const NodeGroup& group, int number) {
  const Time begin = cluster.cluster->bootstrapping_from - 60s;
  const bool master = number == 0;
  Machine node{.cloud = "aws",
               .account = cluster.account,
               .region = cluster.region,
               .zone = cluster.zone,
               .id = id_of("i", cluster, number),
               .instance_type = cluster.instance_type,
               .image = cluster.image,
               .subnet = cluster.subnet,
               .security_group = cluster.security_group,
               .reservation = id_of("r", cluster, master ? 0 : 1),
               .launch_index = master ? 0 : number - 1,
               .tags = cluster.tags,
               .ours = cluster.ours,
               .disk_gib = cluster.disk_gib,
               .foreign = cluster.foreign,
               .public_ip = next_address(cluster.public_ip, number),
               .private_ip = next_address(cluster.private_ip, number)};
  node.tags[kJobFlowTag] = cluster.id;
  node.tags[kRoleTag] = group.role;
  node.created = std::max(begin, cluster.created);
  node.visible_from = node.tags_from = node.created;
  node.running_from = cluster.cluster->bootstrapping_from;
  node.addresses_from = cluster.addresses_from;
  if (cluster.ending_from != kNever) {
    // Its nodes are gone a little before the cluster says so.
    node.ending_from = std::max(node.created, cluster.ending_from + cluster.cluster->ends_in / 4);
    node.ended = std::max(node.ending_from, cluster.ended - cluster.cluster->ends_in / 4);
    node.end_code = "Client.UserInitiatedShutdown";
    node.end_reason = "Client.UserInitiatedShutdown: User initiated shutdown";
  }
  return node;
}

}  // namespace

Outcome<Machine*> run_job_flow(World& world, const std::string& account, Launch launch) {
  CallSite site = emr_site(account, launch.region, "RunJobFlow");
  site.instance_type = launch.instance_type;
  if (const auto& sold = world.settings().sold;
      sold && !sold("emr", launch.region, launch.instance_type)) {
    return not_valid(fmt::format("Instance type '{}' is not supported.", launch.instance_type));
  }
  if (const auto roles = check_roles(world, site, launch); !roles)
    return std::unexpected(roles.error());
  const auto zone = zone_of(world, account, launch);
  if (!zone) return std::unexpected(zone.error());
  site.zone = *zone;
  doom(world, site, launch);
  int number = 0;
  for (NodeGroup& group : launch.cluster.groups)
    group.id = fmt::format("ig-{:X}{}", world.random().next() >> 16, number++);
  return &world.create({.cloud = "emr",
                        .account = account,
                        .region = launch.region,
                        .zone = *zone,
                        .name = std::move(launch.name),
                        .instance_type = std::move(launch.instance_type),
                        .subnet = subnet_of(account, *zone),
                        .security_group = default_group_of(account, launch.region),
                        .tags = std::move(launch.tags),
                        .disk_gib = launch.disk_gib,
                        .terminate_protected = launch.termination_protected,
                        .cluster = std::move(launch.cluster)});
}

std::vector<Machine*> list(World& world, const std::string& account, const std::string& region,
                           const std::string& operation) {
  const std::vector<Machine*>& listed = world.listed("emr", account, region);
  const CallSite site = emr_site(account, region, operation);
  // At most one cluster is missing from one answer.
  if (!listed.empty()) world.draw_phantom(*listed[world.random().below(listed.size())], site);
  std::vector<Machine*> shown;
  for (Machine* cluster : listed) {
    if (cluster->shown_at(world.now())) shown.push_back(cluster);
  }
  return shown;
}

Outcome<Machine*> describe(World& world, const CallSite& site, const std::string& id) {
  if (Machine* cluster = see(world, site, id)) return cluster;
  return refuse(400, "NoSuchCluster", fmt::format("Cluster id '{}' is not valid.", id));
}

Outcome<void> terminate(World& world, const std::string& account, const std::string& region,
                        const std::vector<std::string>& ids) {
  const CallSite site = emr_site(account, region, "TerminateJobFlows");
  const auto clusters = see_all(world, site, ids);
  if (!clusters) return std::unexpected(clusters.error());
  bool any_protected = false;
  for (Machine* cluster : *clusters) {
    if (const auto longest = world.faults().draw(FaultKind::delete_refused, site))
      cluster->refuses_until = world.now() + *longest;
    if (world.now() < cluster->refuses_until)
      return refuse(500, "InternalServerError", "An internal service error occurred.");
    if (cluster->terminate_protected && cluster->alive_at(world.now())) {
      any_protected = true;
      continue;
    }
    if (world.faults().draw(FaultKind::delete_accepted_but_stays, site)) continue;
    world.end(*cluster, "USER_REQUEST", "Terminated by user request");
  }
  if (!any_protected) return {};
  return not_valid(
      "Could not shut down one or more job flows since they are termination protected.");
}

Outcome<void> set_termination_protection(World& world, const std::string& account,
                                         const std::string& region,
                                         const std::vector<std::string>& ids, bool on) {
  const auto clusters = see_all(world, emr_site(account, region, "SetTerminationProtection"), ids);
  if (!clusters) return std::unexpected(clusters.error());
  for (Machine* cluster : *clusters) cluster->terminate_protected = on;
  return {};
}

Outcome<void> set_idle_timeout(World& world, const std::string& account, const std::string& region,
                               const std::string& id, std::optional<Duration> idle_timeout) {
  const auto cluster = describe(world, emr_site(account, region, "PutAutoTerminationPolicy"), id);
  if (!cluster) return std::unexpected(cluster.error());
  (*cluster)->cluster->idle_timeout = idle_timeout;
  world.plan_end(**cluster);
  return {};
}

std::string_view state_name(const Machine& cluster, Time now) {
  switch (cluster.state_at(now)) {
    case InstanceState::pending:
      return now < cluster.cluster->bootstrapping_from ? "STARTING" : "BOOTSTRAPPING";
    case InstanceState::shutting_down:
      return "TERMINATING";
    case InstanceState::terminated:
      break;
    default:
      return now < cluster.cluster->waiting_from ? "RUNNING" : "WAITING";
  }
  const bool orderly =
      cluster.end_code == "USER_REQUEST" || cluster.end_code == "ALL_STEPS_COMPLETED";
  return orderly ? "TERMINATED" : "TERMINATED_WITH_ERRORS";
}

std::string_view reason_code(const Machine& cluster, Time now) {
  return now >= cluster.ending_from ? std::string_view(cluster.end_code) : std::string_view{};
}

std::optional<Time> ready_at(const Machine& cluster, Time now) {
  const bool became = cluster.running_from <= std::min(now, cluster.ending_from);
  return became ? std::optional(cluster.running_from) : std::nullopt;
}

std::string master_dns(const Machine& cluster, Time now) {
  if (now < cluster.addresses_from || cluster.addresses_from >= cluster.ending_from) return {};
  std::string dashed = cluster.public_ip;
  std::ranges::replace(dashed, '.', '-');
  return fmt::format("ec2-{}.{}.amazonaws.com", dashed,
                     cluster.region == "us-east-1" ? "compute-1" : cluster.region + ".compute");
}

std::vector<Machine> nodes_of(const World& world, const Machine& cluster) {
  std::vector<Machine> nodes;
  // One that never got its nodes.
  if (cluster.ending_from <= cluster.cluster->bootstrapping_from) return nodes;
  int number = 0;
  for (const NodeGroup& group : cluster.cluster->groups) {
    for (int i = 0; i < group.nodes; ++i) {
      Machine made = node(cluster, group, number++);
      const bool forgotten =
          made.ended != kNever && world.now() >= made.ended + world.settings().terminated_shown;
      if (world.now() >= made.created && !forgotten) nodes.push_back(std::move(made));
    }
  }
  return nodes;
}

std::vector<Machine> nodes_in(World& world, const std::string& account, const std::string& region) {
  std::vector<Machine> all;
  for (const Machine* cluster : world.listed("emr", account, region)) {
    for (Machine& each : nodes_of(world, *cluster)) all.push_back(std::move(each));
  }
  return all;
}

bool end_node(World& world, const std::string& account, const std::string& region,
              const std::string& id) {
  for (Machine* cluster : world.listed("emr", account, region)) {
    const std::vector<Machine> nodes = nodes_of(world, *cluster);
    if (std::ranges::find(nodes, id, &Machine::id) == nodes.end()) continue;
    cluster->cluster->fails_from = world.now();
    cluster->cluster->fail_code = "INSTANCE_FAILURE";
    cluster->cluster->fail_reason = fmt::format("The instance {} was terminated", id);
    world.plan_end(*cluster);
    return true;
  }
  return false;
}

}  // namespace mayfly::sim::emr
