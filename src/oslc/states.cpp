#include "oslc/states.h"

#include <algorithm>

#include "oslc/vocabulary.h"

namespace mayfly::oslc {

bool is_canceled(const Reservation& reservation) {
  return !reservation.ready_at && reservation.goal == Goal::absent && !reservation.failing;
}

Progress launch_progress(const Reservation& reservation) {
  using namespace automation;
  if (reservation.ready_at) return {kComplete, kPassed};
  if (!is_final(reservation.phase)) {
    if (is_canceled(reservation)) return {kCanceling, kUnavailable};
    return {reservation.phase == Phase::pending ? kQueued : kInProgress, kUnavailable};
  }
  if (!reservation.failing) return {kCanceled, kUnavailable};
  // That nothing was even tried is no verdict on what was asked for.
  return {kComplete, reservation.attempts.empty() ? kError : kFailed};
}

bool is_finished(const Progress& progress) {
  return progress.state == automation::kComplete || progress.state == automation::kCanceled;
}

int launch_percent(const Reservation& reservation) {
  if (is_finished(launch_progress(reservation))) return 100;
  std::size_t running = 0;
  for (const Attempt* attempt : live_attempts(reservation)) {
    running += static_cast<std::size_t>(
        std::ranges::count_if(attempt->machines, [](const Machine& machine) {
          return machine.slot >= 0 && machine.instance.state == InstanceState::running;
        }));
  }
  const auto wanted = static_cast<std::size_t>(std::max(1, reservation.request.count));
  return static_cast<int>(std::min<std::size_t>(99, 100 * running / wanted));
}

}  // namespace mayfly::oslc
