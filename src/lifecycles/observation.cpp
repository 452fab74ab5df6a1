// What a listing proves, and what it does not. A machine that is missing from one listing is not
// gone: listings lag behind creations, and one phantom "not found" has cost other tools whole
// clusters.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycles/rules.h"

namespace mayfly::lifecycles {
namespace {

bool in_scope(const Context& context, const Attempt& attempt, const Observed& observed) {
  return attempt.key == observed.key && attempt.offer.cloud == observed.cloud &&
         (context.traits(observed.cloud).lists_all_regions ||
          attempt.offer.region == observed.region);
}

bool belongs_to(const Instance& instance, const Attempt& attempt) {
  const auto number = instance.tags.find(tag::kAttempt);
  return number != instance.tags.end() && number->second == fmt::format("{}", attempt.number);
}

int free_slot(const Context& context, const Attempt& attempt, const Instance& instance) {
  const Reservation& state = context.state;
  const std::vector<int> missing = missing_slots(state, attempt);
  for (const int slot : missing) {
    if (machine_name(state, attempt, slot) == instance.name) return slot;
  }
  // Where a token makes launches safe to repeat, one launch gives all its machines one name, and
  // any free slot it asked for is as good. Elsewhere a second machine of a name is one too many.
  if (!context.traits(attempt.offer.cloud).idempotent_launch) return -1;
  for (const int slot : missing) {
    if (std::ranges::find(attempt.asked, slot) != attempt.asked.end()) return slot;
  }
  return -1;
}

// The cloud leaves out what it no longer or does not yet know; what was known stays.
void update(Instance& known, const Instance& shown, bool was_listed) {
  Instance merged = shown;
  if (merged.public_ip.empty()) merged.public_ip = known.public_ip;
  if (merged.private_ip.empty()) merged.private_ip = known.private_ip;
  if (merged.dns_name.empty()) merged.dns_name = known.dns_name;
  if (merged.state_reason.empty() && merged.state == known.state) {
    merged.state_reason = known.state_reason;
    merged.ended_means = known.ended_means;
  }
  // A machine that was stopped and started states the latest start; its bill has the first.
  if (merged.launched_at == Time{} || (was_listed && known.launched_at < merged.launched_at))
    merged.launched_at = known.launched_at;
  if (merged.tags.empty()) merged.tags = known.tags;
  if (merged.name.empty()) merged.name = known.name;
  known = std::move(merged);
}

void note_state(Context& context, const Attempt& attempt, const Instance& instance) {
  std::string message = fmt::format("{} is {}", instance.id, json::enum_name(instance.state));
  const std::string& address = instance.dns_name.empty() ? instance.public_ip : instance.dns_name;
  if (!address.empty() && instance.state == InstanceState::running) message += " at " + address;
  if (!instance.state_reason.empty()) message += ": " + instance.state_reason;
  note(context.state, context.now, "instance", std::move(message), attempt.number);
}

// A cluster that starts tells of its steps.
bool says_how_far(const Instance& known, const Instance& shown) {
  return shown.state == InstanceState::pending && !shown.state_reason.empty() &&
         shown.state_reason != known.state_reason;
}

// The first sighting that it is gone is remembered, the second one counts.
void count_gone(Context& context, const Attempt& attempt, Machine& machine, Time asked_at,
                Duration gap) {
  if (machine.gone_at) return;
  if (!machine.gone_first_at) {
    machine.gone_first_at = asked_at;
  } else if (asked_at >= *machine.gone_first_at + gap) {
    machine.gone_at = context.now;
    note(context.state, context.now, "instance", machine.instance.id + " was observed gone",
         attempt.number);
  }
}

// What this sighting says about the cloud's clock.
void keep_time(Machine& machine, const Instance& shown, Time now) {
  switch (shown.state) {
    case InstanceState::pending:
    case InstanceState::running: {
      machine.billed_until.reset();
      if (!machine.stopped_at) break;
      const Time started = shown.launched_at > *machine.stopped_at ? shown.launched_at : now;
      machine.stopped_seconds +=
          std::chrono::floor<std::chrono::seconds>(started - *machine.stopped_at).count();
      machine.stopped_at.reset();
      break;
    }
    case InstanceState::stopping:
    case InstanceState::stopped:
      machine.billed_until.reset();
      if (!machine.stopped_at) machine.stopped_at = shown.state_since.value_or(now);
      break;
    case InstanceState::shutting_down:
    case InstanceState::terminated:
      if (shown.state_since) machine.billed_until = shown.state_since;
      break;
  }
}

// Whoever shows it, a listing, a look-up or the answer to a launch.
void seen_alive(Context& context, Attempt& attempt, Machine& machine) {
  machine.gone_first_at.reset();
  // Absence counts from the later of the accepted terminate and the last time it was seen alive.
  if (machine.terminate_accepted_at)
    machine.terminate_accepted_at = std::max(*machine.terminate_accepted_at, context.now);
  if (!machine.gone_at) return;
  // It was counted gone and is back: the earlier listings were wrong. End it (again).
  machine.gone_at.reset();
  machine.terminate_asked_at.reset();
  machine.terminate_accepted_at.reset();
  if (attempt.stage == Stage::ended) attempt.stage = Stage::ending;
  attempt.next_at = context.now;
}

void show(Context& context, Attempt& attempt, const Instance& instance, Time asked_at) {
  Machine& machine = meet_machine(context, attempt, instance);
  machine.seen = true;
  if (instance.state == InstanceState::terminated)
    count_gone(context, attempt, machine, asked_at, context.policy.observation_gap);
}

void miss(Context& context, Attempt& attempt, Machine& machine, Time asked_at) {
  if (machine.gone_at) return;
  const Policy& policy = context.policy;
  if (machine.terminate_accepted_at) {
    const Duration window = machine.seen ? policy.absence_window : policy.look_up_window;
    if (asked_at >= *machine.terminate_accepted_at + window) {
      count_gone(context, attempt, machine, asked_at, policy.observation_gap);
    }
  } else if (attempt.stage != Stage::ending &&
             (machine.seen || asked_at >= attempt.asked_at + policy.invisible_window)) {
    const Duration window = attempt.stage == Stage::booting
                                ? std::min(policy.boot_vanish_window, policy.vanish_window)
                                : policy.vanish_window;
    if (!machine.gone_first_at) {
      note(context.state, context.now, "instance",
           machine.instance.id + " is missing from the cloud's listing", attempt.number);
    }
    count_gone(context, attempt, machine, asked_at, window);
  }
}

void observe_attempt(Context& context, Attempt& attempt, const Observed& observed) {
  std::vector<std::string> shown;
  for (const Instance& instance : observed.instances) {
    if (!belongs_to(instance, attempt)) continue;
    shown.push_back(instance.id);
    show(context, attempt, instance, observed.asked_at);
  }
  for (Machine& machine : attempt.machines) {
    const bool missing = std::ranges::find(shown, machine.instance.id) == shown.end();
    // A listing begun before the machine was known says nothing about it.
    if (missing && observed.asked_at >= attempt.asked_at)
      miss(context, attempt, machine, observed.asked_at);
  }
}

Watch watch_of(const Attempt& attempt) {
  const bool doubtful = std::ranges::any_of(attempt.machines, [](const Machine& machine) {
    return !machine.gone_at && (machine.slot < 0 || machine.gone_first_at || !machine.seen);
  });
  if (doubtful || attempt.stage == Stage::booting || attempt.stage == Stage::ending)
    return Watch::transition;
  return attempt.stage == Stage::ended ? Watch::dormant : Watch::steady;
}

}  // namespace

Machine& meet_machine(Context& context, Attempt& attempt, const Instance& instance) {
  for (Machine& machine : attempt.machines) {
    if (machine.instance.id != instance.id) continue;
    const bool changed =
        machine.instance.state != instance.state || says_how_far(machine.instance, instance);
    if (instance.launched_at != Time{}) machine.begin_guessed = false;
    update(machine.instance, instance, machine.seen);
    if (changed) note_state(context, attempt, machine.instance);
    keep_time(machine, instance, context.now);
    if (instance.state != InstanceState::terminated) seen_alive(context, attempt, machine);
    return machine;
  }
  const bool may_fill = attempt.stage == Stage::launching || attempt.stage == Stage::unsure ||
                        attempt.stage == Stage::ending;
  Machine machine{.slot = may_fill ? free_slot(context, attempt, instance) : -1,
                  .instance = instance};
  if (machine.instance.launched_at == Time{}) {
    machine.instance.launched_at = attempt.asked_at;
    machine.begin_guessed = true;
  }
  const bool late = attempt.stage == Stage::ended;
  if (late) attempt.stage = Stage::ending;
  if (machine.slot < 0 && instance.state != InstanceState::terminated) {
    note(context.state, context.now, "instance",
         fmt::format("{} {}: ending it", instance.id,
                     late ? "showed up after the end" : "is one too many"),
         attempt.number);
  }
  if (attempt.stage != Stage::launching && attempt.stage != Stage::unsure)
    attempt.next_at = context.now;
  keep_time(machine, instance, context.now);
  return attempt.machines.emplace_back(std::move(machine));
}

void on_observed(Context& context, const Observed& observed) {
  for (Attempt& attempt : context.state.attempts) {
    if (in_scope(context, attempt, observed)) observe_attempt(context, attempt, observed);
  }
}

std::vector<Interest> interests(const Reservation& state, const Policy& policy) {
  std::vector<Interest> all;
  for (const Attempt& attempt : state.attempts) {
    if (attempt.stage == Stage::launching || attempt.stage == Stage::unsure) {
      if (attempt.machines.empty()) continue;
    }
    const auto traits = policy.traits.find(attempt.offer.cloud);
    const bool global = traits != policy.traits.end() && traits->second.lists_all_regions;
    Interest interest{.key = attempt.key,
                      .cloud = attempt.offer.cloud,
                      .region = global ? "" : attempt.offer.region,
                      .watch = watch_of(attempt)};
    const auto same = std::ranges::find_if(all, [&](const Interest& known) {
      return known.key == interest.key && known.cloud == interest.cloud &&
             known.region == interest.region;
    });
    if (same == all.end()) {
      all.push_back(std::move(interest));
    } else {
      same->watch = std::max(same->watch, interest.watch);
    }
  }
  return all;
}

namespace {

Time tombstone_end(const Reservation& state, const Policy& policy) {
  Time end = state.ended_at.value_or(state.created_at);
  for (const Attempt& attempt : state.attempts) end = std::max(end, attempt.ended_at.value_or(end));
  return end + policy.tombstone;
}

bool wants_placing(const Reservation& state) {
  return !launch_under_way(state) && !unplaced_slots(state).empty();
}

bool all_ended(const Reservation& state) {
  return std::ranges::all_of(state.attempts,
                             [](const Attempt& attempt) { return attempt.stage == Stage::ended; });
}

}  // namespace

bool is_over(const Reservation& state, const Policy& policy, Time now) {
  return is_final(state.phase) && all_ended(state) && now >= tombstone_end(state, policy);
}

Time wake_of(const Reservation& state, const Policy& policy) {
  Time wake = kNever;
  for (const Attempt& attempt : state.attempts) wake = std::min(wake, wake_of(attempt, policy));
  if (is_final(state.phase))
    return all_ended(state) ? std::min(wake, tombstone_end(state, policy)) : wake;
  if (state.goal == Goal::absent) return wake;
  if (state.expires_at) wake = std::min(wake, *state.expires_at);
  wake = std::min(wake, next_lease_warning(state, policy));
  if (state.ready_at) return wake;
  wake = std::min(wake, state.created_at + provision_deadline(state, policy));
  if (!state.calling && wants_placing(state)) wake = std::min(wake, state.next_at);
  return wake;
}

}  // namespace mayfly::lifecycles
