#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "clouds/classify.h"
#include "clouds/sim/emr.h"
#include "clouds/sim/geography.h"
#include "clouds/sim/sim_call.h"
#include "clouds/sim/sim_cloud.h"
#include "core/assert.h"
#include "model/clouds.h"

namespace mayfly::sim {
namespace {

using clouds::Credentials;
using clouds::Identity;
using ClustersTerminated = clouds::Cloud::Terminated;
using ClusterEnds = std::map<std::string, Time>;

// The driver leaves clusters out of its listings an hour after their end, as EC2 does machines.
constexpr Duration kEndedClustersShown = 1h;
constexpr Duration kClusterPollMin = 20s;

auto emr_classifier(std::string operation) {
  return [operation = std::move(operation)](const CloudError& error) {
    if (error.status == 0) return no_answer(operation, error);
    CloudFailure failure = clouds::classify_emr(operation, error.code, error.status, error.message);
    if (error.retry_after) failure.retry_after = error.retry_after;
    return failure;
  };
}

Instance cluster_instance(const World& world, const Machine& machine) {
  const Time now = world.now();
  Instance instance{.id = machine.id,
                    .name = machine.name,
                    .region = machine.region,
                    .zone = machine.zone,
                    .instance_type = machine.instance_type,
                    .state = machine.state_at(now),
                    .dns_name = emr::master_dns(machine, now),
                    .launched_at = world.stated(machine.created),
                    .tags = machine.ours};
  if (instance.state == InstanceState::pending)
    instance.state_reason = emr::state_name(machine, now);
  if (instance.state < InstanceState::stopping) return instance;
  clouds::ClusterEnd end =
      clouds::classify_emr_end(emr::reason_code(machine, now), machine.end_reason);
  instance.state_reason = std::move(end.reason);
  instance.ended_means = end.means;
  if (const auto since = machine.state_since_at(now)) instance.state_since = world.stated(*since);
  return instance;
}

emr::Launch job_flow_of(const clouds::LaunchSpec& spec) {
  const ClusterSpec& wanted = *spec.cluster;
  Cluster cluster{.release = wanted.release,
                  .applications = wanted.applications,
                  .groups = {{.id = {}, .name = "master", .role = "MASTER"}},
                  .key_pair = spec.target.key_pair,
                  .log_uri = wanted.log_uri,
                  .service_role = emr::kServiceRole,
                  .instance_profile = emr::kInstanceProfile,
                  .master_groups = {},
                  .root_gib = kClusterRootGib,
                  .idle_timeout = wanted.idle_timeout,
                  .fail_code = {},
                  .fail_reason = {}};
  if (wanted.nodes > 1) {
    cluster.groups.push_back({.id = {},
                              .name = "core",
                              .role = "CORE",
                              .nodes = wanted.nodes - 1,
                              .spot = wanted.spot_workers});
  }
  return {.region = spec.region,
          .name = spec.names.front(),
          .instance_type = spec.instance_type,
          .zone = spec.target.zone,
          .subnet = spec.target.subnet,
          .disk_gib = spec.disk_gib,
          .tags = spec.tags,
          .cluster = std::move(cluster)};
}

// TerminateJobFlows as the driver uses it: protection is taken off, and when one id spoils the call
// each is asked for by itself.
Outcome<ClustersTerminated> end_clusters(World& world, const std::string& account,
                                         const std::string& region,
                                         const std::vector<std::string>& ids) {
  ClustersTerminated result;
  if (ids.empty()) return result;
  const auto end = [&](const std::vector<std::string>& some) -> Outcome<void> {
    auto ended = emr::terminate(world, account, region, some);
    if (ended || !ended.error().message.contains("termination protected")) return ended;
    const auto open = emr::set_termination_protection(world, account, region, some, false);
    return open ? emr::terminate(world, account, region, some) : open;
  };
  const Outcome<void> all = end(ids);
  if (all) return result;
  if (all.error().status >= 500) return std::unexpected(all.error());
  std::optional<CloudError> failure;
  for (const std::string& id : ids) {
    const Outcome<void> one = end({id});
    if (one) continue;
    if (one.error().code == "ValidationException")
      result.not_found.push_back(id);
    else
      failure = one.error();
  }
  if (failure) return std::unexpected(*failure);
  return result;
}

class SimEmr final : public clouds::Cloud {
 public:
  explicit SimEmr(World& world) : world_(world) {}

  std::string_view name() const override { return kEmr; }
  const CloudTraits& traits() const override {
    static constexpr CloudTraits kTraits{.idempotent_launch = false,
                                         .machines_per_launch = 1,
                                         .lists_all_regions = false,
                                         .shows_terminated = true,
                                         .boot_patience = 3,
                                         .poll_min = kClusterPollMin};
    return kTraits;
  }

  const clouds::RateLimits& limits() const override {
    return world_.settings().throttling ? clouds::emr_limits() : clouds::no_limits();
  }

  void check(const Credentials& credentials, Loop& loop,
             Done<CloudResult<Identity>> done) override {
    const std::string account = account_of(kEmr, credentials);
    auto effect = [account]() -> Outcome<Identity> {
      return Identity{.account = account,
                      .name = "arn:aws:iam::" + account + ":user/mayfly",
                      .regions = regions_of(kEmr)};
    };
    call<Identity>(world_, site(account, credentials.region, "ListClusters"), loop,
                   std::move(effect), emr_classifier("ListClusters"), std::move(done));
  }

