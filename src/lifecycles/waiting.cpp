// Why a reservation cannot go on just now: said once per reason, taken back as soon as a call
// succeeds. A wait is no failure; teardown in particular waits for as long as it takes.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycles/rules.h"
#include "model/clouds.h"

namespace mayfly::lifecycles {
namespace {

// Failures of one call in a row before its owner hears of it.
constexpr int kWorthSaying = 3;

void wait_because(Context& context, std::string reason, const std::string& code) {
  Reservation& state = context.state;
  if (state.waiting == reason) return;
  state.waiting = std::move(reason);
  note(state, context.now, "waiting", "Waiting: " + state.waiting, 0, code);
}

}  // namespace

void wait_for(Context& context, const std::string& cloud, int failures,
              const CloudFailure& failure) {
  if (failure.reaction == Reaction::key_refused) {
    wait_because(context,
                 fmt::format("{0} refuses the key ({1}). Store a working one for the same account "
                             "with `mayfly keys add {2}`",
                             cloud_title(cloud), failure.code, cloud_of_driver(cloud)),
                 failure.code);
  } else if (failures >= kWorthSaying) {
    wait_because(context,
                 fmt::format("{} cannot be used just now: {}", cloud_title(cloud), failure.message),
                 failure.code);
  }
}

void go_on(Context& context) {
  context.state.waiting.clear();
}

void on_key_replaced(Context& context, const KeyReplaced& replaced) {
  Reservation& state = context.state;
  if (state.waiting.empty()) return;
  go_on(context);
  note(state, context.now, "note", "A new key was stored: trying again");
  state.failures = 0;
  state.next_at = context.now;
  for (Attempt& attempt : state.attempts) {
    if (attempt.key != replaced.key) continue;
    attempt.failures = 0;
    attempt.next_at = context.now;
  }
}

}  // namespace mayfly::lifecycles
