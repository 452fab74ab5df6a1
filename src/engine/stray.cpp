#include "engine/stray.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mayfly::engine {
namespace {

std::string tag_of(const Instance& instance, const char* key) {
  const auto found = instance.tags.find(key);
  return found == instance.tags.end() ? std::string{} : found->second;
}

bool is_number(const Attempt& attempt, std::string_view text) {
  char digits[12];
  const char* end = std::to_chars(digits, digits + sizeof digits, attempt.number).ptr;
  return text == std::string_view(digits, end);
}

bool lies_at(const Attempt& attempt, const Instance& instance, const std::string& cloud) {
  if (attempt.offer.cloud != cloud) return false;
  // A listing that does not say where a machine is proves nothing about where it is not.
  return instance.region.empty() || attempt.offer.region == instance.region;
}

bool is_going(const Instance& instance) {
  return instance.state == InstanceState::shutting_down ||
         instance.state == InstanceState::terminated;
}

Duration patience(const SweepRules& rules, int asked) {
  return std::min(rules.terminate_again * (1 << std::clamp(asked - 1, 0, 16)),
                  rules.terminate_again_max);
}

void ask_to_end(StrayDecision& decision) {
  decision.end = true;
  decision.next.calling = true;
  ++decision.next.asked;
}

void condemn(StrayDecision& decision, StrayReason reason, Time now) {
  Suspect& next = decision.next;
  next.stray.reason = reason;
  next.stray.state = StrayState::ending;
  if (!next.stray.judged_at) next.stray.judged_at = now;
  next.stray.ended_at.reset();
  next.accepted_at.reset();
  next.asked = 0;
  if (!next.calling) ask_to_end(decision);
}

// The first sight of absence is remembered, the second one counts.
void count_gone(Suspect& suspect, Time now, Time asked_at, Duration gap) {
  if (!suspect.missing_since) {
    suspect.missing_since = asked_at;
  } else if (asked_at >= *suspect.missing_since + gap) {
    suspect.stray.state = StrayState::ended;
    suspect.stray.ended_at = now;
  }
}

void on_alive(StrayDecision& decision, const Shown& shown, Time now, const SweepRules& rules) {
  Suspect& next = decision.next;
  next.missing_since.reset();
  if (next.stray.state == StrayState::ending) {
    // Absence counts from the later of the accepted terminate and the last time it was seen.
    if (next.accepted_at) next.accepted_at = std::max(*next.accepted_at, shown.asked_at);
    if (!next.calling && now >= next.ask_at && !is_going(shown.instance)) ask_to_end(decision);
    return;
  }
  if (shown.standing.kind == Standing::Kind::answered_for) {
    decision.release = true;
    return;
  }
  if (shown.standing.kind == Standing::Kind::unclear || is_going(shown.instance)) return;
  const bool came_back = next.stray.state == StrayState::ended && next.stray.judged_at;
  if (came_back || shown.asked_at >= ripe_at(next.stray, rules)) {
    condemn(decision, shown.standing.reason, now);
  } else {
    next.stray.state = StrayState::suspected;
    next.stray.reason = shown.standing.reason;
    next.stray.ended_at.reset();
  }
}

void on_shown(StrayDecision& decision, const Shown& shown, Time now, const SweepRules& rules) {
  Suspect& next = decision.next;
  if (shown.asked_at < next.seen_at) return;  // overtaken by a later listing
  if (shown.instance.state == InstanceState::terminated) {
    if (next.stray.state != StrayState::ended)
      count_gone(next, now, shown.asked_at, rules.observation_gap);
    return;
  }
  next.seen_at = shown.asked_at;
  on_alive(decision, shown, now, rules);
}

void on_missed(Suspect& next, const Missed& missed, Time now, const SweepRules& rules) {
  if (missed.asked_at < next.seen_at || next.stray.state == StrayState::ended) return;
  if (!next.accepted_at) {
    count_gone(next, now, missed.asked_at, rules.vanish_window);
  } else if (missed.asked_at >= *next.accepted_at + rules.absence_window) {
    count_gone(next, now, missed.asked_at, rules.observation_gap);
  }
}

void on_answered(Suspect& next, const EndAnswered& answered, Time now, const SweepRules& rules) {
  next.calling = false;
  Duration wait = patience(rules, next.asked);
  const bool accepted = !answered.failure || answered.failure->reaction == Reaction::gone;
  if (accepted) {
    next.stray.end_asked_at = now;
    if (!next.accepted_at) next.accepted_at = now;
  } else {
    wait = std::max(wait, answered.failure->retry_after.value_or(Duration{0}));
  }
  next.ask_at = now + wait;
}

}  // namespace

