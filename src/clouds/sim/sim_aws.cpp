#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "clouds/classify.h"
#include "clouds/sim/ec2.h"
#include "clouds/sim/geography.h"
#include "clouds/sim/sim_call.h"
#include "clouds/sim/sim_cloud.h"

namespace mayfly::sim {
namespace {

using clouds::Credentials;
using clouds::Identity;
using Terminated = clouds::Cloud::Terminated;
using Ends = std::map<std::string, Time>;

Instance instance_of(const World& world, const Machine& machine) {
  const Time now = world.now();
  const InstanceState state = machine.state_at(now);
  const bool addressed = now >= machine.addresses_from && state != InstanceState::terminated;
  const std::optional<Time> since = machine.state_since_at(now);
  return {.id = machine.id,
          .name = machine.name,
          .region = machine.region,
          .zone = machine.zone,
          .instance_type = machine.instance_type,
          .state = state,
          .public_ip = addressed && state != InstanceState::stopped ? machine.public_ip : "",
          .private_ip = addressed ? machine.private_ip : "",
          .launched_at = world.stated(machine.created),
          .state_since = since ? std::optional(world.stated(*since)) : std::nullopt,
          .state_reason = state >= InstanceState::stopping ? machine.end_reason : "",
          .tags = machine.ours};
}

auto classifier(std::string operation) {
  return [operation = std::move(operation)](const CloudError& error) {
    if (error.status == 0) return no_answer(operation, error);
    CloudFailure failure = clouds::classify_aws(operation, error.code, error.status, error.message);
    if (error.retry_after) failure.retry_after = error.retry_after;
    return failure;
  };
}

// Everything that makes one request differ from another, as the driver's bytes would.
std::string parameters_of(const clouds::LaunchSpec& spec) {
  std::string text =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", spec.region, spec.instance_type, spec.target.zone,
                  spec.target.subnet, spec.target.security_group, spec.target.image,
                  spec.target.root_device, spec.disk_gib, spec.user_data);
  for (const std::string& name : spec.names) text += '|' + name;
  for (const auto& [key, value] : spec.tags) text += '|' + key + '=' + value;
  return text;
}

// TerminateInstances as the driver uses it: ids that EC2 does not know are left out and the rest is
// asked for again; protection is taken off; one machine that cannot be ended does not keep the
// others alive.
class Termination {
 public:
  Termination(World& world, std::string account, std::string region)
      : world_(world), account_(std::move(account)), region_(std::move(region)) {}

  Outcome<Terminated> end(const std::vector<std::string>& ids) {
    end_batch(ids);
    if (failure_) return std::unexpected(*failure_);
    return result_;
  }

 private:
  void end_batch(std::vector<std::string> ids) {
    while (!ids.empty()) {
      const auto answer = ec2::terminate(world_, account_, region_, ids);
      if (answer) return;
      const CloudError& error = answer.error();
      if (error.code == "InvalidInstanceID.NotFound") {
        leave_out(ids, ec2::ids_in(error.message));
      } else if (error.code == "OperationNotPermitted") {
        for (const std::string& id : ec2::ids_in(error.message)) {
          if (!unprotect(id)) leave_out(ids, {id});
        }
      } else if (error.code == "IncorrectInstanceState" && ids.size() > 1) {
        for (const std::string& id : ids) end_batch({id});
        return;
      } else {
        failure_ = error;
        return;
      }
    }
  }

  void leave_out(std::vector<std::string>& ids, const std::vector<std::string>& unknown) {
    for (const std::string& id : unknown) {
      std::erase(ids, id);
      result_.not_found.push_back(id);
    }
  }

  bool unprotect(const std::string& id) {
    return ec2::set_terminate_protection(world_, account_, region_, id, false).has_value();
  }

  World& world_;
  std::string account_;
  std::string region_;
  Terminated result_;
  std::optional<CloudError> failure_;
};

class SimAws final : public clouds::Cloud {
 public:
  explicit SimAws(World& world) : world_(world) {}

  std::string_view name() const override { return "aws"; }
  const CloudTraits& traits() const override {
    static constexpr CloudTraits kTraits{.idempotent_launch = true,
                                         .machines_per_launch = 100,
                                         .lists_all_regions = false,
                                         .shows_terminated = true};
    return kTraits;
  }

  const clouds::RateLimits& limits() const override {
    return world_.settings().throttling ? clouds::aws_limits() : clouds::no_limits();
  }

  void check(const Credentials& credentials, Loop& loop,
             Done<CloudResult<Identity>> done) override {
    const std::string account = account_of("aws", credentials);
    auto effect = [account]() -> Outcome<Identity> {
      return Identity{.account = account,
                      .name = "arn:aws:iam::" + account + ":user/mayfly",
                      .regions = regions_of("aws")};
    };
    call<Identity>(world_, site(account, credentials.region, "GetCallerIdentity"), loop,
                   std::move(effect), classifier("GetCallerIdentity"), std::move(done));
  }

