// The books: what ever existed, for how long it was billed and what it cost.
//
// A simulated cloud bills by the seconds that it states, so that whoever reads its answers can know
// the invoice. DigitalOcean: from created_at to the second its destroy action completed, powered
// off or not. EC2: from launchTime to the second it was asked to end, or ended by itself; between
// the second it stopped and its end the disk alone, because its address is one that EC2 lent it and
// took back at the stop (an elastic one would go on). AWS itself begins with the instance when it
// is running, some seconds after launchTime, but tells that moment to nobody; disk and address it
// bills from the launch, too. EMR: all its nodes from CreationDateTime to EndDateTime, although
// they are started some minutes after the one and ended some minutes before the other.
#include <algorithm>
#include <chrono>

#include "clouds/sim/world.h"

namespace mayfly::sim {
namespace {

// As DigitalOcean writes it.
char tag_character(char c) {
  const bool kept =
      (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ':';
  return kept ? c : '-';
}

// EC2 says by a code who ended a machine; at DigitalOcean whoever asked leaves none.
bool went_by_itself(const Machine& machine, Time now) {
  const bool changed = now >= machine.stopped_from || now >= machine.ending_from;
  return changed && !machine.end_code.empty() &&
         machine.end_code != "Client.UserInitiatedShutdown" && machine.end_code != "USER_REQUEST";
}

std::int64_t seconds_begun(Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

}  // namespace

std::string droplet_tag(std::string_view key, std::string_view value) {
  std::string tag = std::string(key) + ':' + std::string(value);
  std::ranges::transform(tag, tag.begin(), tag_character);
  return tag;
}

// Asked for each machine of each listing, so no text is made for it.
bool has_tag(const Machine& machine, std::string_view key, std::string_view value) {
  if (machine.cloud != "digitalocean") {
    return std::ranges::any_of(
        machine.tags, [&](const auto& tag) { return tag.second == value && tag.first == key; });
  }
  const auto same = [](char kept, char wanted) { return kept == tag_character(wanted); };
  return std::ranges::any_of(machine.tags, [&](const auto& tag) {
    const std::string_view text = tag.first;
    return text.size() == key.size() + 1 + value.size() && text[key.size()] == ':' &&
           std::ranges::equal(text.substr(0, key.size()), key, same) &&
           std::ranges::equal(text.substr(key.size() + 1), value, same);
  });
}

Tags tags_of_ours(const Machine& machine) {
  Tags ours;
  const bool texts = machine.cloud == "digitalocean";
  for (const char* key : {tag::kInstallation, tag::kReservation, tag::kAttempt}) {
    const std::string prefix = std::string(key) + ':';
    for (const auto& [text, value] : machine.tags) {
      if (texts && text.starts_with(prefix)) ours[key] = text.substr(prefix.size());
      if (!texts && text == key) ours[key] = value;
    }
  }
  return ours;
}

Time World::stated(Time moment) const {
  const Time wire = settings_.wire_time ? settings_.wire_time(moment) : moment;
  return std::chrono::floor<std::chrono::seconds>(wire);
}

void World::bill(const Machine& machine, LedgerEntry& entry) const {
  entry.billed_from = stated(machine.created);
  if (now_ >= machine.bill_ends()) entry.billed_until = stated(machine.bill_ends());
  const Time now = settings_.wire_time ? settings_.wire_time(now_) : now_;
  const Time until = entry.billed_until.value_or(now);
  const bool stopped = machine.cloud == "aws" && machine.stopped_from <= now_;
  const Time stop = stopped ? std::min(until, stated(machine.stopped_from)) : until;
  const Duration ran = stop - entry.billed_from;
  entry.billed_seconds = seconds_begun(until - entry.billed_from);
  entry.stopped_seconds = seconds_begun(until - stop);
  if (!settings_.price) return;
  std::optional<PriceTerms> terms =
      settings_.price(machine.cloud, machine.region, machine.instance_type);
  if (!terms) return;
  if (terms->disk_gib_month.value > 0) terms->disk_gib = machine.disk_gib;
  if (machine.cluster) {
    terms->disk_gib += machine.cluster->root_gib;
    terms = terms->times(machine.cluster->nodes());
  }
  terms->stopped_bills_disk_only = machine.cloud == "aws";
  entry.billed_seconds = std::max<std::int64_t>(entry.billed_seconds, terms->minimum_seconds);
  entry.exact_cost = terms->exact_cost(ran, until - stop);
  entry.cost = round_half_up(*entry.exact_cost);
}

LedgerEntry World::entry_of(const Machine& machine) const {
  LedgerEntry entry{.cloud = machine.cloud,
                    .region = machine.region,
                    .id = machine.id,
                    .name = machine.name,
                    .instance_type = machine.instance_type,
                    .nodes = machine.cluster ? machine.cluster->nodes() : 0,
                    .tags = machine.tags,
                    .token = machine.token,
                    .created = machine.created,
                    .state = machine.state_at(now_),
                    .by_itself = went_by_itself(machine, now_),
                    .foreign = machine.foreign};
  if (now_ >= machine.ended) entry.ended = machine.ended;
  bill(machine, entry);
  return entry;
}

std::vector<LedgerEntry> World::ledger() {
  settle();
  std::vector<LedgerEntry> entries;
  entries.reserve(machines_.size());
  for (const Machine& machine : machines_) entries.push_back(entry_of(machine));
  return entries;
}

std::vector<LedgerEntry> World::living() {
  settle();
  std::vector<LedgerEntry> entries;
  for (const auto& [place, machines] : listed_) {
    for (const Machine* machine : machines) {
      if (machine->alive_at(now_)) entries.push_back(entry_of(*machine));
    }
  }
  return entries;
}

std::vector<LedgerEntry> World::living_with_tag(std::string_view key, std::string_view value) {
  settle();
  std::vector<LedgerEntry> entries;
  for (const auto& [place, machines] : listed_) {
    for (const Machine* machine : machines) {
      if (machine->alive_at(now_) && has_tag(*machine, key, value))
        entries.push_back(entry_of(*machine));
    }
  }
  return entries;
}

}  // namespace mayfly::sim
