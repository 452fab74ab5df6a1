// When the cloud stopped billing what is gone. An ended machine that a cloud still lists carries
// that time with it; one that vanished has to be asked after. Some clouds never say: after a few
// questions the moment it was first observed gone stands.
#include <algorithm>
#include <array>

#include "lifecycles/rules.h"

namespace mayfly::lifecycles {
namespace {

// After the end, and after each question that left something open: records lag behind.
constexpr std::array<Duration, kSettleTriesMax> kPatience = {0s, 10s, 2min, 20min, 2h, 6h};

std::vector<std::string> unsettled(const Attempt& attempt) {
  std::vector<std::string> ids;
  for (const Machine& machine : attempt.machines) {
    if (!machine.billed_until) ids.push_back(machine.instance.id);
  }
  return ids;
}

void ask_later(Attempt& attempt, Time last) {
  if (attempt.settle_tries < kSettleTriesMax)
    attempt.settle_at = last + kPatience[static_cast<std::size_t>(attempt.settle_tries)];
}

}  // namespace

void settle_from_now(Context& context, Attempt& attempt) {
  attempt.settle_tries = 0;
  ask_later(attempt, context.now);
}

void settle(Context& context, Attempt& attempt) {
  if (context.now < settle_due(attempt)) return;
  attempt.settling = true;
  ++attempt.settle_tries;
  context.effects.emplace_back(Settle{attempt.number, unsettled(attempt)});
}

void on_settled(Context& context, const Settled& settled) {
  Attempt* attempt = find_attempt(context.state, settled.attempt);
  if (!attempt || !attempt->settling) return;
  attempt->settling = false;
  if (!settled.ends) {
    // A call that failed was no question.
    --attempt->settle_tries;
    ++attempt->failures;
    attempt->settle_at =
        context.now + backoff(context, attempt->failures, settled.ends.error().retry_after);
    return;
  }
  attempt->failures = 0;
  ask_later(*attempt, context.now);
  for (Machine& machine : attempt->machines) {
    const auto end = settled.ends->find(machine.instance.id);
    if (end != settled.ends->end() && machine.gone_at) machine.billed_until = end->second;
  }
}

Time settle_due(const Attempt& attempt) {
  const bool open =
      attempt.stage == Stage::ended && !attempt.settling &&
      attempt.settle_tries < kSettleTriesMax &&
      std::ranges::any_of(
          attempt.machines, [](const Machine& machine) { return !machine.billed_until; });
  return open ? attempt.settle_at : kNever;
}

}  // namespace mayfly::lifecycles
