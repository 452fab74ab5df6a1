// Clusters as EMR tells of them, and what can be done to one that runs.
#include <fmt/format.h>

#include <algorithm>

#include "emr_actions.h"
#include "emr_applications.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using sim::Machine;
using sim::Outcome;

constexpr std::size_t kClustersPerPage = 50;
constexpr std::size_t kTerminatedAtOnce = 10;

std::string_view message_of(std::string_view state, const Machine& cluster) {
  if (state == "STARTING") return "Configuring cluster software";
  if (state == "BOOTSTRAPPING") return "Running bootstrap actions";
  if (state == "RUNNING") return "Running step";
  if (state == "WAITING") return "Cluster ready to run steps.";
  return cluster.end_reason;
}

// Told for what AWS counts as its own or the customer's fault, not for ends that were wished for.
json::array error_details(const Machine& cluster) {
  if (cluster.end_reason.starts_with("EC2 is out of capacity")) {
    return {{{"ErrorCode", "INTERNAL_ERROR_EC2_INSUFFICIENT_CAPACITY_AZ"},
             {"ErrorData", json::array{{{"instance-type", cluster.instance_type}},
                                       {{"availability-zone", cluster.zone}}}},
             {"ErrorMessage", cluster.end_reason}}};
  }
  return {};
}

json::object status_of(const Emr& emr, const Machine& cluster) {
  const Time now = emr.world.now();
  const std::string state(sim::emr::state_name(cluster, now));
  json::object reason{{"Message", std::string(message_of(state, cluster))}};
  if (const auto code = sim::emr::reason_code(cluster, now); !code.empty())
    reason["Code"] = std::string(code);
  json::object timeline{{"CreationDateTime", epoch_seconds(emr, cluster.created)}};
  if (const auto ready = sim::emr::ready_at(cluster, now))
    timeline["ReadyDateTime"] = epoch_seconds(emr, *ready);
  if (now >= cluster.ended) timeline["EndDateTime"] = epoch_seconds(emr, cluster.ended);
  json::object status{{"State", state},
                      {"StateChangeReason", std::move(reason)},
                      {"Timeline", std::move(timeline)}};
  if (state == "TERMINATED_WITH_ERRORS") status["ErrorDetails"] = error_details(cluster);
  return status;
}

json::object ec2_attributes(const Machine& cluster) {
  json::object attributes{{"Ec2SubnetId", cluster.subnet},
                          {"RequestedEc2SubnetIds", json::array{cluster.subnet}},
                          {"Ec2AvailabilityZone", cluster.zone},
                          {"RequestedEc2AvailabilityZones", json::array{}},
                          {"IamInstanceProfile", cluster.cluster->instance_profile},
                          {"EmrManagedMasterSecurityGroup", cluster.security_group}};
  if (!cluster.cluster->key_pair.empty()) attributes["Ec2KeyName"] = cluster.cluster->key_pair;
  json::array groups;
  for (const std::string& group : cluster.cluster->master_groups) groups.emplace_back(group);
  attributes["AdditionalMasterSecurityGroups"] = std::move(groups);
  return attributes;
}

json::object cluster_json(const Emr& emr, const Machine& cluster) {
  const sim::Cluster& facts = *cluster.cluster;
  json::array applications;
  for (const std::string& name : facts.applications)
    applications.push_back({{"Name", name}, {"Version", application_version(name)}});
  json::array tags;
  for (const auto& [key, value] : cluster.tags) tags.push_back({{"Key", key}, {"Value", value}});
  json::object described{{"Id", cluster.id},
                         {"Name", cluster.name},
                         {"Status", status_of(emr, cluster)},
                         {"Ec2InstanceAttributes", ec2_attributes(cluster)},
                         {"InstanceCollectionType", "INSTANCE_GROUP"},
                         {"ReleaseLabel", facts.release},
                         {"AutoTerminate", !facts.keep_alive},
                         {"TerminationProtected", cluster.terminate_protected},
                         {"VisibleToAllUsers", true},
                         {"Applications", std::move(applications)},
                         {"Tags", std::move(tags)},
                         {"ServiceRole", facts.service_role},
                         {"Configurations", json::array{}},
                         {"ScaleDownBehavior", "TERMINATE_AT_TASK_COMPLETION"},
                         {"EbsRootVolumeSize", facts.root_gib},
                         {"ClusterArn", cluster_arn(cluster)},
                         {"StepConcurrencyLevel", 1}};
  if (!facts.log_uri.empty()) described["LogUri"] = facts.log_uri;
  if (std::string dns = sim::emr::master_dns(cluster, emr.world.now()); !dns.empty())
    described["MasterPublicDnsName"] = std::move(dns);
  return described;
}