std::string_view describe(StrayReason reason) {
  switch (reason) {
    case StrayReason::no_reservation:
      return "it names no reservation";
    case StrayReason::unknown_reservation:
      return "the reservation that it names was never made here";
    case StrayReason::reservation_over:
      return "the reservation that it names is over";
    case StrayReason::unknown_attempt:
      return "its reservation never made the attempt that it names";
    case StrayReason::elsewhere:
      return "the attempt that it names was made in another place";
  }
  return "";
}

std::string stray_id(const std::string& cloud, const std::string& machine) {
  return fmt::format("{}-{}", cloud, machine);
}

bool carries_tag(const Instance& instance, const std::string& installation) {
  const auto found = instance.tags.find(tag::kInstallation);
  return !installation.empty() && found != instance.tags.end() && found->second == installation;
}

std::optional<StrayReason> suspicion(const Instance& instance, const std::string& cloud,
                                     const Reservation* reservation) {
  if (tag_of(instance, tag::kReservation).empty()) return StrayReason::no_reservation;
  if (!reservation) return StrayReason::unknown_reservation;
  const std::string number = tag_of(instance, tag::kAttempt);
  for (const Attempt& attempt : reservation->attempts) {
    if (!is_number(attempt, number)) continue;
    if (lies_at(attempt, instance, cloud)) return std::nullopt;
    return StrayReason::elsewhere;
  }
  return StrayReason::unknown_attempt;
}

Suspect first_sight(Stray stray, const Instance& instance, Time asked_at) {
  stray.region = instance.region.empty() ? stray.region : instance.region;
  stray.machine = instance.id;
  stray.name = instance.name;
  stray.instance_type = instance.instance_type;
  stray.reservation = tag_of(instance, tag::kReservation);
  stray.attempt = tag_of(instance, tag::kAttempt);
  stray.launched_at = instance.launched_at;
  stray.first_seen = asked_at;
  stray.id = stray_id(stray.cloud, stray.machine);
  return {.stray = std::move(stray), .seen_at = asked_at, .ask_at = asked_at};
}

Suspect taken_up(Stray stray) {
  Suspect suspect{.stray = std::move(stray)};
  suspect.seen_at = suspect.ask_at = suspect.stray.first_seen;
  suspect.accepted_at = suspect.stray.end_asked_at;
  return suspect;
}

Time ripe_at(const Stray& stray, const SweepRules& rules) {
  return std::max(std::max(stray.launched_at, stray.first_seen) + rules.age_guard,
                  stray.first_seen + rules.seen_gap);
}

Time look_at(const Suspect& suspect, const SweepRules& rules) {
  const Stray& stray = suspect.stray;
  if (stray.state == StrayState::ended || suspect.calling) return kNever;
  if (suspect.missing_since) {
    return *suspect.missing_since +
           (suspect.accepted_at ? rules.observation_gap : rules.vanish_window);
  }
  if (stray.state == StrayState::suspected)
    return std::max(ripe_at(stray, rules), suspect.seen_at + rules.seen_gap);
  // First whether it went, then once for each time that it is asked again.
  if (suspect.accepted_at && stray.end_asked_at && suspect.seen_at <= *stray.end_asked_at)
    return *suspect.accepted_at + rules.absence_window;
  return suspect.ask_at;
}

StrayDecision decide(const Suspect& suspect, const StrayEvent& event, const SweepRules& rules) {
  StrayDecision decision{.next = suspect};
  if (const auto* shown = std::get_if<Shown>(&event.what)) {
    on_shown(decision, *shown, event.now, rules);
  } else if (const auto* missed = std::get_if<Missed>(&event.what)) {
    on_missed(decision.next, *missed, event.now, rules);
  } else {
    on_answered(decision.next, std::get<EndAnswered>(event.what), event.now, rules);
  }
  decision.look_at = look_at(decision.next, rules);
  return decision;
}

}  // namespace mayfly::engine
