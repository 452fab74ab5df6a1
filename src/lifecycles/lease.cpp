// The lease: when it ends, and who is told how long before.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycles/rules.h"

namespace mayfly::lifecycles {
namespace {

// The warnings of this lease, longest first: the policy's, as far as the lease is at least twice as
// long; a shorter lease has one, a quarter of it before the end.
std::vector<Duration> warnings_of(const Reservation& state, const Policy& policy) {
  const Duration length = *state.expires_at - state.created_at;
  std::vector<Duration> warnings;
  for (const Duration before : policy.lease_warnings) {
    if (before * 2 <= length) warnings.push_back(before);
  }
  if (warnings.empty()) warnings.push_back(std::chrono::floor<std::chrono::seconds>(length / 4));
  return warnings;
}

std::int64_t seconds_of(Duration duration) {
  return std::chrono::floor<std::chrono::seconds>(duration).count();
}

bool is_given(const Reservation& state, Duration warning) {
  return state.warned_seconds != 0 && state.warned_seconds <= seconds_of(warning);
}

}  // namespace

void on_lease_set(Context& context, const LeaseSet& lease) {
  Reservation& state = context.state;
  if (state.goal == Goal::absent || state.expires_at == lease.expires_at) return;
  state.expires_at = lease.expires_at;
  state.warned_seconds = 0;
  note(state, context.now, "lease",
       lease.expires_at ? "The lease now ends at " + to_string(*lease.expires_at)
                        : "The lease has no end");
}

void warn_of_lease_end(Context& context) {
  Reservation& state = context.state;
  if (state.goal == Goal::absent || !state.expires_at) return;
  std::optional<Duration> due;
  for (const Duration warning : warnings_of(state, context.policy)) {
    if (context.now >= *state.expires_at - warning && !is_given(state, warning)) due = warning;
  }
  // Of several that are overdue only the last is worth saying.
  if (!due || seconds_of(*due) == 0) return;
  state.warned_seconds = seconds_of(*due);
  note(state, context.now, "lease_warning",
       fmt::format("The lease ends in {}, at {}; `mayfly extend {} 2h` keeps it longer",
                   to_string(std::max<Duration>(1s, std::chrono::floor<std::chrono::seconds>(
                                                        *state.expires_at - context.now))),
                   to_string(*state.expires_at), state.id));
}

Time next_lease_warning(const Reservation& state, const Policy& policy) {
  Time next = kNever;
  if (state.goal == Goal::absent || !state.expires_at) return next;
  for (const Duration warning : warnings_of(state, policy)) {
    if (seconds_of(warning) > 0 && !is_given(state, warning))
      next = std::min(next, *state.expires_at - warning);
  }
  return next;
}

}  // namespace mayfly::lifecycles
