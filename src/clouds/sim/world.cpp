#include "clouds/sim/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/operations.h"
#include "core/assert.h"

namespace mayfly::sim {
namespace {

// Between two phantom absences of one machine, so that absence stays the exception.
constexpr Duration kPhantomRest = 10min;

CallSite launch_site(const Machine& machine) {
  return {.cloud = machine.cloud,
          .account = machine.account,
          .region = machine.region,
          .operation = machine.cloud == "aws"   ? "RunInstances"
                       : machine.cloud == "emr" ? "RunJobFlow"
                                                : "create droplets",
          .instance_type = machine.instance_type,
          .zone = machine.zone};
}

std::string dotted(std::uint32_t first, std::uint32_t number) {
  return fmt::format("{}.{}.{}.{}", first, (number >> 16) & 255, (number >> 8) & 255, number & 255);
}

std::string capacity_key(const std::string& region, const std::string& zone,
                         const std::string& type) {
  return region + '/' + zone + '/' + type;
}

}  // namespace

World::World(const Clock& clock, std::uint64_t seed, WorldSettings settings)
    : clock_(clock), random_(seed), settings_(std::move(settings)), now_(clock.now()) {}

void World::settle() {
  const Time now = clock_.now();
  while (!agenda_.empty() && agenda_.begin()->first <= now) {
    auto due = agenda_.extract(agenda_.begin());
    now_ = std::max(now_, due.key());
    due.mapped()();
  }
  now_ = std::max(now_, now);
}

void World::at(Time when, Task effect) {
  agenda_.emplace(std::max(when, now_), std::move(effect));
}

Duration World::pick(Span span) {
  ASSERT(span.longest >= span.shortest);
  const auto width = static_cast<std::uint64_t>((span.longest - span.shortest).count()) + 1;
  return span.shortest + Duration{static_cast<std::int64_t>(random_.below(width))};
}

void World::heal() {
  settle();
  set_faults({});
  revoked_.clear();
  partitions_.clear();
  for (auto& [place, machines] : listed_) {
    for (Machine* machine : machines) {
      if (machine->stopped_from > now_) machine->stopped_from = kNever;
      if (machine->ending_from > now_) machine->ending_from = machine->ended = kNever;
      if (!machine->cluster || machine->ending_from <= now_) continue;
      machine->cluster->fails_from = kNever;
      plan_end(*machine);
    }
  }
}

void World::set_capacity(const std::string& region, const std::string& zone,
                         const std::string& instance_type, std::optional<int> machines) {
  const std::string key = capacity_key(region, zone, instance_type);
  if (machines)
    capacity_[key] = *machines;
  else
    capacity_.erase(key);
}

bool World::has_capacity(const std::string& region, const std::string& zone,
                         const std::string& instance_type, int machines) const {
  const std::string key = capacity_key(region, zone, instance_type);
  if (const auto until = exhausted_.find(key); until != exhausted_.end() && now_ < until->second)
    return false;
  const auto limit = capacity_.find(key);
  if (limit == capacity_.end()) return true;
  int living = 0;
  for (const auto& [place, listed] : listed_) {
    for (const Machine* machine : listed) {
      const bool counts = machine->alive_at(now_) && machine->region == region &&
                          machine->zone == zone && machine->instance_type == instance_type;
      if (counts) living += machine->cluster ? machine->cluster->nodes() : 1;
    }
  }
  return living + machines <= limit->second;
}

void World::exhaust(const std::string& region, const std::string& zone,
                    const std::string& instance_type, Time until) {
  exhausted_[capacity_key(region, zone, instance_type)] = until;
}

void World::revoke(const std::string& account, Time until) {
  revoked_[account] = until;
}

const World::Token* World::token(const std::string& account, const std::string& region,
                                 const std::string& token) const {
  const auto found = tokens_.find(account + '/' + region + '/' + token);
  return found == tokens_.end() ? nullptr : &found->second;
}

void World::remember_token(const std::string& account, const std::string& region,
                           const std::string& token, Token used) {
  tokens_.emplace(account + '/' + region + '/' + token, std::move(used));
}

std::string World::new_machine_id(const std::string& cloud) {
  if (cloud == "aws") return fmt::format("i-0{:016x}", random_.next());
  if (cloud != "emr") return std::to_string(next_droplet_++);
  std::string id = "j-";
  for (std::uint64_t rest = random_.next(); id.size() < 15; rest /= 36)
    id += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 36];
  return id;
}

Machine& World::create(Machine machine) {
  const CallSite site = launch_site(machine);
  const bool droplet = machine.cloud == "digitalocean";
  machine.id = new_machine_id(machine.cloud);
  machine.gpu = droplet && machine.instance_type.starts_with("gpu-");
  machine.created = now_;
  machine.visible_from = now_ + pick(settings_.visibility);
  if (const auto longest = faults_.draw(FaultKind::slow_visibility, site)) {
    machine.visible_from = now_ + pick_up_to(*longest);
  }
  machine.tags_from = droplet ? now_ + pick(settings_.tag_lag) : now_;
  machine.addresses_from = now_ + pick(settings_.address_lag);
  const std::uint32_t address = next_address_++;
  machine.public_ip = dotted(droplet ? 164 : 54, address + 0x010101);
  machine.private_ip = dotted(10, address + 0x000101);
  if (machine.cluster) {
    draw_cluster(machine, site);
  } else {
    draw_boot(machine, site);
    draw_drift(machine, site);
  }
  machine.ours = tags_of_ours(machine);
  Machine& kept = machines_.emplace_back(std::move(machine));
  by_id_.emplace(kept.id, &kept);
  listed_[place_of(kept.cloud, kept.account, kept.region)].push_back(&kept);
  if (witness_.created) witness_.created(kept);
  return kept;
}

