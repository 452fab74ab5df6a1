// The machines of clusters, and which ones can be.
#include <algorithm>

#include "clouds/sim/emr.h"
#include "emr_actions.h"
#include "instance_xml.h"
#include "json/print.h"
#include "model/cluster.h"

namespace mayfly::cloudsim {
namespace {

using sim::Machine;
using sim::Outcome;

constexpr std::size_t kNodesPerPage = 100;
constexpr std::size_t kTypesPerPage = 100;

// EMR's word for a node's state, which follows its cluster's.
std::string node_state(const Machine& cluster, const Machine& node, Time now) {
  if (node.state_at(now) >= InstanceState::shutting_down) return "TERMINATED";
  if (node.state_at(now) == InstanceState::pending) return "PROVISIONING";
  return now < cluster.running_from ? "BOOTSTRAPPING" : "RUNNING";
}

std::string group_state(std::string_view state) {
  if (state == "STARTING") return "PROVISIONING";
  if (state == "WAITING") return "RUNNING";
  return std::string(state.starts_with("TERMINATED") ? "TERMINATED" : state);
}

json::object timeline_of(const Emr& emr, const Machine& cluster, Time created, Time ended) {
  const Time now = emr.world.now();
  json::object timeline{{"CreationDateTime", epoch_seconds(emr, created)}};
  if (const auto ready = sim::emr::ready_at(cluster, now))
    timeline["ReadyDateTime"] = epoch_seconds(emr, *ready);
  if (now >= ended) timeline["EndDateTime"] = epoch_seconds(emr, ended);
  return timeline;
}

json::object node_json(const Emr& emr, const Machine& cluster, const Machine& node,
                       const sim::NodeGroup& group) {
  const Time now = emr.world.now();
  const std::string state = node_state(cluster, node, now);
  json::object reason;
  if (state == "TERMINATED")
    reason = {{"Code", "CLUSTER_TERMINATED"}, {"Message", "Instance was terminated."}};
  return {{"Id", "ci-" + node.id.substr(3, 13)},
          {"Ec2InstanceId", node.id},
          {"PublicDnsName", public_dns_of(node, now)},
          {"PublicIpAddress", public_ip_of(node, now)},
          {"PrivateDnsName", private_dns_of(node, now)},
          {"PrivateIpAddress", private_ip_of(node, now)},
          {"Status",
           {{"State", state},
            {"StateChangeReason", std::move(reason)},
            {"Timeline", timeline_of(emr, cluster, node.created, node.ending_from)}}},
          {"InstanceGroupId", group.id},
          {"Market", group.spot ? "SPOT" : "ON_DEMAND"},
          {"InstanceType", node.instance_type},
          {"EbsVolumes", json::array{{{"Device", "/dev/sdb"}, {"VolumeId", volume_of(node)}}}}};
}

bool is_among(const std::vector<std::string>& wanted, const std::string& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

Outcome<std::string> list_instances(Emr& emr, const EmrCall& call) {
  const auto found = cluster_named_by(emr, call);
  if (!found) return std::unexpected(found.error());
  const Machine& cluster = **found;
  const std::vector<std::string> roles = texts_of(call.members, "InstanceGroupTypes");
  const std::vector<std::string> states = texts_of(call.members, "InstanceStates");
  const std::string group_id = text_of(call.members, "InstanceGroupId");
  json::array rows;
  for (const Machine& node : sim::emr::nodes_of(emr.world, cluster)) {
    const std::string& role = node.tags.at(sim::emr::kRoleTag);
    const auto group = std::ranges::find(cluster.cluster->groups, role, &sim::NodeGroup::role);
    if (!is_among(roles, role) || (!group_id.empty() && group->id != group_id)) continue;
    if (!is_among(states, node_state(cluster, node, emr.world.now()))) continue;
    rows.push_back(node_json(emr, cluster, node, *group));
  }
  json::object answer;
  const EmrPage page = emr_page(call, rows.size(), kNodesPerPage, answer);
  answer["Instances"] = json::array(rows.begin() + static_cast<std::ptrdiff_t>(page.begin),
                                    rows.begin() + static_cast<std::ptrdiff_t>(page.end));
  return json::print(answer);
}

Outcome<std::string> list_instance_groups(Emr& emr, const EmrCall& call) {
  const auto found = cluster_named_by(emr, call);
  if (!found) return std::unexpected(found.error());
  const Machine& cluster = **found;
  const Time now = emr.world.now();
  const bool runs =
      now >= cluster.cluster->bootstrapping_from && cluster.state_at(now) <= InstanceState::running;
  json::array groups;
  for (const sim::NodeGroup& group : cluster.cluster->groups) {
    const std::string state = group_state(sim::emr::state_name(cluster, now));
    groups.push_back(
        {{"Id", group.id},
         {"Name", group.name},
         {"Market", group.spot ? "SPOT" : "ON_DEMAND"},
         {"InstanceGroupType", group.role},
         {"InstanceType", cluster.instance_type},
         {"RequestedInstanceCount", group.nodes},
         {"RunningInstanceCount", runs ? group.nodes : 0},
         {"Status",
          {{"State", state},
           {"StateChangeReason", {{"Message", ""}}},
           {"Timeline", timeline_of(emr, cluster, cluster.created, cluster.ended)}}},
         {"Configurations", json::array{}},
         {"EbsBlockDevices", json::array{{{"VolumeSpecification",
                                           {{"VolumeType", "gp3"}, {"SizeInGB", cluster.disk_gib}}},
                                          {"Device", "/dev/sdb"}}}},
         {"ShrinkPolicy", json::object{}}});
  }
  return json::print(json::object{{"InstanceGroups", std::move(groups)}});
}

// None is ever given.
Outcome<std::string> list_bootstrap_actions(Emr& emr, const EmrCall& call) {
  const auto found = cluster_named_by(emr, call);
  if (!found) return std::unexpected(found.error());
  return json::print(json::object{{"BootstrapActions", json::array{}}});
}

Outcome<std::string> list_supported_instance_types(Emr& emr, const EmrCall& call) {
  const std::string label = text_of(call.members, "ReleaseLabel");
  const auto release = parse_release(label);
  if (!release) return sim::refuse(400, "InvalidRequestException", "Invalid release: " + label);
  std::vector<const pricing::ListedType*> types = emr.shop.in_region("aws", call.region);
  std::erase_if(types, [&](const pricing::ListedType* type) {
    return !emr.shop.is_node(call.region, type->instance_type, *release);
  });
  json::object answer;
  const EmrPage page = emr_page(call, types.size(), kTypesPerPage, answer);
  json::array rows;
  for (std::size_t i = page.begin; i < page.end; ++i) {
    const pricing::ListedType& type = *types[i];
    rows.push_back(
        {{"Type", type.instance_type},
         {"VCPU", type.vcpus},
         {"MemoryGB", static_cast<double>(type.memory_gib.value) / 1e6},
         {"StorageGB", 0},
         {"NumberOfDisks", 0},
         {"Is64BitsOnly", true},
         {"InstanceFamilyId", type.instance_type.substr(0, type.instance_type.find('.'))},
         {"EbsOptimizedAvailable", true},
         {"EbsOptimizedByDefault", true},
         {"EbsStorageOnly", true},
         {"Architecture", type.arch == Arch::arm64 ? "ARM64" : "X86_64"}});
  }
  answer["SupportedInstanceTypes"] = std::move(rows);
  return json::print(answer);
}

}  // namespace mayfly::cloudsim
