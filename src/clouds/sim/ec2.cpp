#include "clouds/sim/ec2.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "clouds/sim/geography.h"

namespace mayfly::sim::ec2 {
namespace {

CallSite site_of(const std::string& account, const std::string& region, std::string operation) {
  return {.cloud = "aws", .account = account, .region = region, .operation = std::move(operation)};
}

bool is_instance_id(std::string_view id) {
  return id.starts_with("i-") && (id.size() == 10 || id.size() == 19) &&
         id.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

std::unexpected<CloudError> not_found(const std::vector<std::string>& ids) {
  const std::string list = fmt::format("{}", fmt::join(ids, ", "));
  return refuse(400, "InvalidInstanceID.NotFound",
                ids.size() == 1 ? fmt::format("The instance ID '{}' does not exist", list)
                                : fmt::format("The instance IDs '{}' do not exist", list));
}

// The machines of these ids, or the error for those that are malformed or not to be seen now.
Outcome<std::vector<Machine*>> resolve(World& world, const CallSite& site,
                                       const std::vector<std::string>& ids) {
  std::vector<Machine*> machines;
  std::vector<std::string> unknown;
  std::set<std::string_view> named;
  for (const std::string& id : ids) {
    if (!is_instance_id(id)) {
      return refuse(400, "InvalidInstanceID.Malformed", fmt::format("Invalid id: \"{}\"", id));
    }
    if (!named.insert(id).second) continue;
    Machine* machine = world.find("aws", id);
    const bool ours = machine && machine->account == site.account &&
                      machine->region == site.region &&
                      (machine->alive_at(world.now()) ||
                       world.now() < machine->ended + world.settings().terminated_shown);
    if (ours) world.draw_phantom(*machine, site);
    if (ours && machine->shown_at(world.now()))
      machines.push_back(machine);
    else
      unknown.push_back(id);
  }
  if (!unknown.empty()) return not_found(unknown);
  return machines;
}

// Where a launch goes: its subnet's zone, its own zone, or any.
Outcome<std::string> zone_for(World& world, const std::string& account, const Launch& launch) {
  std::vector<std::string> zones = zones_of(launch.region);
  if (!launch.subnet.empty()) {
    for (const std::string& zone : zones) {
      if (subnet_of(account, zone) == launch.subnet) return zone;
    }
    return refuse(400, "InvalidSubnetID.NotFound",
                  fmt::format("The subnet ID '{}' does not exist", launch.subnet));
  }
  if (launch.zone.empty()) {
    std::erase_if(zones,
                  [&](const auto& zone) { return !zone_offers(zone, launch.instance_type); });
    return zones[world.random().below(zones.size())];
  }
  if (std::ranges::find(zones, launch.zone) != zones.end()) return launch.zone;
  return refuse(400, "InvalidParameterValue",
                fmt::format("Invalid availability zone: [{}]", launch.zone));
}

Outcome<void> check_type_and_image(World& world, const Launch& launch) {
  const Image* image = find_image(launch.region, launch.image);
  if (!launch.image.starts_with("ami-")) {
    return refuse(400, "InvalidAMIID.Malformed", fmt::format("Invalid id: \"{}\"", launch.image));
  }
  if (!image) {
    return refuse(400, "InvalidAMIID.NotFound",
                  fmt::format("The image id '[{}]' does not exist", launch.image));
  }
  if (!world.settings().sold) return {};
  const auto arch = world.settings().sold("aws", launch.region, launch.instance_type);
  if (!arch) {
    return refuse(
        400, "Unsupported",
        fmt::format("The requested configuration is currently not supported. Please check the "
                    "documentation for supported configurations: {} is not offered in {}.",
                    launch.instance_type, launch.region));
  }
  if (*arch != Arch::any && *arch != image->arch) {
    const bool arm = *arch == Arch::arm64;
    return refuse(
        400, "InvalidParameterValue",
        fmt::format("The architecture '{}' of the specified instance type does not match the "
                    "architecture '{}' of the specified AMI.",
                    arm ? "arm64" : "x86_64", arm ? "x86_64" : "arm64"));
  }
  return {};
}

std::unexpected<CloudError> no_capacity(const Launch& launch, const std::string& zone) {
  return refuse(
      500, "InsufficientInstanceCapacity",
      fmt::format("We currently do not have sufficient {} capacity in the Availability Zone you "
                  "requested ({}). Our system will be working on provisioning additional "
                  "capacity. You can currently get {} capacity by not specifying an "
                  "Availability Zone in your request or choosing another one.",
                  launch.instance_type, zone, launch.instance_type));
}

// Zone, quota and capacity, by the world's state and by chance.
Outcome<void> check_room(World& world, const CallSite& site, const Launch& launch) {
  if (!zone_offers(site.zone, launch.instance_type) ||
      world.faults().draw(FaultKind::unsupported_zone, site)) {
    return refuse(
        400, "Unsupported",
        fmt::format("Your requested instance type ({}) is not supported in your requested "
                    "Availability Zone ({}).",
                    launch.instance_type, site.zone));
  }
  if (world.faults().draw(FaultKind::quota, site)) {
    return refuse(
        400, "VcpuLimitExceeded",
        "You have requested more vCPU capacity than your current vCPU limit allows for the "
        "instance bucket that the specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.");
  }
  if (world.faults().draw(FaultKind::capacity, site) ||
      !world.has_capacity(launch.region, site.zone, launch.instance_type, launch.at_least)) {
    return no_capacity(launch, site.zone);
  }
  return {};
}

std::vector<Machine*> start(World& world, const std::string& account, const std::string& zone,
                            const Launch& launch) {
  const auto name = launch.tags.find("Name");
  const std::string reservation = fmt::format("r-0{:016x}", world.random().next());
  std::vector<Machine*> machines;
  for (int i = 0; i < launch.at_most; ++i) {
    machines.push_back(&world.create(
        {.cloud = "aws",
         .account = account,
         .region = launch.region,
         .zone = zone,
         .name = name == launch.tags.end() ? std::string{} : name->second,
         .instance_type = launch.instance_type,
         .image = launch.image,
         .subnet = subnet_of(account, zone),
         .security_group = launch.security_group.empty() ? default_group_of(account, launch.region)
                                                         : launch.security_group,
         .token = launch.token,
         .reservation = reservation,
         .launch_index = i,
         .tags = launch.tags,
         .disk_gib = launch.disk_gib,
         .terminate_protected = launch.terminate_protected}));
  }
  return machines;
}

}  // namespace

Outcome<void> check(World& world, const std::string& account, const Launch& launch) {
  if (launch.at_least < 1 || launch.at_most < launch.at_least || launch.at_most > 1000) {
    return refuse(400, "InvalidParameterValue",
                  fmt::format("Invalid value '{}' for MinCount/MaxCount.", launch.at_least));
  }
  if (const auto checked = check_type_and_image(world, launch); !checked) return checked;
  if (const auto zone = zone_for(world, account, launch); !zone) {
    return std::unexpected(zone.error());
  }
  return {};
}

Outcome<std::vector<Machine*>> launch(World& world, const std::string& account,
                                      const Launch& launch) {
  if (!launch.token.empty()) {
    if (const auto* known = world.token(account, launch.region, launch.token)) {
      if (known->parameters == launch.parameters) return known->machines;
      // Amazon's own words leave open which of the two a token meets in another zone.
      const Machine& first = *known->machines.front();
      if (!launch.zone.empty() && first.zone != launch.zone && world.random().below(2) == 0)
        return known->machines;
      return refuse(400, "IdempotentParameterMismatch",
                    "Arguments on this idempotent request are inconsistent with arguments used in "
                    "previous request(s).");
    }
  }
  if (const auto possible = check(world, account, launch); !possible) {
    return std::unexpected(possible.error());
  }
  const auto zone = zone_for(world, account, launch);
  if (!zone) return std::unexpected(zone.error());
  CallSite site = site_of(account, launch.region, "RunInstances");
  site.instance_type = launch.instance_type;
  site.zone = *zone;
  if (const auto room = check_room(world, site, launch); !room)
    return std::unexpected(room.error());
  std::vector<Machine*> machines = start(world, account, *zone, launch);
  if (!launch.token.empty()) {
    world.remember_token(account, launch.region, launch.token, {launch.parameters, machines});
    if (world.faults().draw(FaultKind::terminated_token, site)) {
      for (Machine* machine : machines)
        world.end(*machine, "Server.InternalError",
                  "Server.InternalError: Internal error on launch");
      return refuse(500, "InternalError", "An internal error has occurred");
    }
  }
  return machines;
}

std::vector<Machine*> describe(World& world, const std::string& account,
                               const std::string& region) {
  const std::vector<Machine*>& listed = world.listed("aws", account, region);
  const CallSite site = site_of(account, region, "DescribeInstances");
  // At most one machine is missing from one answer.
  if (!listed.empty()) world.draw_phantom(*listed[world.random().below(listed.size())], site);
  std::vector<Machine*> shown;
  for (Machine* machine : listed) {
    if (machine->shown_at(world.now())) shown.push_back(machine);
  }
  return shown;
}

Outcome<std::vector<Machine*>> describe_ids(World& world, const std::string& account,
                                            const std::string& region,
                                            const std::vector<std::string>& ids) {
  return resolve(world, site_of(account, region, "DescribeInstances"), ids);
}

Outcome<std::vector<StateChange>> terminate(World& world, const std::string& account,
                                            const std::string& region,
                                            const std::vector<std::string>& ids) {
  const CallSite site = site_of(account, region, "TerminateInstances");
  if (ids.empty()) return refuse(400, "InvalidParameterCombination", "No instances specified");
  const auto machines = resolve(world, site, ids);
  if (!machines) return std::unexpected(machines.error());

  std::set<std::string_view> kept_zones;  // a protected machine keeps its whole zone
  const Machine* kept = nullptr;
  for (Machine* machine : *machines) {
    if (const auto longest = world.faults().draw(FaultKind::delete_refused, site)) {
      machine->refuses_until = world.now() + *longest;
    }
    if (world.now() < machine->refuses_until) {
      return refuse(
          400, "IncorrectInstanceState",
          fmt::format("The instance '{}' is not in a state from which it can be terminated.",
                      machine->id));
    }
    if (machine->terminate_protected) {
      kept_zones.insert(machine->zone);
      kept = machine;
    }
  }

  std::vector<StateChange> changes;
  for (Machine* machine : *machines) {
    if (kept_zones.contains(machine->zone)) continue;
    const InstanceState before = machine->state_at(world.now());
    if (world.faults().draw(FaultKind::delete_accepted_but_stays, site)) {
      changes.push_back({machine->id, before, InstanceState::shutting_down});
      continue;
    }
    world.end(*machine, "Client.UserInitiatedShutdown",
              "Client.UserInitiatedShutdown: User initiated shutdown");
    changes.push_back({machine->id, before, machine->state_at(world.now())});
  }
  if (kept) {
    return refuse(400, "OperationNotPermitted",
                  fmt::format("The instance '{}' may not be terminated. Modify its "
                              "'disableApiTermination' instance attribute and try again.",
                              kept->id));
  }
  return changes;
}

Outcome<void> set_terminate_protection(World& world, const std::string& account,
                                       const std::string& region, const std::string& id, bool on) {
  const auto machines = resolve(world, site_of(account, region, "ModifyInstanceAttribute"), {id});
  if (!machines) return std::unexpected(machines.error());
  machines->front()->terminate_protected = on;
  return {};
}

std::vector<std::string> ids_in(std::string_view message) {
  std::vector<std::string> ids;
  for (std::size_t at = message.find("i-"); at != std::string_view::npos;
       at = message.find("i-", at)) {
    const std::size_t end = message.find_first_not_of("0123456789abcdef", at + 2);
    const std::string_view word =
        message.substr(at, end == std::string_view::npos ? end : end - at);
    if (is_instance_id(word)) ids.emplace_back(word);
    at += word.size();
  }
  return ids;
}

int state_code(InstanceState state) {
  switch (state) {
    case InstanceState::pending:
      return 0;
    case InstanceState::running:
      return 16;
    case InstanceState::shutting_down:
      return 32;
    case InstanceState::terminated:
      return 48;
    case InstanceState::stopping:
      return 64;
    case InstanceState::stopped:
      return 80;
  }
  return 0;
}

std::string_view state_name(InstanceState state) {
  return state == InstanceState::shutting_down ? "shutting-down" : json::enum_name(state);
}

}  // namespace mayfly::sim::ec2
