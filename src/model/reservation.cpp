#include "model/reservation.h"

#include <fmt/format.h>

#include <algorithm>

namespace mayfly {
namespace {

// The clouds state the end of a bill to the second, some of them only when asked. Until then what
// we know of a machine that is gone is when the cloud took our wish to end it (or when it was last
// seen after that), or else when it was first observed gone.
std::optional<Time> bill_end(const Machine& machine) {
  if (machine.billed_until) return machine.billed_until;
  const std::optional<Time> gone = machine.gone_first_at ? machine.gone_first_at : machine.gone_at;
  if (!gone || !machine.terminate_accepted_at) return gone;
  return std::min(*gone, *machine.terminate_accepted_at);
}

bool is_stated(const Attempt& attempt) {
  return std::ranges::all_of(
      attempt.machines, [](const Machine& machine) { return machine.billed_until.has_value(); });
}

// Without that the bill has the cloud's end and our beginning.
bool is_begin_stated(const Attempt& attempt) {
  return std::ranges::none_of(attempt.machines, &Machine::begin_guessed);
}

bool is_settled(const Attempt& attempt) {
  return attempt.stage == Stage::ended &&
         (attempt.settle_tries >= kSettleTriesMax || is_stated(attempt));
}

}  // namespace

std::vector<const Attempt*> live_attempts(const Reservation& reservation) {
  std::vector<const Attempt*> live;
  for (const Attempt& attempt : reservation.attempts) {
    if (attempt.stage != Stage::ending && attempt.stage != Stage::ended) live.push_back(&attempt);
  }
  return live;
}

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

BilledTime billed_time(const Machine& machine, Time until) {
  const Time start = machine.instance.launched_at;
  const Time end = std::clamp(bill_end(machine).value_or(until), start, std::max(start, until));
  Duration stopped = std::chrono::seconds(machine.stopped_seconds);
  if (machine.stopped_at) stopped += std::max(Duration{0}, end - *machine.stopped_at);
  stopped = std::min<Duration>(stopped, end - start);
  return {.running = end - start - stopped, .stopped = stopped};
}

bool is_users(const Attempt& attempt, const Machine& machine) {
  return machine.slot >= 0 &&
         (!attempt.end_requested_at || machine.instance.launched_at < *attempt.end_requested_at);
}

Cost cost_of(const Reservation& reservation, Time now) {
  ExactCost user = 0;
  ExactCost total = 0;
  bool settled = is_final(reservation.phase);
  bool stated = settled;
  for (const Attempt& attempt : reservation.attempts) {
    settled = settled && is_settled(attempt);
    stated = stated && is_stated(attempt) && is_begin_stated(attempt);
    const auto cost = [&](const Machine& machine, Time until) {
      const BilledTime billed = billed_time(machine, until);
      return attempt.offer.price.exact_cost(billed.running, billed.stopped);
    };
    for (const Machine& machine : attempt.machines) {
      total += cost(machine, now);
      if (!is_users(attempt, machine)) continue;
      user += cost(machine, std::min(now, attempt.end_requested_at.value_or(now)));
    }
  }
  const Money user_usd = round_half_up(user);
  return {.user_usd = user_usd,
          .tail_usd = round_half_up(total) - user_usd,
          .final = settled,
          .stated = stated};
}

}  // namespace mayfly
