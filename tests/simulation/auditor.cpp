#include "auditor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace mayfly::simulation {
namespace {

int number_in(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string tag_of(const std::map<std::string, std::string>& tags, const char* key) {
  const auto found = tags.find(key);
  return found == tags.end() ? std::string{} : found->second;
}

// A listing covers a region of AWS, a region's clusters, and all of DigitalOcean.
std::string scope_of(const std::string& cloud, const std::string& region) {
  if (cloud == "digitalocean") return cloud;
  return cloud == "aws" ? region : cloud + '/' + region;
}

// The text of one attempt in a stored reservation, from its number to its machines' end; empty when
// it is not there. Reading the whole document for every call would cost more than the story.
std::string_view attempt_text(std::string_view body, int number) {
  const std::size_t begin = body.find(fmt::format("{{\"number\":{},\"key\":", number));
  if (begin == std::string_view::npos) return {};
  const std::size_t end = body.find(fmt::format("{{\"number\":{},\"key\":", number + 1), begin);
  return body.substr(begin, end == std::string_view::npos ? end : end - begin);
}

bool is_calling(std::string_view attempt) {
  return attempt.substr(0, attempt.find("\"machines\":")).contains("\"calling\":true");
}

// A droplet's tags come late and changed; its name is there at once: mayfly-<id>-<attempt>-<slot>.
std::pair<std::string, int> owner_of(const sim::Machine& machine) {
  if (machine.cloud != "digitalocean") {
    return {tag_of(machine.tags, tag::kReservation),
            number_in(tag_of(machine.tags, tag::kAttempt))};
  }
  const std::size_t slot = machine.name.rfind('-');
  const std::size_t attempt = machine.name.rfind('-', slot - 1);
  constexpr std::size_t kPrefix = std::string_view("mayfly-").size();
  return {machine.name.substr(kPrefix, attempt - kPrefix),
          number_in(std::string_view(machine.name).substr(attempt + 1, slot - attempt - 1))};
}

}  // namespace

Auditor::Auditor(const Clock& world_clock, const Clock& process_clock,
                 const store::MemoryDisk& disk)
    : world_(world_clock), clock_(process_clock), disk_(disk) {}

void Auditor::broken(std::string what) {
  broken_.push_back(fmt::format("{} at {}", what, to_string(clock_.now())));
}

books::Machine* Auditor::find(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

// ---- calls
// --------------------------------------------------------------------------------------

std::shared_ptr<books::Launch> Auditor::launching(bool idempotent, const clouds::LaunchSpec& spec) {
  const std::string id = tag_of(spec.tags, tag::kReservation);
  const int number = number_in(tag_of(spec.tags, tag::kAttempt));
  books::Attempt& attempt = reservations_[id].attempts[number];
  check_intent(spec, id, number);
  if (idempotent) check_bytes(spec);
  check_repeat(attempt, spec, idempotent);
  return attempt.launches.emplace_back(
      std::make_shared<books::Launch>(books::Launch{.token = spec.token,
                                                    .idempotent = idempotent,
                                                    .call = next_call(),
                                                    .decided_at = attempt.asked_at,
                                                    .names = spec.names}));
}

// The intent comes first: whatever happens to the process from here on, the disk knows.
void Auditor::check_intent(const clouds::LaunchSpec& spec, const std::string& reservation,
                           int number) {
  const auto document = disk_.peek("reservations", reservation);
  const std::string_view text = document ? attempt_text(document->body, number) : "";
  if (!text.contains(fmt::format("\"token\":\"{}\"", spec.token)) || !is_calling(text))
    broken(fmt::format("intent: {} attempt {} is launched before its record says so", reservation,
                       number));
}

// A token names one launch for ever: never other bytes, another zone, another attempt.
void Auditor::check_bytes(const clouds::LaunchSpec& spec) {
  std::string bytes = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", spec.region, spec.instance_type,
                                  spec.target.zone, spec.target.subnet, spec.target.image,
                                  spec.disk_gib, fmt::join(spec.names, " "), spec.user_data);
  for (const auto& [key, value] : spec.tags) bytes.append("|").append(key + "=" + value);
  const auto [known, is_new] = bytes_of_.try_emplace(spec.token, bytes);
  if (!is_new && known->second != bytes)
    broken(fmt::format("token: one token with different bytes, {} and {}", known->second, bytes));
}

void Auditor::check_repeat(const books::Attempt& attempt, const clouds::LaunchSpec& spec,
                           bool idempotent) {
  const auto settled = [&](const books::Launch& launch) {
    return launch.fate == books::Launch::Fate::refused || launch.fate == books::Launch::Fate::done;
  };
  for (const auto& launch : attempt.launches) {
    if (idempotent) {
      if (!settled(*launch) && launch->token != spec.token)
        broken("fresh token: a launch of unknown fate was repeated under another token");
      continue;
    }
    const bool same_name = std::ranges::any_of(spec.names, [&](const std::string& name) {
      return std::ranges::find(launch->names, name) != launch->names.end();
    });
    if (settled(*launch) || !same_name) continue;
    if (!was_looked_for(*launch))
      broken(
          fmt::format("second launch: {} was launched again after {} look-ups and {}",
                      spec.names.front(), launch->look_ups,
                      to_string(std::max(Duration{}, launch->last_look_up - launch->decided_at))));
  }
  if (idempotent) return;
  for (const books::Machine* machine : attempt.machines) {
    if (machine->shown_since <= clock_.now() - kSlack && machine->alive() &&
        std::ranges::find(spec.names, machine->truth->name) != spec.names.end())
      broken("second launch: " + machine->truth->name + " is there and is launched again");
  }
}

void Auditor::launched(books::Launch& launch, const CloudResult<std::vector<Instance>>& answer) {
  if (!answer) {
    launch.fate = answer.error().reaction == Reaction::ambiguous ? books::Launch::Fate::unclear
                                                                 : books::Launch::Fate::refused;
    return;
  }
  launch.fate = books::Launch::Fate::done;
  for (const Instance& instance : *answer) {
    launch.ids.push_back(instance.id);
    if (books::Machine* machine = find(instance.id))
      machine->told_ended = instance.state == InstanceState::terminated;
  }
}

void Auditor::looked_up(const std::map<std::string, std::string>& tags, std::int64_t call,
                        Time asked_at, const std::vector<Instance>& shown) {
  const auto book = reservations_.find(tag_of(tags, tag::kReservation));
  if (book == reservations_.end()) return;
  books::Attempt& attempt = book->second.attempts[number_in(tag_of(tags, tag::kAttempt))];
  for (const auto& launch : attempt.launches) {
    if (call < launch->call) continue;
    ++launch->look_ups;
    launch->last_look_up = std::max(launch->last_look_up, asked_at);
  }
  for (books::Machine* machine : attempt.machines) {
    const auto found = std::ranges::find(shown, machine->truth->id, &Instance::id);
    if (found != shown.end())
      show(*machine, asked_at, found->state, false);
    else
      miss(*machine, asked_at, false);
  }
}

void Auditor::listed(const std::string& cloud, const std::string& region, Time asked_at,
                     const std::vector<Instance>& shown) {
  ++listings_;
  judge_what_is_told();
  for (const Instance& instance : shown) {
    books::Machine* machine = find(instance.id);
    if (machine == nullptr) continue;
    machine->listing = listings_;
    show(*machine, asked_at, instance.state, true);
  }
  auto& open = open_[scope_of(cloud, region)];
  std::erase_if(open, [](const books::Machine* machine) {
    return machine->counted_gone && !machine->alive();
  });
  for (books::Machine* machine : open) {
    if (machine->listing != listings_) miss(*machine, asked_at, true);
  }
}

// It was counted gone and is not any more: what listings say of it matters again.
void Auditor::reopen(books::Machine& book) {
  std::vector<books::Machine*>& open = open_[scope_of(book.truth->cloud, book.truth->region)];
  if (std::ranges::find(open, &book) == open.end()) open.push_back(&book);
}

void Auditor::terminating(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const books::Machine* machine = find(id);
    if (machine == nullptr) continue;
    const auto document = disk_.peek("reservations", machine->reservation);
    const std::string_view text =
        document ? attempt_text(document->body, machine->attempt) : std::string_view{};
    if (!text.contains(id) || !is_calling(text))
      broken("intent: " + id + " is ended before its record says so");
  }
}

