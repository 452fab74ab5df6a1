// What the clouds' answers prove, and whether a record claims more.
#include <fmt/format.h>

#include <algorithm>

#include "auditor.h"

namespace mayfly::simulation {

// ---- evidence
// -----------------------------------------------------------------------------------

void Auditor::show(books::Machine& book, Time asked_at, InstanceState state, bool in_listing) {
  if (in_listing) book.seen = true;
  book.told_ended = state == InstanceState::terminated;
  if (book.told_ended) {
    book.shown_since = kNever;
    if (!in_listing) return;
    // That it is shown ended bears out that it was missing before.
    if (!book.first_gone) book.first_gone = book.first_vanished;
    count_gone(book, book.first_gone, asked_at, policy_.observation_gap);
    return;
  }
  book.shown_since = std::min(book.shown_since, clock_.now());
  if (!in_listing) return;
  book.last_alive = std::max(book.last_alive, asked_at);
  book.first_gone.reset();
  book.first_vanished.reset();
  if (book.proven_at) book.undone_at = clock_.now();
}

void Auditor::count_gone(books::Machine& book, std::optional<Time>& first, Time asked_at,
                         Duration gap) {
  if (!first)
    first = asked_at;
  else if (asked_at >= *first + gap && !book.is_proven_gone())
    book.proven_at = clock_.now();
}

void Auditor::miss(books::Machine& book, Time asked_at, bool in_listing) {
  // The driver must not hide what the cloud would show, had it been asked for all it has.
  const Duration asked_ago = clock_.now() - asked_at;
  if (book.truth->gpu && book.alive() && book.truth->shown_at(book.world->now()) &&
      book.truth->shown_at(book.world->now() - asked_ago))
    return;
  book.shown_since = kNever;
  if (!in_listing) return;
  if (book.accepted) {
    const Time window_begins = std::max(*book.accepted, book.last_alive);
    const Duration window = book.seen ? policy_.absence_window : policy_.look_up_window;
    // That any answer told of its end bears out that it was missing before.
    if (asked_at >= window_begins + window && book.told_ended && !book.first_gone)
      book.first_gone = book.first_vanished;
    if (asked_at >= window_begins + window)
      count_gone(book, book.first_gone, asked_at, policy_.observation_gap);
  }
  if (book.seen || asked_at >= book.of->asked_at + policy_.invisible_window) {
    // That it is missing bears out that it was shown ended before.
    if (!book.first_vanished) book.first_vanished = book.first_gone;
    count_gone(book, book.first_vanished, asked_at,
               book.of->has_run ? policy_.vanish_window : policy_.boot_vanish_window);
  }
}

// What lies in the future now can be no evidence of before.
void Auditor::clock_jumped() {
  jumped_at_ = clock_.now();
  for (books::Machine& machine : machines_) {
    machine.last_alive = std::min(machine.last_alive, *jumped_at_);
    if (machine.accepted) machine.accepted = std::min(*machine.accepted, *jumped_at_);
  }
}

// What a listing showed and the disk does not have yet is lost with the process.
void Auditor::crashed() {
  unjudged_.clear();
  for (books::Machine& machine : machines_) {
    // The new process has been shown nothing yet.
    machine.shown_since = kNever;
    if (machine.recorded_first_gone && !machine.first_vanished)
      machine.first_vanished = machine.recorded_first_gone;
    if (!machine.recorded) continue;
    machine.last_alive = std::min(machine.last_alive, *machine.recorded);
    if (machine.accepted) machine.accepted = std::min(*machine.accepted, *machine.recorded);
  }
}

bool Auditor::jumped_lately() const {
  return jumped_at_ && clock_.now() < *jumped_at_ + 2h && clock_.now() > *jumped_at_ - 2h;
}

// ---- records
// ------------------------------------------------------------------------------------

void Auditor::changed(const Reservation* before, const Reservation* now) {
  if (now == nullptr) {
    for (const sim::Machine* machine : living(before->id))
      broken("record: " + before->id + " is forgotten while " + machine->id + " lives");
    unjudged_.erase(before->id);
    return;
  }
  books::Reservation& book = reservations_[now->id];
  for (const Attempt& attempt : now->attempts) check_attempt(book, *now, attempt);
  unjudged_[now->id] = now;
  judge_what_is_told();
}

// A slow disk makes answers wait for their turn. What the record claims counts once the process has
// taken in all it was told.
void Auditor::judge_what_is_told() {
  std::erase_if(unjudged_, [&](const auto& claim) {
    const auto& [id, state] = claim;
    if (behind_ && behind_(id)) return false;
    for (const Attempt& attempt : state->attempts)
      judge(reservations_[id].attempts[attempt.number], attempt);
    return true;
  });
}

void Auditor::judge(books::Attempt& known, const Attempt& attempt) {
  for (const Machine& machine : attempt.machines) {
    books::Machine* truth = find(machine.instance.id);
    if (truth == nullptr) continue;
    if (!machine.gone_at) {
      if (std::exchange(truth->counted_gone, false)) reopen(*truth);
    } else if (!std::exchange(truth->counted_gone, true)) {
      check_gone(*truth, machine);
    }
  }
  const bool ended = attempt.stage == Stage::ended;
  if (ended && !known.ended) check_ended(known, attempt);
  known.ended = ended;
}

void Auditor::check_attempt(books::Reservation& book, const Reservation& state,
                            const Attempt& attempt) {
  books::Attempt& known = book.attempts[attempt.number];
  known.asked_at = attempt.asked_at;
  known.has_run = known.has_run || attempt.stage == Stage::running;
  if (!std::exchange(known.priced, true) && state.request.max_price_usd_hour &&
      attempt.offer.price.hourly() > *state.request.max_price_usd_hour)
    broken(fmt::format("max price: {} attempt {} costs {} USD/h", state.id, attempt.number,
                       to_string(attempt.offer.price.hourly())));
  for (const Machine& machine : attempt.machines) {
    books::Machine* truth = find(machine.instance.id);
    if (truth) {
      truth->recorded = machine.terminate_accepted_at;
      truth->recorded_first_gone = machine.gone_first_at;
    }
    if (truth == nullptr) {
      broken("invented: " + machine.instance.id + " is recorded and never existed");
    }
  }
}

// Gone means observed gone, twice, past the window.
void Auditor::check_gone(books::Machine& book, const Machine& machine) {
  if (book.is_proven_gone() || jumped_lately()) return;
  // An answer that was on its way while the record was written does not make the record wrong.
  if (book.proven_at && *machine.gone_at <= *book.undone_at + kSlack) return;
  const auto text = [](std::optional<Time> time) { return time ? to_string(*time) : "never"; };
  broken(
      fmt::format("gone: {} of {} is counted gone without two observations past the window: "
                  "seen {}, last alive {}, asked to end {}, missed or ended {}, vanished {}, "
                  "counted {} and {}",
                  machine.instance.id, book.reservation, book.seen, to_string(book.last_alive),
                  text(book.accepted), text(book.first_gone), text(book.first_vanished),
                  text(machine.gone_first_at), text(machine.gone_at)));
}

// An attempt is over when nothing of it can exist: every launch is cleared up, nothing is shown.
void Auditor::check_ended(const books::Attempt& book, const Attempt& record) {
  for (const auto& launch : book.launches) {
    if (!is_cleared_up(book, *launch, record))
      broken(fmt::format(
          "unclear: {} is over, and nobody knows what its launch of {} did: it is "
          "{}, was looked for {} times until {}",
          launch->names.front(), to_string(launch->decided_at), static_cast<int>(launch->fate),
          launch->look_ups, to_string(launch->last_look_up)));
  }
  if (jumped_lately()) return;
  for (const books::Machine* machine : book.machines) {
    if (machine->alive() && machine->shown_since <= record.ended_at.value_or(Time{}) - kSlack)
      broken(fmt::format("over: {} attempt {} is over while {} is shown alive",
                         machine->reservation, record.number, machine->truth->id));
  }
}

// Often enough, and for long enough that it would have shown.
bool Auditor::was_looked_for(const books::Launch& launch) const {
  return launch.look_ups >= policy_.look_ups_min &&
         (launch.last_look_up >= launch.decided_at + policy_.look_up_window || jumped_lately());
}

bool Auditor::is_cleared_up(const books::Attempt& book, const books::Launch& launch,
                            const Attempt& record) const {
  if (launch.fate == books::Launch::Fate::refused) return true;
  const bool recorded = std::ranges::all_of(launch.ids, [&](const std::string& id) {
    return std::ranges::any_of(record.machines,
                               [&](const Machine& known) { return known.instance.id == id; });
  });
  if (launch.fate == books::Launch::Fate::done && recorded) return true;
  if (was_looked_for(launch)) return true;
  // All that it asked for was found: by name where names are unique, else by number.
  if (launch.idempotent && record.machines.size() >= launch.names.size()) return true;
  const bool found = std::ranges::all_of(launch.names, [&](const std::string& name) {
    return std::ranges::any_of(record.machines,
                               [&](const Machine& known) { return known.instance.name == name; });
  });
  if (found) return true;
  // The repeat of the same token answered for both.
  return launch.idempotent && std::ranges::any_of(book.launches, [&](const auto& other) {
           return other->fate == books::Launch::Fate::done && other->token == launch.token &&
                  other->call > launch.call;
         });
}

}  // namespace mayfly::simulation
