#include "emr_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws_errors.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

struct EmrActionRow {
  std::string_view name;
  EmrAction run;
};

constexpr EmrActionRow kEmrActions[] = {
    {"RunJobFlow", run_job_flow},
    {"DescribeCluster", describe_cluster},
    {"ListClusters", list_clusters},
    {"ListInstances", list_instances},
    {"ListInstanceGroups", list_instance_groups},
    {"ListBootstrapActions", list_bootstrap_actions},
    {"ListSupportedInstanceTypes", list_supported_instance_types},
    {"TerminateJobFlows", terminate_job_flows},
    {"SetTerminationProtection", set_termination_protection},
    {"PutAutoTerminationPolicy", put_auto_termination_policy},
    {"GetAutoTerminationPolicy", get_auto_termination_policy},
    {"RemoveAutoTerminationPolicy", remove_auto_termination_policy},
};
constexpr std::string_view kEmrPrefix = "ElasticMapReduce.";

// What the launch will be refused or ended for, as far as its call says it.
std::string node_type_of(const json::object& members) {
  const json::object& instances = object_of(members, "Instances");
  for (const json::value& group : array_of(instances, "InstanceGroups")) {
    if (group.is_object()) return text_of(group.get_object(), "InstanceType");
  }
  return text_of(instances, "MasterInstanceType");
}

}  // namespace

EmrAction find_emr_action(std::string_view target) {
  if (!target.starts_with(kEmrPrefix)) return nullptr;
  const auto* found =
      std::ranges::find(kEmrActions, target.substr(kEmrPrefix.size()), &EmrActionRow::name);
  return found == std::end(kEmrActions) ? nullptr : found->run;
}

sim::CallSite emr_site(const EmrCall& call) {
  sim::CallSite site{
      .cloud = "emr", .account = call.account, .region = call.region, .operation = call.operation};
  if (call.operation == "RunJobFlow") {
    site.instance_type = node_type_of(call.members);
    site.machines = 1;
  }
  return site;
}

// The newer operations have one error with a code in it, the older ones one for each.
http::Response emr_refusal(const sim::CloudError& error, const std::string& request_id) {
  http::Response response = aws_refusal("elasticmapreduce", error, request_id);
  if (error.code == "NoSuchCluster") {
    response.body = json::print(json::object{{"__type", "InvalidRequestException"},
                                             {"ErrorCode", error.code},
                                             {"Message", error.message}});
  }
  return response;
}

std::string text_of(const json::object& members, std::string_view name) {
  const json::value* found = members.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string{};
}

bool flag_of(const json::object& members, std::string_view name) {
  const json::value* found = members.if_contains(name);
  return found && found->is_bool() && found->get_bool();
}

std::optional<std::int64_t> whole_number_of(const json::object& members, std::string_view name) {
  const json::value* found = members.if_contains(name);
  if (!found || !found->is_number()) return std::nullopt;
  if (const std::int64_t* whole = found->if_int64()) return *whole;
  if (const double* real = found->if_double(); real && *real > -1e15 && *real < 1e15)
    return static_cast<std::int64_t>(*real);
  return std::nullopt;
}

std::vector<std::string> texts_of(const json::object& members, std::string_view name) {
  std::vector<std::string> texts;
  for (const json::value& each : array_of(members, name)) {
    if (each.is_string()) texts.emplace_back(each.get_string());
  }
  return texts;
}

const json::object& object_of(const json::object& members, std::string_view name) {
  static const json::object kNone;
  const json::value* found = members.if_contains(name);
  return found && found->is_object() ? found->get_object() : kNone;
}

const json::array& array_of(const json::object& members, std::string_view name) {
  static const json::array kNone;
  const json::value* found = members.if_contains(name);
  return found && found->is_array() ? found->get_array() : kNone;
}

std::unexpected<sim::CloudError> emr_invalid(std::string message) {
  return sim::refuse(400, "ValidationException", std::move(message));
}

sim::Outcome<sim::Machine*> cluster_named_by(Emr& emr, const EmrCall& call) {
  return sim::emr::describe(emr.world, emr_site(call), text_of(call.members, "ClusterId"));
}

std::int64_t epoch_seconds(const Emr& emr, Time moment) {
  return std::chrono::floor<std::chrono::seconds>(emr.world.stated(moment))
      .time_since_epoch()
      .count();
}

std::string cluster_arn(const sim::Machine& cluster) {
  return fmt::format("arn:aws:elasticmapreduce:{}:{}:cluster/{}", cluster.region, cluster.account,
                     cluster.id);
}

EmrPage emr_page(const EmrCall& call, std::size_t total, std::size_t per_page,
                 json::object& answer) {
  const std::string marker = text_of(call.members, "Marker");
  EmrPage page;
  std::from_chars(marker.data(), marker.data() + marker.size(), page.begin);
  page.begin = std::min(page.begin, total);
  page.end = std::min(total, page.begin + per_page);
  if (page.end < total) answer["Marker"] = std::to_string(page.end);
  return page;
}

}  // namespace mayfly::cloudsim