// Whether the listing that is asked for has it.
bool is_wanted(const Emr& emr, const EmrCall& call, const std::vector<std::string>& states,
               const Machine& cluster) {
  const std::int64_t created = epoch_seconds(emr, cluster.created);
  if (created < whole_number_of(call.members, "CreatedAfter").value_or(created)) return false;
  if (created > whole_number_of(call.members, "CreatedBefore").value_or(created)) return false;
  const auto state = sim::emr::state_name(cluster, emr.world.now());
  return states.empty() || std::ranges::find(states, state) != states.end();
}

Outcome<std::string> done(const Outcome<void>& outcome) {
  if (!outcome) return std::unexpected(outcome.error());
  return std::string{};
}

}  // namespace

Outcome<std::string> describe_cluster(Emr& emr, const EmrCall& call) {
  const auto cluster = cluster_named_by(emr, call);
  if (!cluster) return std::unexpected(cluster.error());
  return json::print(json::object{{"Cluster", cluster_json(emr, **cluster)}});
}

// Newest first.
Outcome<std::string> list_clusters(Emr& emr, const EmrCall& call) {
  std::vector<Machine*> clusters = sim::emr::list(emr.world, call.account, call.region);
  const std::vector<std::string> states = texts_of(call.members, "ClusterStates");
  std::erase_if(clusters,
                [&](const Machine* each) { return !is_wanted(emr, call, states, *each); });
  std::ranges::reverse(clusters);
  json::object answer;
  const EmrPage page = emr_page(call, clusters.size(), kClustersPerPage, answer);
  json::array rows;
  for (std::size_t i = page.begin; i < page.end; ++i) {
    rows.push_back({{"Id", clusters[i]->id},
                    {"Name", clusters[i]->name},
                    {"Status", status_of(emr, *clusters[i])},
                    {"ClusterArn", cluster_arn(*clusters[i])}});
  }
  answer["Clusters"] = std::move(rows);
  return json::print(answer);
}

Outcome<std::string> terminate_job_flows(Emr& emr, const EmrCall& call) {
  const std::vector<std::string> ids = texts_of(call.members, "JobFlowIds");
  if (ids.size() > kTerminatedAtOnce)
    return emr_invalid("Size of jobFlowIds must be less than or equal to 10.");
  return done(sim::emr::terminate(emr.world, call.account, call.region, ids));
}

Outcome<std::string> set_termination_protection(Emr& emr, const EmrCall& call) {
  return done(sim::emr::set_termination_protection(emr.world, call.account, call.region,
                                                   texts_of(call.members, "JobFlowIds"),
                                                   flag_of(call.members, "TerminationProtected")));
}

Outcome<std::string> put_auto_termination_policy(Emr& emr, const EmrCall& call) {
  const auto seconds =
      whole_number_of(object_of(call.members, "AutoTerminationPolicy"), "IdleTimeout");
  if (!seconds || *seconds < kIdleMin || *seconds > kIdleMax)
    return emr_invalid("The idle timeout must be between 60 and 604800 seconds.");
  return done(sim::emr::set_idle_timeout(emr.world, call.account, call.region,
                                         text_of(call.members, "ClusterId"),
                                         std::chrono::seconds(*seconds)));
}

Outcome<std::string> get_auto_termination_policy(Emr& emr, const EmrCall& call) {
  const auto cluster = cluster_named_by(emr, call);
  if (!cluster) return std::unexpected(cluster.error());
  const auto& idle_timeout = (*cluster)->cluster->idle_timeout;
  json::object answer;
  if (idle_timeout) {
    answer["AutoTerminationPolicy"] = {
        {"IdleTimeout", std::chrono::duration_cast<std::chrono::seconds>(*idle_timeout).count()}};
  }
  return json::print(answer);
}

Outcome<std::string> remove_auto_termination_policy(Emr& emr, const EmrCall& call) {
  return done(sim::emr::set_idle_timeout(emr.world, call.account, call.region,
                                         text_of(call.members, "ClusterId"), std::nullopt));
}

}  // namespace mayfly::cloudsim
