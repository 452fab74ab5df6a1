// EMR's API, JSON 1.1: each action is a function from the call's members to the answer's text, run
// at the moment the call takes effect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws_account.h"
#include "clouds/sim/emr.h"
#include "ec2_actions.h"
#include "http/server.h"
#include "json/value.h"

namespace mayfly::cloudsim {

// EMR starts its nodes at EC2 of the same account.
struct Emr {
  sim::World& world;
  const Shop& shop;
  const AwsAccount& account;
  Ec2& ec2;
};

struct EmrCall {
  std::string operation;  // RunJobFlow
  json::object members;
  std::string account;
  std::string region;
};

// Seconds that an auto-termination policy may wait.
inline constexpr std::int64_t kIdleMin = 60;
inline constexpr std::int64_t kIdleMax = 604'800;

// Empty where the real answer has no body.
using EmrAction = sim::Outcome<std::string> (*)(Emr&, const EmrCall&);

// nullptr: no such action. target: "ElasticMapReduce.RunJobFlow".
EmrAction find_emr_action(std::string_view target);
// For faults and rate limits.
sim::CallSite emr_site(const EmrCall& call);
http::Response emr_refusal(const sim::CloudError& error, const std::string& request_id);

// emr_run_job_flow.cpp
sim::Outcome<std::string> run_job_flow(Emr& emr, const EmrCall& call);
// emr_clusters.cpp
sim::Outcome<std::string> describe_cluster(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> list_clusters(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> terminate_job_flows(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> set_termination_protection(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> put_auto_termination_policy(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> get_auto_termination_policy(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> remove_auto_termination_policy(Emr& emr, const EmrCall& call);
// emr_nodes.cpp
sim::Outcome<std::string> list_instances(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> list_instance_groups(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> list_bootstrap_actions(Emr& emr, const EmrCall& call);
sim::Outcome<std::string> list_supported_instance_types(Emr& emr, const EmrCall& call);

// ---- What calls are made of; absent or of another type: empty, nothing.
std::string text_of(const json::object& members, std::string_view name);
bool flag_of(const json::object& members, std::string_view name);
std::optional<std::int64_t> whole_number_of(const json::object& members, std::string_view name);
std::vector<std::string> texts_of(const json::object& members, std::string_view name);
const json::object& object_of(const json::object& members, std::string_view name);
const json::array& array_of(const json::object& members, std::string_view name);

std::unexpected<sim::CloudError> emr_invalid(std::string message);
sim::Outcome<sim::Machine*> cluster_named_by(Emr& emr, const EmrCall& call);
// Seconds since 1970, as EMR writes moments.
std::int64_t epoch_seconds(const Emr& emr, Time moment);
std::string cluster_arn(const sim::Machine& cluster);

// The page that begins at the call's Marker; the next Marker goes into the answer. Markers are
// positions, so they hold as long as nothing is added in front.
struct EmrPage {
  std::size_t begin = 0;
  std::size_t end = 0;
};
EmrPage emr_page(const EmrCall& call, std::size_t total, std::size_t per_page,
                 json::object& answer);

}  // namespace mayfly::cloudsim
