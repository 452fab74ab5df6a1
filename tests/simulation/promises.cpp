#include "promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "json/parse.h"
#include "json/print.h"

namespace mayfly::simulation {

namespace {

// What a cloud bills for a machine until then: by the whole seconds that it states.
ExactCost invoice(const sim::Machine& machine, const PriceTerms& price, Time until) {
  const auto stated = [](Time time) { return std::chrono::floor<std::chrono::seconds>(time); };
  const Time begin = stated(machine.created);
  const Time end = std::max(begin, std::min<Time>(until, stated(machine.bill_ends())));
  const Time stop = std::clamp<Time>(stated(machine.stopped_from), begin, end);
  return price.exact_cost(stop - begin, end - stop);
}

}  // namespace

void Promises::broken(std::string what) {
  broken_.push_back(fmt::format("{} at {}", what, to_string(installation_.now())));
}

void Promises::tell(const std::string& id) {
  const auto document = installation_.disk().get("reservations", id);
  if (!tell_ || !document) return;
  const auto tree = json::parse(document->body);
  if (tree) fmt::print("{}\n", json::print_pretty(*tree));
  for (const sim::Machine* machine : installation_.auditor().living())
    fmt::print("alive: {} {} {} {}\n", machine->cloud, machine->region, machine->id, machine->name);
}

void Promises::take_from_auditor() {
  for (std::string& what : installation_.auditor().take_broken()) {
    // An id is "r-" and sixteen characters.
    if (const std::size_t id = what.find("r-"); id != std::string::npos) tell(what.substr(id, 18));
    broken_.push_back(std::move(what));
  }
}

void Promises::check_live() {
  for (const std::string& id : people_.accepted()) {
    if (!installation_.stored(id)) broken("lost: accepted reservation " + id + " is nowhere");
  }
  // A creation whose answer was lost may have succeeded, and must be as orderly as any.
  for (const std::string& id : people_.sent()) check_at_rest(id);
}

void Promises::check_at_rest(const std::string& id) {
  const std::size_t before = broken_.size();
  const auto reservation = installation_.stored(id);
  const auto living = installation_.auditor().living(id);
  if (!reservation) {
    if (!living.empty()) broken(fmt::format("leak: {} machines of {}", living.size(), id));
    return;
  }
  if (reservation->ready_at) {
    ++became_ready_;
    clusters_ready_ += reservation->request.kind == Kind::cluster;
  }
  if (reservation->phase == Phase::ready) {
    if (reservation->expires_at && *reservation->expires_at < installation_.now() - 10min)
      broken(
          fmt::format("lease: {} outlives it since {}", id, to_string(*reservation->expires_at)));
    check_slots(*reservation);
  } else if (!is_final(reservation->phase)) {
    broken(fmt::format("convergence: {} is still {} long after the faults stopped", id,
                       json::enum_name(reservation->phase)));
  } else if (!living.empty()) {
    broken(fmt::format("leak: {} is over and {} lives", id, living.front()->id));
  } else if (reservation->end_reason.empty()) {
    broken(fmt::format("reason: {} ended without one", id));
  }
  if (broken_.size() > before) tell(id);
}

// One machine for each slot, all of them alive, and none beside them.
void Promises::check_slots(const Reservation& reservation) {
  std::set<int> slots;
  std::set<std::string> expected;
  for (const Attempt* attempt : live_attempts(reservation)) {
    for (const Machine& machine : attempt->machines) {
      if (machine.slot < 0 || machine.gone_at) continue;
      expected.insert(machine.instance.id);
      if (!slots.insert(machine.slot).second)
        broken(fmt::format("slot: {} has two machines for slot {}", reservation.id, machine.slot));
    }
  }
  std::set<std::string> living;
  for (const sim::Machine* machine : installation_.auditor().living(reservation.id))
    living.insert(machine->id);
  if (living != expected)
    broken(fmt::format("slot: {} has {} machines alive and {} recorded", reservation.id,
                       living.size(), expected.size()));
}

// The owner's cost and the tail are what the cloud bills, to the micro-dollar, at the prices of the
// day; and the owner pays for nothing after the wish to end it.
void Promises::check_books(const Reservation& reservation) {
  const Cost cost = cost_of(reservation, installation_.now());
  if (!cost.stated) return;
  ExactCost billed = 0;
  ExactCost owed = 0;
  for (const Attempt& attempt : reservation.attempts) {
    for (const Machine& machine : attempt.machines) {
      const sim::Machine* truth = installation_.auditor().truth(machine.instance.id);
      if (truth == nullptr) continue;
      // A cloud that cannot be asked while a machine stands stopped never tells of it afterwards.
      const bool stop_unseen = machine.stopped_seconds == 0 && !machine.stopped_at;
      if (truth->stopped_from < truth->bill_ends() && stop_unseen) return;
      const auto price = [&](Time until) { return invoice(*truth, attempt.offer.price, until); };
      const Time now = installation_.now();
      billed += price(now);
      // What the cloud made after the wish to end it was never of any use to its owner.
      const Time wish = attempt.end_requested_at.value_or(now);
      const bool too_late = std::chrono::floor<std::chrono::seconds>(truth->created) >= wish;
      if (machine.slot >= 0 && !too_late) owed += price(std::min(now, wish));
    }
  }
  cluster_bills_ += billed > 0 && reservation.request.kind == Kind::cluster;
  const std::size_t before = broken_.size();
  if (cost.user_usd.value + cost.tail_usd.value != round_half_up(billed).value)
    broken(fmt::format("ledger: {} cost {} and {} in the tail, and the invoice is {}",
                       reservation.id, to_string(cost.user_usd), to_string(cost.tail_usd),
                       to_string(round_half_up(billed))));
  // A clock that was wrong moves the wish, not the bill.
  const bool clock_was_right =
      installation_.troubles().struck()[static_cast<std::size_t>(Trouble::clock_jump)] == 0;
  if (clock_was_right && cost.user_usd != round_half_up(owed))
    broken(fmt::format("user cost: {} pays {} and owes {}", reservation.id,
                       to_string(cost.user_usd), to_string(round_half_up(owed))));
  if (broken_.size() > before) tell(reservation.id);
}

void Promises::check_ready(const std::string& id) {
  const auto reservation = installation_.stored(id);
  if (reservation && reservation->phase == Phase::ready) return;
  broken("convergence: a new reservation did not become ready after the faults stopped");
  tell(id);
}

void Promises::check_given_back() {
  for (const std::string& id : people_.sent()) {
    const auto reservation = installation_.stored(id);
    if (!reservation) continue;
    if (is_final(reservation->phase)) {
      check_books(*reservation);
    } else {
      broken("convergence: " + id + " was given back and is not over");
      tell(id);
    }
  }
  const auto living = installation_.auditor().living();
  if (living.empty()) return;
  broken(fmt::format("leak: {} machines, such as {}", living.size(), living.front()->name));
  tell_ = tell_ && !people_.sent().empty();
  if (tell_) tell(people_.sent().front());
}

void Promises::check_forgotten() {
  if (installation_.engine().statistics().live != 0) broken("tombstone: some never pass");
  for (const sim::Machine* machine : installation_.auditor().living())
    broken("leak: " + machine->name + " lives for ever");
}

}  // namespace mayfly::simulation
