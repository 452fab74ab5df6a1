// RunJobFlow: what its call must say, and what EMR looks at before it accepts one.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/geography.h"
#include "emr_actions.h"
#include "emr_applications.h"
#include "json/print.h"
#include "model/cluster.h"

namespace mayfly::cloudsim {
namespace {

using sim::NodeGroup;
using sim::Outcome;

constexpr char kManagedMaster[] = "ElasticMapReduce-master";
constexpr char kManagedCore[] = "ElasticMapReduce-slave";
constexpr int kDefaultDiskGib = 64;  // what EMR gives a node of most types when nothing is said
constexpr std::int64_t kNodesMax = 2000;

struct Nodes {
  std::vector<NodeGroup> groups;
  std::string instance_type;
  int disk_gib = kDefaultDiskGib;
};

Outcome<int> node_count(std::int64_t count) {
  if (count >= 1 && count <= kNodesMax) return static_cast<int>(count);
  return emr_invalid("The instance count of an instance group must be between 1 and 2000.");
}

int disk_of(const json::object& group) {
  std::int64_t gib = 0;
  for (const json::value& each :
       array_of(object_of(group, "EbsConfiguration"), "EbsBlockDeviceConfigs")) {
    if (!each.is_object()) continue;
    const json::object& device = each.get_object();
    gib += whole_number_of(object_of(device, "VolumeSpecification"), "SizeInGB").value_or(0) *
           whole_number_of(device, "VolumesPerInstance").value_or(1);
  }
  return gib > 0 ? static_cast<int>(std::min<std::int64_t>(gib, 65'536)) : kDefaultDiskGib;
}

Outcome<Nodes> nodes_of_groups(const json::array& given) {
  Nodes nodes;
  for (const json::value& each : given) {
    if (!each.is_object()) return emr_invalid("An instance group must be a structure.");
    const json::object& group = each.get_object();
    const auto count = node_count(whole_number_of(group, "InstanceCount").value_or(0));
    if (!count) return std::unexpected(count.error());
    NodeGroup made{.id = {},
                   .name = text_of(group, "Name"),
                   .role = text_of(group, "InstanceRole"),
                   .nodes = *count,
                   .spot = text_of(group, "Market") == "SPOT"};
    const std::string type = text_of(group, "InstanceType");
    if (nodes.instance_type.empty()) nodes.instance_type = type;
    // AWS takes any mixture; our ledger prices clusters of one type.
    if (type != nodes.instance_type)
      return emr_invalid("cloudsim has clusters whose nodes are all of one type.");
    nodes.disk_gib = disk_of(group);
    const bool master = made.role == "MASTER";
    nodes.groups.insert(master ? nodes.groups.begin() : nodes.groups.end(), std::move(made));
  }
  const auto masters = std::ranges::count(nodes.groups, "MASTER", &NodeGroup::role);
  if (masters != 1 || (nodes.groups.front().nodes != 1 && nodes.groups.front().nodes != 3))
    return emr_invalid("There must be one master instance group of 1 or 3 instances.");
  return nodes;
}

Outcome<Nodes> nodes_of_counts(const json::object& instances) {
  const auto count = node_count(whole_number_of(instances, "InstanceCount").value_or(1));
  if (!count) return std::unexpected(count.error());
  Nodes nodes;
  nodes.instance_type = text_of(instances, "MasterInstanceType");
  if (text_of(instances, "SlaveInstanceType") != nodes.instance_type && *count > 1)
    return emr_invalid("cloudsim has clusters whose nodes are all of one type.");
  nodes.groups.push_back({.id = {}, .name = "master", .role = "MASTER"});
  if (*count > 1)
    nodes.groups.push_back({.id = {}, .name = "core", .role = "CORE", .nodes = *count - 1});
  return nodes;
}

Outcome<Nodes> read_nodes(const json::object& instances) {
  if (instances.contains("InstanceFleets"))
    return emr_invalid("cloudsim does not simulate instance fleets.");
  const json::array& groups = array_of(instances, "InstanceGroups");
  auto nodes = groups.empty() ? nodes_of_counts(instances) : nodes_of_groups(groups);
  if (nodes && nodes->instance_type.empty()) return emr_invalid("An instance type is required.");
  return nodes;
}

Outcome<std::vector<std::string>> read_applications(const json::object& members,
                                                    const ReleaseNumber& release) {
  std::vector<std::string> names;
  for (const json::value& each : array_of(members, "Applications")) {
    const std::string name = each.is_object() ? text_of(each.get_object(), "Name") : std::string{};
    if (!is_application(name, release))
      return emr_invalid(fmt::format("Specified application: {} is not available in release {}.",
                                     name, text_of(members, "ReleaseLabel")));
    names.push_back(name);
  }
  return names;
}

Outcome<std::map<std::string, std::string>> read_tags(const json::object& members) {
  std::map<std::string, std::string> tags;
  for (const json::value& each : array_of(members, "Tags")) {
    if (!each.is_object()) continue;
    const std::string key = text_of(each.get_object(), "Key");
    if (key.empty() || key.starts_with("aws:"))
      return emr_invalid(fmt::format("Invalid tag key '{}'.", key));
    tags[key] = text_of(each.get_object(), "Value");
  }
  return tags;
}

Outcome<std::optional<Duration>> read_idle_timeout(const json::object& members) {
  if (!members.contains("AutoTerminationPolicy")) return std::nullopt;
  const auto seconds = whole_number_of(object_of(members, "AutoTerminationPolicy"), "IdleTimeout");
  if (!seconds || *seconds < kIdleMin || *seconds > kIdleMax)
    return emr_invalid("The idle timeout must be between 60 and 604800 seconds.");
  return std::optional<Duration>(std::chrono::seconds(*seconds));
}

// The group of that name that EMR makes for its first cluster and keeps.
std::string managed_group(Emr& emr, const EmrCall& call, const char* name) {
  for (const auto& [id, group] : emr.ec2.groups.in(call.region)) {
    if (group.name == name) return id;
  }
  const auto made = emr.ec2.groups.create(
      call.region, {.id = {},
                    .name = name,
                    .description = fmt::format("EMR-managed group of {}", call.region),
                    .vpc = sim::vpc_of(call.account, call.region),
                    .tags = {},
                    .ingress = {}});
  return made.value_or(std::string{});
}

bool opens_too_much(const Permission& permission) {
  const bool everybody = permission.source == "0.0.0.0/0" || permission.source == "::/0";
  return everybody && (permission.from_port != "22" || permission.to_port != "22");
}

// Block Public Access, as accounts have it unless they have switched it off.
std::string blocked_group(Emr& emr, const EmrCall& call, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const Group* group = emr.ec2.groups.find(call.region, id);
    if (group && std::ranges::any_of(group->ingress, opens_too_much)) return id;
  }
  return {};
}

Outcome<void> check_surroundings(Emr& emr, const EmrCall& call, const sim::Cluster& cluster) {
  if (!emr.account.emr_roles)
    return emr_invalid(fmt::format("Invalid InstanceProfile: {}.", cluster.instance_profile));
  if (!cluster.key_pair.empty() && !emr.ec2.key_pairs.find(call.region, cluster.key_pair))
    return emr_invalid("The given SSH key name was invalid");
  for (const std::string& id : cluster.master_groups) {
    if (!emr.ec2.groups.find(call.region, id))
      return emr_invalid(fmt::format(
          "The VPC/subnet configuration was invalid: The security group '{}' does not exist", id));
  }
  return {};
}

Outcome<void> check_required(const json::object& members) {
  if (text_of(members, "Name").empty()) {
    return emr_invalid(
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member "
        "must not be null");
  }
  if (text_of(members, "JobFlowRole").empty())
    return emr_invalid("InstanceProfile is required for creating cluster.");
  if (text_of(members, "ServiceRole").empty())
    return emr_invalid("ServiceRole is required for creating cluster.");
  return {};
}

Outcome<sim::Cluster> read_cluster(const json::object& members) {
  const json::object& instances = object_of(members, "Instances");
  const std::string label = text_of(members, "ReleaseLabel");
  const auto release = parse_release(label);
  if (!release) return emr_invalid(fmt::format("Supplied release label is invalid: {}.", label));
  auto applications = read_applications(members, *release);
  if (!applications) return std::unexpected(applications.error());
  const auto idle_timeout = read_idle_timeout(members);
  if (!idle_timeout) return std::unexpected(idle_timeout.error());
  return sim::Cluster{.release = label,
                      .applications = *std::move(applications),
                      .groups = {},
                      .key_pair = text_of(instances, "Ec2KeyName"),
                      .log_uri = text_of(members, "LogUri"),
                      .service_role = text_of(members, "ServiceRole"),
                      .instance_profile = text_of(members, "JobFlowRole"),
                      .master_groups = texts_of(instances, "AdditionalMasterSecurityGroups"),
                      .root_gib = static_cast<int>(std::clamp<std::int64_t>(
                          whole_number_of(members, "EbsRootVolumeSize").value_or(kClusterRootGib),
                          kClusterRootGib, 100)),
                      .steps = static_cast<int>(array_of(members, "Steps").size()),
                      .keep_alive = flag_of(instances, "KeepJobFlowAliveWhenNoSteps"),
                      .idle_timeout = *idle_timeout,
                      .fail_code = {},
                      .fail_reason = {}};
}

Outcome<sim::emr::Launch> read_job_flow(Emr& emr, const EmrCall& call) {
  const json::object& members = call.members;
  const json::object& instances = object_of(members, "Instances");
  if (const auto required = check_required(members); !required)
    return std::unexpected(required.error());
  auto cluster = read_cluster(members);
  if (!cluster) return std::unexpected(cluster.error());
  auto nodes = read_nodes(instances);
  if (!nodes) return std::unexpected(nodes.error());
  auto tags = read_tags(members);
  if (!tags) return std::unexpected(tags.error());
  if (!emr.shop.is_node(call.region, nodes->instance_type, *parse_release(cluster->release)))
    return emr_invalid(fmt::format("Instance type '{}' is not supported.", nodes->instance_type));
  if (const auto checked = check_surroundings(emr, call, *cluster); !checked)
    return std::unexpected(checked.error());
  cluster->groups = std::move(nodes->groups);
  std::string subnet = text_of(instances, "Ec2SubnetId");
  if (const auto several = texts_of(instances, "Ec2SubnetIds"); subnet.empty() && !several.empty())
    subnet = several.front();
  return sim::emr::Launch{.region = call.region,
                          .name = text_of(members, "Name"),
                          .instance_type = std::move(nodes->instance_type),
                          .zone = text_of(object_of(instances, "Placement"), "AvailabilityZone"),
                          .subnet = std::move(subnet),
                          .disk_gib = nodes->disk_gib,
                          .termination_protected = flag_of(instances, "TerminationProtected"),
                          .tags = *std::move(tags),
                          .cluster = *std::move(cluster)};
}

}  // namespace

Outcome<std::string> run_job_flow(Emr& emr, const EmrCall& call) {
  auto launch = read_job_flow(emr, call);
  if (!launch) return std::unexpected(launch.error());
  std::vector<std::string> groups = launch->cluster.master_groups;
  groups.push_back(managed_group(emr, call, kManagedMaster));
  managed_group(emr, call, kManagedCore);
  if (const std::string open = blocked_group(emr, call, groups); !open.empty()) {
    launch->cluster.fail_code = "VALIDATION_ERROR";
    launch->cluster.fail_reason = fmt::format(
        "The security group {} has rules that allow public access from the internet to other ports "
        "than 22, which the account's block public access configuration forbids.",
        open);
  }
  const auto started = sim::emr::run_job_flow(emr.world, call.account, *std::move(launch));
  if (!started) return std::unexpected(started.error());
  sim::Machine& cluster = **started;
  cluster.security_group = groups.back();
  return json::print(json::object{{"JobFlowId", cluster.id}, {"ClusterArn", cluster_arn(cluster)}});
}

}  // namespace mayfly::cloudsim
