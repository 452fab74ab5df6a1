#include "model/reservation.h"

#include <fmt/format.h>

#include <algorithm>

namespace mayfly {
namespace {

// The cloud's clock for a machine stops when the cloud shows it ending; what we know is the first
// observation of that.
Time billed_until(const Machine& machine, Time now) {
  return std::min(now, machine.gone_first_at.value_or(machine.gone_at.value_or(now)));
}

}  // namespace

const Attempt* current_attempt(const Reservation& reservation) {
  for (const Attempt& attempt : reservation.attempts) {
    if (attempt.stage != Stage::ending && attempt.stage != Stage::ended) return &attempt;
  }
  return nullptr;
}

const Offer* placed_offer(const Reservation& reservation) {
  if (const Attempt* attempt = current_attempt(reservation)) return &attempt->offer;
  if (reservation.preparing) return &*reservation.preparing;
  if (reservation.goal == Goal::absent && !reservation.attempts.empty()) {
    return &reservation.attempts.back().offer;
  }
  return reservation.candidates.empty() ? nullptr : &reservation.candidates.front();
}

std::string machine_name(const Reservation& reservation, const Attempt& attempt, int slot) {
  return fmt::format("mayfly-{}-{}-{}", reservation.id, attempt.number, slot);
}

Cost cost_of(const Reservation& reservation, Time now) {
  ExactCost user = 0;
  ExactCost total = 0;
  for (const Attempt& attempt : reservation.attempts) {
    for (const Machine& machine : attempt.machines) {
      const Time start = machine.instance.launched_at;
      const Time end = std::max(start, billed_until(machine, now));
      const Time asked = std::clamp(attempt.end_requested_at.value_or(end), start, end);
      total += attempt.offer.price.exact_cost(end - start);
      // A surplus machine is our mistake, never the user's cost.
      if (machine.slot >= 0) user += attempt.offer.price.exact_cost(asked - start);
    }
  }
  const Money user_usd = round_half_up(user);
  return {.user_usd = user_usd, .tail_usd = round_half_up(total) - user_usd};
}

}  // namespace mayfly
