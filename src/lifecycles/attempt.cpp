// One attempt's stages. The order inside is the order of a life: start, launch, look, boot, end.
#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "core/id.h"
#include "lifecycles/rules.h"

namespace mayfly::lifecycles {
namespace {

bool holds(const Attempt& attempt, int slot) {
  return std::ranges::any_of(attempt.machines, [&](const Machine& machine) {
    return machine.slot == slot && !machine.gone_at;
  });
}

// Machines that should not be: all of an attempt that is ending, else the surplus ones.
bool should_end(const Attempt& attempt, const Machine& machine) {
  return !machine.gone_at && (attempt.stage == Stage::ending || machine.slot < 0);
}

bool is_going(const Machine& machine) {
  return machine.instance.state == InstanceState::shutting_down ||
         machine.instance.state == InstanceState::terminated;
}

// When this machine has to be asked (again) to go; kNever while it is on its way.
Time terminate_due(const Policy& policy, const Machine& machine) {
  if (!machine.terminate_asked_at) return Time::min();
  // Where ended machines just vanish, one that is missing from a listing is on its way too.
  if (is_going(machine) || machine.gone_first_at) return kNever;
  return *machine.terminate_asked_at + policy.terminate_again;
}

// What it is worth to say once: repeated failures of one call would fill the journal.
void note_first(Context& context, const Attempt& attempt, const CloudFailure& failure) {
  if (attempt.failures > 1) return;
  note(context.state, context.now, "attempt", failure.message, attempt.number, failure.code);
}

// ---- launching
// ------------------------------------------------------------------------------------------

void launch(Context& context, Attempt& attempt) {
  const std::vector<int> missing = missing_slots(context.state, attempt);
  if (missing.empty()) {
    attempt.stage = Stage::booting;
    attempt.asked.clear();
    attempt.uncertain = false;
    attempt.failures = 0;
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

void launch_failed(Context& context, Attempt& attempt, const CloudFailure& failure) {
  ++attempt.failures;
  note_first(context, attempt, failure);
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
  if (failure.reaction == Reaction::again && !unreachable) {
    attempt.next_at = context.now + backoff(context, attempt.failures, failure.retry_after);
    return;
  }
  CloudFailure meaning = failure;
  if (unreachable) meaning.reaction = Reaction::skip_cloud;
  const Offer offer = attempt.offer;
  end_attempt(context, attempt, failure.message, failure.code);
  rule_out(context, offer, meaning);
}

// ---- unsure
// ---------------------------------------------------------------------------------------------

void look_up(Context& context, Attempt& attempt) {
  attempt.calling = true;
  context.effects.emplace_back(LookUp{attempt.number});
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

// ---- booting
// ----------------------------------------------------------------------------------------------

void fail_boot(Context& context, Attempt& attempt, std::string reason, std::string code) {
  const Offer offer = attempt.offer;
  const bool capacity = code.contains("Capacity");
  end_attempt(context, attempt, reason, code);
  rule_out(context, offer,
           {.reaction = capacity ? Reaction::next_zone : Reaction::next_offer,
            .code = std::move(code),
            .message = std::move(reason)});
}

void check_boot(Context& context, Attempt& attempt) {
  bool all_up = true;
  for (const Machine& machine : attempt.machines) {
    if (machine.slot < 0) continue;
    const Instance& instance = machine.instance;
    if (machine.gone_at || is_going(machine) || instance.state == InstanceState::stopping ||
        instance.state == InstanceState::stopped) {
      const std::string why =
          instance.state_reason.empty() ? "it stopped while booting" : instance.state_reason;
      fail_boot(context, attempt, fmt::format("{} did not boot: {}", instance.id, why),
                instance.state_reason);
      return;
    }
    all_up = all_up && instance.state == InstanceState::running && !instance.public_ip.empty();
  }
  if (all_up) {
    attempt.stage = Stage::running;
  } else if (context.now >= attempt.asked_at + context.policy.boot_deadline) {
    fail_boot(context, attempt,
              "not every machine was running within " + to_string(context.policy.boot_deadline),
              "BootDeadline");
  }
}

// ---- running
// ----------------------------------------------------------------------------------------------

void check_running(Context& context, Attempt& attempt) {
  const bool any_left = std::ranges::any_of(attempt.machines, [](const Machine& machine) {
    return machine.slot >= 0 && !machine.gone_at;
  });
  if (any_left) return;
  end_attempt(context, attempt, "every machine ended at the cloud");
  give_up(context, "every machine ended at the cloud without being asked to");
}

// ---- ending
// -----------------------------------------------------------------------------------------------

// True when a call was started.
bool terminate_what_should_end(Context& context, Attempt& attempt) {
  if (context.now < attempt.next_at) return false;
  std::vector<std::string> ids;
  for (const Machine& machine : attempt.machines) {
    if (should_end(attempt, machine) && context.now >= terminate_due(context.policy, machine)) {
      ids.push_back(machine.instance.id);
    }
  }
  if (ids.empty()) return false;
  attempt.calling = true;
  context.effects.emplace_back(Terminate{attempt.number, std::move(ids)});
  return true;
}

void check_ended(Context& context, Attempt& attempt) {
  const bool all_gone = std::ranges::all_of(
      attempt.machines, [](const Machine& machine) { return machine.gone_at.has_value(); });
  if (!all_gone || attempt.uncertain) return;
  attempt.stage = Stage::ended;
  attempt.ended_at = context.now;
  attempt.asked.clear();
  note(context.state, context.now, "attempt",
       attempt.machines.empty() ? "Nothing of this attempt exists"
                                : "Every machine of this attempt was observed gone",
       attempt.number);
}

void advance_ending(Context& context, Attempt& attempt) {
  check_ended(context, attempt);
  if (attempt.stage == Stage::ended || context.now < attempt.next_at) return;
  if (terminate_what_should_end(context, attempt)) return;
  if (attempt.uncertain) look_up(context, attempt);
}

}  // namespace

std::vector<int> missing_slots(const Reservation& state, const Attempt& attempt) {
  std::vector<int> missing;
  for (int slot = 0; slot < state.request.count; ++slot) {
    if (!holds(attempt, slot)) missing.push_back(slot);
  }
  return missing;
}

void start_attempt(Context& context, const Offer& offer, const LaunchTarget& target) {
  Reservation& state = context.state;
  Attempt attempt{
      .number = static_cast<int>(state.attempts.size()) + 1, .offer = offer, .target = target};
  const auto key = std::ranges::find(state.keys, offer.cloud, &KeyChoice::cloud);
  ASSERT(key != state.keys.end());
  attempt.key = key->key;
  attempt.token =
      sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", state.id, attempt.number, offer.cloud,
                             offer.region, offer.instance_type, target.zone));
  attempt.started_at = context.now;
  attempt.next_at = context.now;
  // The estimate is frozen with the placement; failing over to another offer freezes it anew.
  const Duration billed = std::chrono::seconds(state.estimate.billed_seconds);
  state.estimate.cost_usd = round_half_up(offer.price.exact_cost(billed) * state.request.count);
  note(state, context.now, "attempt",
       fmt::format("Trying {} at {} USD/h each", describe(offer, target.zone),
                   to_string(offer.price.hourly())),
       attempt.number);
  state.attempts.push_back(std::move(attempt));
}

void end_attempt(Context& context, Attempt& attempt, std::string reason, std::string code) {
  attempt.stage = Stage::ending;
  attempt.end_requested_at = context.now;
  attempt.reason = std::move(reason);
  attempt.cloud_code = std::move(code);
  attempt.failures = 0;
  attempt.next_at = context.now;
}

void advance_attempt(Context& context, Attempt& attempt) {
  if (attempt.calling || attempt.stage == Stage::ended) return;
  switch (attempt.stage) {
    case Stage::launching:
      if (context.now >= attempt.next_at) launch(context, attempt);
      break;
    case Stage::unsure:
      if (context.now >= attempt.next_at) look_up(context, attempt);
      break;
    case Stage::booting:
      check_boot(context, attempt);
      if (attempt.stage == Stage::booting) terminate_what_should_end(context, attempt);
      break;
    case Stage::running:
      check_running(context, attempt);
      if (attempt.stage == Stage::running) terminate_what_should_end(context, attempt);
      break;
    case Stage::ending:
      advance_ending(context, attempt);
      break;
    case Stage::ended:
      break;
  }
}

Time wake_of(const Attempt& attempt, const Policy& policy) {
  if (attempt.calling || attempt.stage == Stage::ended) return kNever;
  if (attempt.stage == Stage::launching || attempt.stage == Stage::unsure) return attempt.next_at;
  Time wake = kNever;
  for (const Machine& machine : attempt.machines) {
    if (should_end(attempt, machine)) wake = std::min(wake, terminate_due(policy, machine));
  }
  if (attempt.stage == Stage::ending && attempt.uncertain) wake = Time::min();
  if (wake != kNever) wake = std::max(wake, attempt.next_at);
  if (attempt.stage == Stage::booting)
    wake = std::min(wake, attempt.asked_at + policy.boot_deadline);
  return wake;
}

void on_launched(Context& context, const Launched& launched) {
  Attempt* attempt = find_attempt(context.state, launched.attempt);
  if (!attempt || !attempt->calling) return;
  attempt->calling = false;
  if (!launched.instances) {
    launch_failed(context, *attempt, launched.instances.error());
    return;
  }
  attempt->failures = 0;
  attempt->uncertain = false;
  for (const Instance& instance : *launched.instances) meet_machine(context, *attempt, instance);
  attempt->asked.clear();
  attempt->next_at = context.now;
  note(context.state, context.now, "attempt",
       fmt::format("{} accepted the launch of {}", describe(attempt->offer, attempt->target.zone),
                   launched.instances->size() == 1
                       ? "one machine"
                       : fmt::format("{} machines", launched.instances->size())),
       attempt->number);
}

void on_looked_up(Context& context, const LookedUp& looked_up) {
  Attempt* attempt = find_attempt(context.state, looked_up.attempt);
  if (!attempt || !attempt->calling) return;
  attempt->calling = false;
  if (looked_up.instances) {
    for (const Instance& instance : *looked_up.instances) meet_machine(context, *attempt, instance);
    looked(context, *attempt, looked_up.asked_at);
    return;
  }
  const CloudFailure& failure = looked_up.instances.error();
  ++attempt->failures;
  note_first(context, *attempt, failure);
  attempt->next_at = context.now + backoff(context, attempt->failures, failure.retry_after);
  if (attempt->stage == Stage::unsure && failure.reaction != Reaction::again &&
      failure.reaction != Reaction::ambiguous) {
    const Offer offer = attempt->offer;
    end_attempt(context, *attempt, failure.message, failure.code);
    rule_out(context, offer, failure);
  }
}

void on_terminate_answered(Context& context, const TerminateAnswered& answered) {
  Attempt* attempt = find_attempt(context.state, answered.attempt);
  if (!attempt || !attempt->calling) return;
  attempt->calling = false;
  if (!answered.not_found) {
    const CloudFailure& failure = answered.not_found.error();
    ++attempt->failures;
    note_first(context, *attempt, failure);
    attempt->next_at = context.now + backoff(context, attempt->failures, failure.retry_after);
    return;
  }
  attempt->failures = 0;
  for (Machine& machine : attempt->machines) {
    if (std::ranges::find(answered.ids, machine.instance.id) == answered.ids.end()) continue;
    const bool unknown =
        std::ranges::find(*answered.not_found, machine.instance.id) != answered.not_found->end();
    // An id that was never in a listing may be unknown only because it is not visible yet: ask
    // again until it could no longer hide.
    const bool may_hide =
        !machine.seen && context.now < attempt->asked_at + context.policy.invisible_window;
    machine.terminate_asked_at = context.now;
    if ((!unknown || !may_hide) && !machine.terminate_accepted_at)
      machine.terminate_accepted_at = context.now;
  }
  attempt->next_at = context.now + context.policy.backoff_min;
}

void resume_attempt(Context& context, Attempt& attempt) {
  if (!attempt.calling) return;
  attempt.calling = false;
  // The call may have reached the cloud or not; whatever it was, its answer is lost.
  if (attempt.stage == Stage::launching) become_unsure(context, attempt);
  if (attempt.stage == Stage::ending && !attempt.asked.empty()) attempt.uncertain = true;
  attempt.next_at = context.now;
}

}  // namespace mayfly::lifecycles