  // EC2 is asked where the nodes could be.
  void prepare(const Credentials& credentials, clouds::PrepareSpec spec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override {
    ASSERT(spec.cluster.has_value());
    const std::string account = account_of(kEmr, credentials);
    CallSite where = site(account, spec.region, "DescribeSubnets");
    where.cloud = "aws";
    auto effect = [&world = world_, account, spec = std::move(spec)] {
      return targets(world, account, spec);
    };
    call<std::vector<LaunchTarget>>(world_, where, loop, std::move(effect),
                                    emr_classifier("DescribeSubnets"), std::move(done));
  }

  void launch(const Credentials& credentials, clouds::LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override {
    ASSERT(spec.cluster && spec.names.size() == 1);
    const std::string account = account_of(kEmr, credentials);
    CallSite where = site(account, spec.region, "RunJobFlow");
    where.instance_type = spec.instance_type;
    where.zone = spec.target.zone;
    where.machines = 1;
    auto effect = [&world = world_, account,
                   spec = std::move(spec)]() -> Outcome<std::vector<Instance>> {
      const auto started = emr::run_job_flow(world, account, job_flow_of(spec));
      if (!started) return std::unexpected(started.error());
      Instance instance = cluster_instance(world, **started);
      instance.launched_at = Time{};  // EMR's answer has no moment in it
      return std::vector{std::move(instance)};
    };
    call<std::vector<Instance>>(world_, where, loop, std::move(effect),
                                emr_classifier("RunJobFlow"), std::move(done));
  }

  // By name, which is there from the first moment, or by tags.
  void look_up(const Credentials& credentials, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override {
    const std::string account = account_of(kEmr, credentials);
    const CallSite where = site(account, what.region, "ListClusters");
    auto effect = [&world = world_, account,
                   what = std::move(what)]() -> Outcome<std::vector<Instance>> {
      std::vector<Instance> instances;
      for (const Machine* machine : emr::list(world, account, what.region)) {
        const bool forgotten =
            machine->ended != kNever && world.now() >= machine->ended + kEndedClustersShown;
        if (!forgotten && matches(*machine, what))
          instances.push_back(cluster_instance(world, *machine));
      }
      return instances;
    };
    call<std::vector<Instance>>(world_, where, loop, std::move(effect),
                                emr_classifier("ListClusters"), std::move(done));
  }

  void list(const Credentials& credentials, std::string region, std::string installation,
            Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override {
    look_up(credentials,
            {.region = std::move(region),
             .tags = {{tag::kInstallation, std::move(installation)}},
             .names = {}},
            loop, std::move(done));
  }

  void terminate(const Credentials& credentials, std::string region, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<ClustersTerminated>> done) override {
    const std::string account = account_of(kEmr, credentials);
    CallSite where = site(account, region, "TerminateJobFlows");
    where.machines = static_cast<int>(ids.size());
    auto effect = [&world = world_, account, region, ids = std::move(ids)] {
      return end_clusters(world, account, region, ids);
    };
    call<ClustersTerminated>(world_, where, loop, std::move(effect),
                             emr_classifier("TerminateJobFlows"), std::move(done));
  }

  // Each is described; EMR remembers for two months.
  void ended(const Credentials& credentials, std::string region, std::vector<std::string> ids,
             Loop& loop, Done<CloudResult<std::map<std::string, Time>>> done) override {
    const std::string account = account_of(kEmr, credentials);
    const CallSite where = site(account, region, "DescribeCluster");
    auto effect = [&world = world_, where, ids = std::move(ids)]() -> Outcome<ClusterEnds> {
      ClusterEnds ends;
      for (const std::string& id : ids) {
        const auto cluster = emr::describe(world, where, id);
        if (!cluster) continue;
        const auto since = (*cluster)->state_since_at(world.now());
        if (since) ends[id] = world.stated(*since);
      }
      return ends;
    };
    call<ClusterEnds>(world_, where, loop, std::move(effect), emr_classifier("DescribeCluster"),
                      std::move(done));
  }

 private:
  static CallSite site(const std::string& account, const std::string& region,
                       std::string operation) {
    return {.cloud = std::string(kEmr),
            .account = account,
            .region = region.empty() ? "us-east-1" : region,
            .operation = std::move(operation)};
  }

  static bool matches(const Machine& machine, const LookUp& what) {
    if (std::ranges::find(what.names, machine.name) != what.names.end()) return true;
    return !what.tags.empty() && std::ranges::all_of(what.tags, [&](const auto& wanted) {
      return has_tag(machine, wanted.first, wanted.second);
    });
  }

  static Outcome<std::vector<LaunchTarget>> targets(World& world, const std::string& account,
                                                    const clouds::PrepareSpec& spec) {
    const auto& sold = world.settings().sold;
    if (sold && !sold("aws", spec.region, spec.instance_type)) {
      return refuse(400, "Unsupported",
                    fmt::format("{} is not offered in {}.", spec.instance_type, spec.region));
    }
    std::vector<LaunchTarget> found;
    for (const std::string& zone : zones_of(spec.region)) {
      const std::string subnet = subnet_of(account, zone);
      const bool wanted = spec.cluster->subnet.empty() || spec.cluster->subnet == subnet;
      if (wanted && zone_offers(zone, spec.instance_type))
        found.push_back({.zone = zone, .subnet = subnet, .key_pair = "mayfly"});
    }
    if (found.empty()) {
      return refuse(400, "InvalidSubnetID.NotFound",
                    fmt::format("The subnet ID '{}' does not exist", spec.cluster->subnet));
    }
    return found;
  }

  World& world_;
};

}  // namespace

std::unique_ptr<clouds::Cloud> make_sim_emr(World& world) {
  return std::make_unique<SimEmr>(world);
}

}  // namespace mayfly::sim