  void prepare(const Credentials& credentials, clouds::PrepareSpec spec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override {
    const std::string account = account_of("aws", credentials);
    const CallSite where = site(account, spec.region, "DescribeSubnets");
    auto effect = [&world = world_, account, spec = std::move(spec)] {
      return targets(world, account, spec);
    };
    call<std::vector<LaunchTarget>>(world_, where, loop, std::move(effect),
                                    classifier("DescribeSubnets"), std::move(done));
  }

  void launch(const Credentials& credentials, clouds::LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override {
    const std::string account = account_of("aws", credentials);
    CallSite where = site(account, spec.region, "RunInstances");
    where.instance_type = spec.instance_type;
    where.zone = spec.target.zone;
    where.machines = static_cast<int>(spec.names.size());
    auto effect = [&world = world_, account, spec = std::move(spec)] {
      return launch_now(world, account, spec);
    };
    call<std::vector<Instance>>(world_, where, loop, std::move(effect), classifier("RunInstances"),
                                std::move(done));
  }

  void look_up(const Credentials& credentials, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override {
    describe(credentials, what.region, std::move(what.tags), loop, std::move(done));
  }

  void list(const Credentials& credentials, std::string region, std::string installation,
            Loop& loop, Done<CloudResult<std::vector<Instance>>> done) override {
    describe(credentials, region, {{tag::kInstallation, std::move(installation)}}, loop,
             std::move(done));
  }

  void terminate(const Credentials& credentials, std::string region, std::vector<std::string> ids,
                 Loop& loop, Done<CloudResult<Terminated>> done) override {
    const std::string account = account_of("aws", credentials);
    CallSite where = site(account, region, "TerminateInstances");
    where.machines = static_cast<int>(ids.size());
    auto effect = [&world = world_, account, region, ids = std::move(ids)] {
      return Termination(world, account, region).end(ids);
    };
    call<Terminated>(world_, where, loop, std::move(effect), classifier("TerminateInstances"),
                     std::move(done));
  }

  // EC2 forgets what ended an hour ago, and when it did.
  void ended(const Credentials& credentials, std::string region, std::vector<std::string> ids,
             Loop& loop, Done<CloudResult<std::map<std::string, Time>>> done) override {
    const std::string account = account_of("aws", credentials);
    const CallSite where = site(account, region, "DescribeInstances");
    auto effect = [&world = world_, account, region,
                   ids = std::set(ids.begin(), ids.end())]() -> Outcome<Ends> {
      Ends ends;
      for (const Machine* machine : ec2::describe(world, account, region)) {
        const bool over = machine->state_at(world.now()) >= InstanceState::shutting_down;
        if (over && ids.contains(machine->id))
          ends[machine->id] = world.stated(machine->ending_from);
      }
      return ends;
    };
    call<Ends>(world_, where, loop, std::move(effect), classifier("DescribeInstances"),
               std::move(done));
  }

 private:
  static CallSite site(const std::string& account, const std::string& region,
                       std::string operation) {
    return {.cloud = "aws",
            .account = account,
            .region = region.empty() ? "us-east-1" : region,
            .operation = std::move(operation)};
  }

  static Outcome<std::vector<LaunchTarget>> targets(World& world, const std::string& account,
                                                    const clouds::PrepareSpec& spec) {
    const Image* image = spec.image.starts_with("ami-")
                             ? find_image(spec.region, spec.image)
                             : find_image(spec.region, spec.image, spec.arch);
    if (!image) {
      return refuse(400, "InvalidAMIID.NotFound",
                    fmt::format("The image id '[{}]' does not exist", spec.image));
    }
    const auto& sold = world.settings().sold;
    if (sold && !sold("aws", spec.region, spec.instance_type)) {
      return refuse(400, "Unsupported",
                    fmt::format("{} is not offered in {}.", spec.instance_type, spec.region));
    }
    std::vector<LaunchTarget> found;
    for (const std::string& zone : zones_of(spec.region)) {
      if (!zone_offers(zone, spec.instance_type)) continue;
      found.push_back({.zone = zone,
                       .subnet = subnet_of(account, zone),
                       .security_group = default_group_of(account, spec.region),
                       .image = image->id,
                       .root_device = image->root_device});
    }
    return found;
  }

  static Outcome<std::vector<Instance>> launch_now(World& world, const std::string& account,
                                                   const clouds::LaunchSpec& spec) {
    const int count = static_cast<int>(spec.names.size());
    const auto machines = ec2::launch(world, account,
                                      {.region = spec.region,
                                       .instance_type = spec.instance_type,
                                       .image = spec.target.image,
                                       .zone = spec.target.zone,
                                       .subnet = spec.target.subnet,
                                       .security_group = spec.target.security_group,
                                       .at_least = count,
                                       .at_most = count,
                                       .token = spec.token,
                                       .parameters = parameters_of(spec),
                                       .disk_gib = spec.disk_gib,
                                       .tags = spec.tags});
    if (!machines) return std::unexpected(machines.error());
    std::vector<Instance> instances;
    for (Machine* machine : *machines) {
      // One call has one set of tags; which machine has which name is settled by launch order.
      machine->name = spec.names[static_cast<std::size_t>(machine->launch_index)];
      instances.push_back(instance_of(world, *machine));
    }
    return instances;
  }

  void describe(const Credentials& credentials, const std::string& region,
                std::map<std::string, std::string> tags, Loop& loop,
                Done<CloudResult<std::vector<Instance>>> done) {
    const std::string account = account_of("aws", credentials);
    auto effect = [&world = world_, account, region,
                   tags = std::move(tags)]() -> Outcome<std::vector<Instance>> {
      std::vector<Instance> instances;
      for (const Machine* machine : ec2::describe(world, account, region)) {
        const bool matches = std::ranges::all_of(tags, [&](const auto& wanted) {
          return has_tag(*machine, wanted.first, wanted.second);
        });
        if (matches) instances.push_back(instance_of(world, *machine));
      }
      return instances;
    };
    call<std::vector<Instance>>(world_, site(account, region, "DescribeInstances"), loop,
                                std::move(effect), classifier("DescribeInstances"),
                                std::move(done));
  }

  World& world_;
};

}  // namespace

std::unique_ptr<clouds::Cloud> make_sim_aws(World& world) {
  return std::make_unique<SimAws>(world);
}

}  // namespace mayfly::sim
