// From the written intent to machines that are known. A launch whose fate is unclear is looked for
// before anything is repeated.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycles/rules.h"

namespace mayfly::lifecycles {
namespace {

// Where the next part of a spread request goes after this one found no room: the same place with
// half as many machines, until one alone finds none.
bool halve(Context& context, const Attempt& attempt, const CloudFailure& failure) {
  Reservation& state = context.state;
  const std::size_t slots = slots_of(state, attempt).size();
  const bool no_room =
      failure.reaction == Reaction::next_zone || failure.reaction == Reaction::skip_quota;
  if (!state.request.spread || !no_room || slots < 2) return false;
  state.share = static_cast<int>(slots / 2);
  state.preparing = attempt.offer;
  if (state.targets.empty() || state.targets.front() != attempt.target)
    state.targets.insert(state.targets.begin(), attempt.target);
  return true;
}

void give_attempt_up(Context& context, Attempt& attempt, const CloudFailure& failure) {
  const Offer offer = attempt.offer;
  end_attempt(context, attempt, failure.message, failure.code);
  if (halve(context, attempt, failure)) return;
  std::erase(context.state.targets, attempt.target);
  rule_out(context, offer, failure);
}

void launch_failed(Context& context, Attempt& attempt, const CloudFailure& failure) {
  ++attempt.failures;
  if (failure.reaction != Reaction::key_refused) note_first(context, attempt, failure);
  if (failure.reaction == Reaction::ambiguous) {
    become_unsure(context, attempt);
    return;
  }
  if (!attempt.uncertain) attempt.asked.clear();
  if (attempt.stage == Stage::ending) {
    attempt.next_at = context.now;
    return;
  }
  const bool unreachable =
      failure.code == "Unreachable" && attempt.failures >= context.policy.unreachable_tries;
  const bool waits = (failure.reaction == Reaction::again && !unreachable) ||
                     (failure.reaction == Reaction::key_refused &&
                      !another_cloud_left(context.state, attempt.offer.cloud));
  if (waits) {
    attempt.next_at = context.now + backoff(context, attempt.failures, failure.retry_after);
    // What an earlier call of no known fate made may come while this one waits.
    if (attempt.uncertain && !context.traits(attempt.offer.cloud).idempotent_launch)
      attempt.stage = Stage::unsure;
    wait_for(context, attempt.offer.cloud, attempt.failures, failure);
    return;
  }
  CloudFailure meaning = failure;
  if (unreachable) meaning.reaction = Reaction::skip_cloud;
  give_attempt_up(context, attempt, meaning);
}

// A launch's machines can hide from look-ups for a while; after this they would have shown.
bool looked_long_enough(const Context& context, const Attempt& attempt, Time asked_at) {
  return attempt.look_ups >= context.policy.look_ups_min &&
         asked_at >= attempt.asked_at + context.policy.look_up_window;
}

Duration look_up_interval(const Context& context, const Attempt& attempt) {
  return std::min<Duration>(context.policy.look_up_window / 2,
                            2 * context.policy.backoff_min * (1 << std::min(attempt.look_ups, 10)));
}

void give_up_unsure(Context& context, Attempt& attempt) {
  const Offer offer = attempt.offer;
  end_attempt(context, attempt, "the cloud never answered the launch clearly", "Ambiguous");
  rule_out(context, offer,
           {.reaction = Reaction::next_offer,
            .code = "Ambiguous",
            .message = "the cloud never answered the launch clearly"});
}

void looked(Context& context, Attempt& attempt, Time asked_at) {
  ++attempt.look_ups;
  attempt.failures = 0;
  const bool long_enough = looked_long_enough(context, attempt, asked_at);
  if (attempt.stage == Stage::ending) {
    if (long_enough) {
      attempt.uncertain = false;
      attempt.asked.clear();
    }
    // What was just found is ended before anything more is looked for.
    const bool found = std::ranges::any_of(attempt.machines, [&](const Machine& machine) {
      return should_end(attempt, machine) && context.now >= terminate_due(context.policy, machine);
    });
    attempt.next_at = found ? context.now : context.now + look_up_interval(context, attempt);
    return;
  }
  if (attempt.stage != Stage::unsure) return;
  const bool all_found =
      std::ranges::all_of(attempt.asked, [&](int slot) { return holds(attempt, slot); });
  if (all_found) {
    attempt.uncertain = false;
    attempt.stage = Stage::launching;
    attempt.next_at = context.now;
  } else if (context.now >= attempt.started_at + context.policy.ambiguity_patience) {
    give_up_unsure(context, attempt);
  } else if (context.traits(attempt.offer.cloud).idempotent_launch || long_enough) {
    attempt.stage = Stage::launching;
    attempt.next_at = context.now;
  } else {
    attempt.next_at = context.now + look_up_interval(context, attempt);
  }
}

// A machine that has died already cannot be had again: a token stands for all machines of its
// launch, and a name is used once. So that is a boot that failed.
bool one_died(const Context& context, const Attempt& attempt) {
  if (context.traits(attempt.offer.cloud).idempotent_launch)
    return !attempt.uncertain && !attempt.machines.empty();
  return std::ranges::any_of(attempt.machines, [](const Machine& machine) {
    return machine.slot >= 0 && machine.gone_at;
  });
}

}  // namespace

void note_first(Context& context, const Attempt& attempt, const CloudFailure& failure) {
  if (attempt.failures > 1) return;
  note(context.state, context.now, "attempt", failure.message, attempt.number, failure.code);
}

void launch(Context& context, Attempt& attempt) {
  const std::vector<int> missing = missing_slots(context.state, attempt);
  if (missing.empty()) {
    attempt.stage = Stage::booting;
    attempt.asked.clear();
    attempt.uncertain = false;
    attempt.failures = 0;
    return;
  }
  if (one_died(context, attempt)) {
    attempt.stage = Stage::booting;
    return;
  }
  const auto most =
      static_cast<std::size_t>(context.traits(attempt.offer.cloud).machines_per_launch);
  // An idempotent launch is repeated with identical bytes: never with fewer slots than before.
  if (!attempt.uncertain || !context.traits(attempt.offer.cloud).idempotent_launch) {
    attempt.asked.assign(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(
                                                                std::min(most, missing.size())));
  }
  attempt.calling = true;
  attempt.look_ups = 0;
  attempt.asked_at = context.now;
  context.effects.emplace_back(Launch{attempt.number});
}

void become_unsure(Context& context, Attempt& attempt) {
  attempt.uncertain = true;
  attempt.look_ups = 0;
  if (attempt.stage != Stage::ending) attempt.stage = Stage::unsure;
  attempt.next_at = context.now + context.policy.backoff_min;
}

void look_up(Context& context, Attempt& attempt) {
  attempt.calling = true;
  context.effects.emplace_back(LookUp{attempt.number});
}

void on_launched(Context& context, const Launched& launched) {
  Attempt* attempt = find_attempt(context.state, launched.attempt);
  if (!attempt || !attempt->calling) return;
  attempt->calling = false;
  // How long its machines may hide or boot counts from when the cloud was asked.
  if (launched.sent_at) attempt->asked_at = std::max(attempt->asked_at, *launched.sent_at);
  if (!launched.instances) {
    launch_failed(context, *attempt, launched.instances.error());
    return;
  }
  go_on(context);
  attempt->failures = 0;
  attempt->uncertain = false;
  for (const Instance& instance : *launched.instances) meet_machine(context, *attempt, instance);
  attempt->asked.clear();
  attempt->next_at = context.now;
  note(context.state, context.now, "attempt",
       fmt::format("{} accepted the launch of {}", describe(attempt->offer, attempt->target.zone),
                   attempt->offer.nodes > 0 ? "the cluster"
                   : launched.instances->size() == 1
                       ? "one machine"
                       : fmt::format("{} machines", launched.instances->size())),
       attempt->number);
}

void on_looked_up(Context& context, const LookedUp& looked_up) {
  Attempt* attempt = find_attempt(context.state, looked_up.attempt);
  if (!attempt || !attempt->calling) return;
  attempt->calling = false;
  if (looked_up.instances) {
    go_on(context);
    for (const Instance& instance : *looked_up.instances) meet_machine(context, *attempt, instance);
    looked(context, *attempt, looked_up.asked_at);
    return;
  }
  const CloudFailure& failure = looked_up.instances.error();
  ++attempt->failures;
  attempt->next_at = context.now + backoff(context, attempt->failures, failure.retry_after);
  const bool passes = failure.reaction == Reaction::again ||
                      failure.reaction == Reaction::ambiguous ||
                      (failure.reaction == Reaction::key_refused &&
                       !another_cloud_left(context.state, attempt->offer.cloud));
  if (failure.reaction != Reaction::key_refused) note_first(context, *attempt, failure);
  if (attempt->stage == Stage::unsure && !passes) {
    give_attempt_up(context, *attempt, failure);
  } else {
    wait_for(context, attempt->offer.cloud, attempt->failures, failure);
  }
}

}  // namespace mayfly::lifecycles
