#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "lifecycles/rules.h"
#include "model/clouds.h"

namespace mayfly::lifecycles {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

void on_resumed(Context& context) {
  context.state.calling = false;
  for (Attempt& attempt : context.state.attempts) resume_attempt(context, attempt);
}

void take_in(Context& context, const Event& event) {
  std::visit(
      Overloaded{
          [](const Due&) {},
          [&](const Resumed&) { on_resumed(context); },
          [&](const Ranked& ranked) { on_ranked(context, ranked); },
          [&](const Prepared& prepared) { on_prepared(context, prepared); },
          [&](const Launched& launched) { on_launched(context, launched); },
          [&](const LookedUp& looked_up) { on_looked_up(context, looked_up); },
          [&](const TerminateAnswered& answered) { on_terminate_answered(context, answered); },
          [&](const Observed& observed) { on_observed(context, observed); },
          [&](const ReleaseRequested& request) { release(context, request.reason); },
          [&](const LeaseSet& lease) { on_lease_set(context, lease); },
          [&](const Settled& settled) { on_settled(context, settled); },
          [&](const KeyReplaced& replaced) { on_key_replaced(context, replaced); },
      },
      event.what);
}

// Every slot has had its machine running; what was ready stays so while any attempt lives.
bool is_up(const Reservation& state) {
  const std::vector<const Attempt*> live = live_attempts(state);
  if (live.empty()) return false;
  if (state.ready_at) return true;
  return unplaced_slots(state).empty() && std::ranges::all_of(live, [](const Attempt* attempt) {
           return attempt->stage == Stage::running;
         });
}

Phase phase_of(const Reservation& state) {
  if (is_final(state.phase)) return state.phase;  // a late arrival does not undo the end
  const bool all_ended = std::ranges::all_of(
      state.attempts, [](const Attempt& attempt) { return attempt.stage == Stage::ended; });
  if (state.goal == Goal::absent) {
    if (!all_ended) return Phase::releasing;
    return state.failing ? Phase::failed : Phase::released;
  }
  if (is_up(state)) return Phase::ready;
  return state.attempts.empty() && !state.preparing ? Phase::pending : Phase::provisioning;
}

std::string what_runs(const Request& request) {
  if (request.kind == Kind::cluster) {
    const int nodes = machine_count(request);
    return nodes == 1 ? "the cluster of one node is"
                      : fmt::format("the cluster of {} nodes is", nodes);
  }
  return request.count == 1 ? "one machine" : fmt::format("{} machines", request.count);
}

std::string phase_message(const Reservation& state) {
  switch (state.phase) {
    case Phase::pending:
      return "Waiting to be placed";
    case Phase::provisioning:
      return "Provisioning";
    case Phase::ready:
      return fmt::format("Ready: {} running", what_runs(state.request));
    case Phase::releasing:
      return "Tearing down: " + state.end_reason;
    case Phase::released:
      return "Released: every machine was observed gone";
    case Phase::failed:
      return "Failed, nothing is left running: " + state.end_reason;
  }
  return "";
}

void settle_phase(Context& context) {
  Reservation& state = context.state;
  const Phase phase = phase_of(state);
  if (phase == state.phase) return;
  state.phase = phase;
  if (is_final(phase) || phase == Phase::ready) go_on(context);
  if (phase == Phase::ready) {
    state.ready_at = context.now;
    // Only a reservation under way fails over; what it could have become is no use any more.
    state.candidates.clear();
    state.targets.clear();
    state.preparing.reset();
  }
  if (is_final(phase)) state.ended_at = context.now;
  note(state, context.now, "phase", phase_message(state));
}

void advance(Context& context) {
  Reservation& state = context.state;
  if (state.goal == Goal::present) {
    if (state.expires_at && context.now >= *state.expires_at) {
      release(context, "the lease ended");
    } else if (!state.ready_at &&
               context.now >= state.created_at + provision_deadline(state, context.policy)) {
      give_up(context, "it did not become ready within " +
                           to_string(provision_deadline(state, context.policy)) +
                           (state.waiting.empty() ? "" : ": " + state.waiting));
    }
    warn_of_lease_end(context);
  }
  // By index: an attempt may be added while walking.
  for (std::size_t i = 0; i < state.attempts.size(); ++i)
    advance_attempt(context, state.attempts[i]);
  if (state.goal == Goal::present) place(context);
  settle_phase(context);
}

// Everything that advance() can move, as one number: comparing whole states would copy them.
std::size_t standing(const Reservation& state) {
  std::size_t sum = 0;
  const auto add = [&](auto part) { sum = sum * 31 + static_cast<std::size_t>(part); };
  add(state.goal);
  add(state.phase);
  add(state.calling);
  add(state.preparing.has_value());
  add(state.targets.size());
  add(state.candidates.size());
  add(state.journal_seq);
  for (const Attempt& attempt : state.attempts) {
    add(attempt.stage);
    add(attempt.calling);
    add(attempt.settling);
    add(attempt.uncertain);
  }
  return sum;
}

// Attempts of one pass can change what an earlier one should do (a failed boot makes room for the
// next attempt), so advance until nothing moves. Each pass moves some stage forward; the bound is
// only there to make an endless loop an impossible state.
void advance_to_rest(Context& context) {
  constexpr int kPassesMax = 16;
  for (int pass = 0; pass < kPassesMax; ++pass) {
    const std::size_t before = standing(context.state);
    advance(context);
    if (standing(context.state) == before) return;
  }
  ASSERT(!"a reservation never came to rest");
}

}  // namespace

const CloudTraits& Context::traits(const std::string& cloud) const {
  const auto found = policy.traits.find(cloud);
  ASSERT(found != policy.traits.end());
  return found->second;
}

int boot_patience(const Policy& policy, const std::string& cloud) {
  const auto found = policy.traits.find(cloud);
  return found == policy.traits.end() ? 1 : found->second.boot_patience;
}

Duration provision_deadline(const Reservation& state, const Policy& policy) {
  int patience = 1;
  for (const KeyChoice& choice : state.keys)
    patience = std::max(patience, boot_patience(policy, choice.cloud));
  return policy.provision_deadline * patience;
}

Duration backoff(const Context& context, int failures, std::optional<Duration> retry_after) {
  const Policy& policy = context.policy;
  Duration wait = policy.backoff_min * (1 << std::clamp(failures - 1, 0, 10));
  wait = std::min(wait, policy.backoff_max);
  std::uint32_t spread = static_cast<std::uint32_t>(failures);
  for (const char c : context.state.id) spread = spread * 31 + static_cast<unsigned char>(c);
  wait = wait / 2 + wait / 2 * static_cast<int>(spread % 64) / 63;
  return std::max(wait, retry_after.value_or(Duration{0}));
}

Attempt* find_attempt(Reservation& state, int number) {
  for (Attempt& attempt : state.attempts) {
    if (attempt.number == number) return &attempt;
  }
  return nullptr;
}

std::string describe(const Offer& offer, const std::string& zone) {
  const std::string nodes = offer.nodes > 0 ? fmt::format("{} x ", offer.nodes) : "";
  return fmt::format("{} {}{} in {}", cloud_title(offer.cloud), nodes, offer.instance_type,
                     zone.empty() ? offer.region : zone);
}

ReservationDecision decide(const Reservation& state, const Event& event, const Policy& policy) {
  ReservationDecision decision{.next = state};
  Context context{
      .state = decision.next, .now = event.now, .policy = policy, .effects = decision.effects};
  take_in(context, event);
  advance_to_rest(context);
  decision.wake = wake_of(decision.next, policy);
  return decision;
}

}  // namespace mayfly::lifecycles
