// The books: what ever existed, for how long it was billed and what it cost.
#include <algorithm>
#include <chrono>

#include "clouds/sim/world.h"

namespace mayfly::sim {
namespace {

bool is_tag_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ':';
}

// What the machine's terms are while EC2 has it stopped: its disk still costs, alone.
PriceTerms disk_only(PriceTerms terms) {
  terms.instance_hour = terms.ipv4_hour = Money{};
  return terms;
}

}  // namespace

std::string droplet_tag(std::string_view key, std::string_view value) {
  std::string tag = std::string(key) + ':' + std::string(value);
  std::ranges::transform(tag, tag.begin(), [](char c) { return is_tag_character(c) ? c : '-'; });
  return tag;
}

bool has_tag(const Machine& machine, std::string_view key, std::string_view value) {
  if (machine.cloud == "digitalocean") return machine.tags.contains(droplet_tag(key, value));
  const auto found = machine.tags.find(std::string(key));
  return found != machine.tags.end() && found->second == value;
}

LedgerEntry World::entry_of(const Machine& machine) const {
  LedgerEntry entry{.cloud = machine.cloud,
                    .region = machine.region,
                    .id = machine.id,
                    .name = machine.name,
                    .instance_type = machine.instance_type,
                    .tags = machine.tags,
                    .token = machine.token,
                    .created = machine.created,
                    .state = machine.state_at(now_),
                    .foreign = machine.foreign};
  if (now_ >= machine.ended) entry.ended = machine.ended;
  const Machine::Billed billed = machine.billed_at(now_);
  if (billed.running <= 0s) return entry;
  entry.billable_from = machine.bill_starts();
  entry.billed_seconds = std::chrono::ceil<std::chrono::seconds>(billed.running).count();
  if (!settings_.price) return entry;
  std::optional<PriceTerms> terms =
      settings_.price(machine.cloud, machine.region, machine.instance_type);
  if (!terms) return entry;
  if (terms->disk_gib_month.value > 0) terms->disk_gib = machine.disk_gib;
  entry.billed_seconds = std::max<std::int64_t>(entry.billed_seconds, terms->minimum_seconds);
  ExactCost cost = terms->exact_cost(billed.running);
  if (billed.stopped > 0s) cost += disk_only(*terms).exact_cost(billed.stopped);
  entry.cost = round_half_up(cost);
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
