// One attempt's stages. The order inside is the order of a life: start, boot, run, end. Launching
// and looking for what an unclear launch made is in launch.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/assert.h"
#include "core/id.h"
#include "lifecycles/rules.h"

namespace mayfly::lifecycles {
namespace {

// The estimate is frozen with the placement; each further attempt freezes it anew.
void freeze_estimate(Reservation& state) {
  const Duration billed = std::chrono::seconds(state.estimate.billed_seconds);
  ExactCost sum = 0;
  for (const Attempt* attempt : live_attempts(state)) {
    const auto machines = static_cast<std::int64_t>(slots_of(state, *attempt).size());
    sum += attempt->offer.price.exact_cost(billed) * machines;
  }
  const auto unplaced = static_cast<std::int64_t>(unplaced_slots(state).size());
  sum += state.attempts.back().offer.price.exact_cost(billed) * unplaced;
  state.estimate.cost_usd = round_half_up(sum);
}

bool is_going(const Machine& machine) {
  return machine.instance.state == InstanceState::shutting_down ||
         machine.instance.state == InstanceState::terminated;
}

bool is_reachable(const Instance& instance) {
  return instance.state == InstanceState::running &&
         (!instance.public_ip.empty() || !instance.dns_name.empty());
}

Duration boot_deadline(const Policy& policy, const Attempt& attempt) {
  return policy.boot_deadline * boot_patience(policy, attempt.offer.cloud);
}

// ---- booting
// ----------------------------------------------------------------------------------------------

void fail_boot(Context& context, Attempt& attempt, std::string reason, std::string code,
               std::optional<Reaction> means = std::nullopt) {
  const Offer offer = attempt.offer;
  const bool capacity = code.contains("Capacity");
  end_attempt(context, attempt, reason, code);
  std::erase(context.state.targets, attempt.target);
  rule_out(context, offer,
           {.reaction = means.value_or(capacity ? Reaction::next_zone : Reaction::next_offer),
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
                instance.state_reason, instance.ended_means);
      return;
    }
    all_up = all_up && is_reachable(instance);
  }
  if (all_up) {
    attempt.stage = Stage::running;
  } else if (context.now >= attempt.asked_at + boot_deadline(context.policy, attempt)) {
    fail_boot(
        context, attempt,
        "not every machine was running within " + to_string(boot_deadline(context.policy, attempt)),
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
  if (current_attempt(context.state)) return;
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
  settle_from_now(context, attempt);
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

bool holds(const Attempt& attempt, int slot) {
  return std::ranges::any_of(attempt.machines, [&](const Machine& machine) {
    return machine.slot == slot && !machine.gone_at;
  });
}

bool should_end(const Attempt& attempt, const Machine& machine) {
  return !machine.gone_at && (attempt.stage == Stage::ending || machine.slot < 0);
}

Time terminate_due(const Policy& policy, const Machine& machine) {
  if (!machine.terminate_asked_at) return Time::min();
  // It was asked so early that the cloud did not know it yet, and has shown it since.
  if (machine.seen && !machine.terminate_accepted_at && !is_going(machine)) return Time::min();
  // Where ended machines just vanish, one that is missing from a listing is on its way too.
  // Only what the cloud has taken needs no more asking: one that was seen on its way out may be
  // forgotten by the cloud before it was seen gone, and then only an answer tells.
  const bool leaves = is_going(machine) || machine.gone_first_at;
  if (leaves && machine.terminate_accepted_at) return kNever;
  return *machine.terminate_asked_at + policy.terminate_again;
}

std::vector<int> slots_of(const Reservation& state, const Attempt& attempt) {
  if (!attempt.slots.empty()) return attempt.slots;
  std::vector<int> all(static_cast<std::size_t>(state.request.count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<int> missing_slots(const Reservation& state, const Attempt& attempt) {
  std::vector<int> missing = slots_of(state, attempt);
  std::erase_if(missing, [&](int slot) { return holds(attempt, slot); });
  return missing;
}

void start_attempt(Context& context, const Offer& offer, const LaunchTarget& target,
                   std::vector<int> slots) {
  Reservation& state = context.state;
  Attempt attempt{
      .number = static_cast<int>(state.attempts.size()) + 1, .offer = offer, .target = target};
  if (slots.size() < static_cast<std::size_t>(state.request.count)) attempt.slots = slots;
  const auto key = std::ranges::find(state.keys, offer.cloud, &KeyChoice::cloud);
  ASSERT(key != state.keys.end());
  attempt.key = key->key;
  attempt.token =
      sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", state.id, attempt.number, offer.cloud,
                             offer.region, offer.instance_type, target.zone));
  attempt.started_at = context.now;
  attempt.next_at = context.now;
  note(state, context.now, "attempt",
       fmt::format("Trying {} at {} USD/h{}", describe(offer, target.zone),
                   to_string(offer.price.hourly()), offer.nodes > 0 ? "" : " each"),
       attempt.number);
  state.attempts.push_back(std::move(attempt));
  freeze_estimate(state);
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
  if (attempt.calling) return;
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
      settle(context, attempt);
      break;
  }
}

Time wake_of(const Attempt& attempt, const Policy& policy) {
  if (attempt.calling) return kNever;
  if (attempt.stage == Stage::ended) return settle_due(attempt);
  if (attempt.stage == Stage::launching || attempt.stage == Stage::unsure) return attempt.next_at;
  Time wake = kNever;
  for (const Machine& machine : attempt.machines) {
    if (should_end(attempt, machine)) wake = std::min(wake, terminate_due(policy, machine));
  }
  if (attempt.stage == Stage::ending && attempt.uncertain) wake = Time::min();
  if (wake != kNever) wake = std::max(wake, attempt.next_at);
  if (attempt.stage == Stage::booting)
    wake = std::min(wake, attempt.asked_at + boot_deadline(policy, attempt));
  return wake;
}

void on_terminate_answered(Context& context, const TerminateAnswered& answered) {
  Attempt* attempt = find_attempt(context.state, answered.attempt);
  if (!attempt || !attempt->calling) return;
  attempt->calling = false;
  if (!answered.not_found) {
    const CloudFailure& failure = answered.not_found.error();
    ++attempt->failures;
    if (failure.reaction != Reaction::key_refused) note_first(context, *attempt, failure);
    wait_for(context, attempt->offer.cloud, attempt->failures, failure);
    attempt->next_at = context.now + backoff(context, attempt->failures, failure.retry_after);
    return;
  }
  go_on(context);
  attempt->failures = 0;
  for (Machine& machine : attempt->machines) {
    if (std::ranges::find(answered.ids, machine.instance.id) == answered.ids.end()) continue;
    const bool unknown =
        std::ranges::find(*answered.not_found, machine.instance.id) != answered.not_found->end();
    // An id that was never in a listing may be unknown only because it is not visible yet: ask
    // again until it could no longer hide.
    const bool may_hide = !machine.seen && answered.asked_at.value_or(context.now) <
                                               attempt->asked_at + context.policy.invisible_window;
    machine.terminate_asked_at = context.now;
    if ((unknown && may_hide) || machine.terminate_accepted_at) continue;
    machine.terminate_accepted_at = context.now;
    // That it was missing before proves nothing now: both observations come past the window.
    if (machine.instance.state != InstanceState::terminated) machine.gone_first_at.reset();
  }
  attempt->next_at = context.now + context.policy.backoff_min;
}

void resume_attempt(Context& context, Attempt& attempt) {
  attempt.settling = false;
  if (!attempt.calling) return;
  attempt.calling = false;
  // The call may have reached the cloud or not; whatever it was, its answer is lost.
  const bool launching = attempt.stage == Stage::launching;
  if (launching) become_unsure(context, attempt);
  if (attempt.stage == Stage::ending && !attempt.asked.empty()) attempt.uncertain = true;
  // A launch may have waited for its turn until just before the restart.
  if (launching || attempt.stage == Stage::ending) attempt.asked_at = context.now;
  attempt.next_at = context.now;
}

}  // namespace mayfly::lifecycles