// That an id is not known counts as "yes" only when it cannot be one that does not show yet.
void Auditor::terminated(const std::vector<std::string>& ids,
                         const std::vector<std::string>& not_found) {
  for (const std::string& id : ids) {
    books::Machine* machine = find(id);
    if (machine == nullptr || machine->accepted) continue;
    const books::Attempt& attempt = reservations_[machine->reservation].attempts[machine->attempt];
    const bool unknown = std::ranges::find(not_found, id) != not_found.end();
    if (unknown && !machine->seen && clock_.now() < attempt.asked_at + policy_.invisible_window)
      continue;
    machine->accepted = clock_.now();
  }
}

// ---- the world
// ------------------------------------------------------------------------------------------

void Auditor::created(const sim::Machine& machine) {
  if (machine.foreign) return;
  auto [reservation, attempt] = owner_of(machine);
  books::Machine& book = machines_.emplace_back();
  book.truth = &machine;
  book.world = &world_;
  book.reservation = reservation;
  book.of = &reservations_[reservation].attempts[attempt];
  book.attempt = attempt;
  by_id_.emplace(machine.id, &book);
  open_[scope_of(machine.cloud, machine.region)].push_back(&book);
  reservations_[reservation].attempts[attempt].machines.push_back(&book);
  const auto document = disk_.peek("reservations", reservation);
  if (!document || attempt_text(document->body, attempt).empty())
    broken("record: " + machine.name + " exists and no record names its attempt");
  else if (!document->indexes.contains("live"))
    broken("record: " + machine.name + " exists after the end of its tombstone");
}

void Auditor::ending(const sim::Machine& machine) {
  if (machine.foreign) broken("foreign: " + machine.id + ", which is not ours, was ended");
}

const sim::Machine* Auditor::truth(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second->truth;
}

std::size_t Auditor::machines(std::string_view cloud) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      machines_, [&](const books::Machine& machine) { return machine.truth->cloud == cloud; }));
}

std::vector<const sim::Machine*> Auditor::living(const std::string& reservation) const {
  std::vector<const sim::Machine*> alive;
  const auto book = reservations_.find(reservation);
  if (book == reservations_.end()) return alive;
  for (const auto& [number, attempt] : book->second.attempts) {
    for (const books::Machine* machine : attempt.machines) {
      if (machine->alive()) alive.push_back(machine->truth);
    }
  }
  return alive;
}

std::vector<const sim::Machine*> Auditor::living() const {
  std::vector<const sim::Machine*> alive;
  for (const books::Machine& machine : machines_) {
    if (machine.alive()) alive.push_back(machine.truth);
  }
  return alive;
}

}  // namespace mayfly::simulation