void World::draw_boot(Machine& machine, const CallSite& site) {
  const bool aws = machine.cloud == "aws";
  Duration boot = pick(aws ? settings_.instance_boot : settings_.droplet_boot);
  if (const auto longest = faults_.draw(FaultKind::slow_boot, site)) boot += pick_up_to(*longest);
  machine.running_from = now_ + boot;
  if (!faults_.draw(FaultKind::boot_failure, site)) return;
  machine.ending_from = now_ + pick({0s, boot});
  machine.ended = machine.ending_from + 1s;
  machine.end_code = random_.below(2) == 0 ? "Server.InternalError" : "Client.VolumeLimitExceeded";
  machine.end_reason = machine.end_code == "Server.InternalError"
                           ? "Server.InternalError: Internal error on launch"
                           : "Client.VolumeLimitExceeded: Volume limit exceeded";
}

void World::draw_drift(Machine& machine, const CallSite& site) {
  if (machine.ending_from != kNever) return;
  if (const auto longest = faults_.draw(FaultKind::spontaneous_termination, site)) {
    machine.ending_from = machine.running_from + pick_up_to(*longest);
    machine.ended = machine.ending_from + pick(settings_.instance_shutdown);
    machine.end_code = "Client.InstanceInitiatedShutdown";
    machine.end_reason = "Client.InstanceInitiatedShutdown: Instance initiated shutdown";
  } else if (const auto stop = faults_.draw(FaultKind::spontaneous_stop, site)) {
    machine.stopped_from = machine.running_from + pick_up_to(*stop);
    machine.end_code = "Server.ScheduledStop";
    machine.end_reason = "Server.ScheduledStop: Stopped due to a scheduled retirement";
  }
}

void World::end(Machine& machine, std::string code, std::string reason) {
  if (now_ >= machine.ending_from) return;
  if (machine.stopped_from > now_) machine.stopped_from = kNever;
  machine.ending_from = now_;
  machine.ended = now_ + draw_shutdown(machine);
  machine.end_code = std::move(code);
  machine.end_reason = std::move(reason);
  if (machine.foreign) foreign_ended_.push_back(machine.id);
  if (witness_.ending) witness_.ending(machine);
}

Duration World::draw_shutdown(const Machine& machine) {
  if (machine.cluster) return machine.cluster->ends_in;
  return pick(machine.cloud == "aws" ? settings_.instance_shutdown : settings_.droplet_shutdown);
}

void World::stop(Machine& machine) {
  if (now_ >= machine.ending_from) return;
  machine.stopped_from = std::min(machine.stopped_from, std::max(now_, machine.running_from));
  machine.end_code = "Client.InstanceInitiatedShutdown";
  machine.end_reason = "Client.InstanceInitiatedShutdown: Instance initiated shutdown";
}

Machine* World::find(std::string_view cloud, std::string_view id) {
  const auto found = by_id_.find(id);
  return found != by_id_.end() && found->second->cloud == cloud ? found->second : nullptr;
}

World::Place World::place_of(const std::string& cloud, const std::string& account,
                             const std::string& region) const {
  return {cloud, account, cloud == "digitalocean" ? std::string{} : region};
}

bool World::still_shown(const Machine& machine) const {
  if (machine.ended == kNever) return true;
  if (machine.cluster) return now_ < machine.ended + settings_.clusters_shown;
  return now_ <
         (machine.cloud == "aws" ? machine.ended + settings_.terminated_shown : machine.ended);
}

const std::vector<Machine*>& World::listed(const std::string& cloud, const std::string& account,
                                           const std::string& region) {
  std::vector<Machine*>& machines = listed_[place_of(cloud, account, region)];
  std::erase_if(machines, [&](const Machine* machine) { return !still_shown(*machine); });
  return machines;
}

void World::draw_phantom(Machine& machine, const CallSite& site) {
  if (now_ < machine.hidden_until + kPhantomRest) return;
  if (const auto longest = faults_.draw(FaultKind::phantom_not_found, site)) {
    machine.hidden_from = now_;
    machine.hidden_until = now_ + pick_up_to(*longest);
  }
}

Machine& World::add_foreign(const std::string& cloud, const std::string& account,
                            const std::string& region, const std::string& instance_type,
                            std::map<std::string, std::string> tags) {
  settle();
  Machine made{.cloud = cloud,
               .account = account,
               .region = region,
               .zone = cloud == "digitalocean" ? std::string{} : region + "a",
               .name = "not-ours",
               .instance_type = instance_type,
               .tags = std::move(tags),
               .foreign = true};
  if (cloud == "emr") {
    made.cluster.emplace();
    made.cluster->groups.push_back({.id = "ig-0", .name = "master", .role = "MASTER"});
  }
  Machine& machine = create(std::move(made));
  machine.visible_from = machine.running_from = now_;
  machine.stopped_from = machine.ending_from = machine.ended = kNever;
  if (machine.cluster) {
    machine.cluster->bootstrapping_from = machine.cluster->waiting_from = now_;
    machine.cluster->fails_from = kNever;
  }
  return machine;
}

}  // namespace mayfly::sim
