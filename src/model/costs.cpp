#include "model/costs.h"

#include <algorithm>

namespace mayfly {
namespace {

struct Exact {
  ExactCost user = 0;
  ExactCost total = 0;
  Duration had{};
};

// At `now` a machine counts even if the cloud's clock is ahead of ours; before that it counts from
// the moment after its launch, because a minimum charge falls due with the launch.
bool has_begun(const Machine& machine, Time until, Time now) {
  return until >= now || machine.instance.launched_at < until;
}

Exact exact_until(const Attempt& attempt, Time until, Time now) {
  Exact sum;
  const Time user_end = std::min(until, attempt.end_requested_at.value_or(until));
  const auto cost = [&](const BilledTime& billed) {
    return attempt.offer.price.exact_cost(billed.running, billed.stopped);
  };
  for (const Machine& machine : attempt.machines) {
    if (!has_begun(machine, until, now)) continue;
    sum.total += cost(billed_time(machine, until));
    if (!is_users(attempt, machine)) continue;
    const BilledTime had = billed_time(machine, user_end);
    sum.user += cost(had);
    sum.had += (had.running + had.stopped) * std::max(attempt.offer.nodes, 1);
  }
  return sum;
}

// Per attempt what the running sum grows by when it is rounded: these add up to the rounded whole.
std::vector<Share> shares_until(const Reservation& reservation, Time until, Time now) {
  std::vector<Share> shares;
  shares.reserve(reservation.attempts.size());
  Exact sum;
  Share before;
  for (const Attempt& attempt : reservation.attempts) {
    const Exact exact = exact_until(attempt, std::min(until, now), now);
    sum.user += exact.user;
    sum.total += exact.total;
    sum.had += exact.had;
    Share whole{.user_usd = round_half_up(sum.user),
                .machine_seconds = std::chrono::floor<std::chrono::seconds>(sum.had).count()};
    whole.tail_usd = round_half_up(sum.total) - whole.user_usd;
    shares.push_back({.user_usd = whole.user_usd - before.user_usd,
                      .tail_usd = whole.tail_usd - before.tail_usd,
                      .machine_seconds = whole.machine_seconds - before.machine_seconds});
    before = whole;
  }
  return shares;
}

}  // namespace

Share& Share::operator+=(const Share& other) {
  user_usd += other.user_usd;
  tail_usd += other.tail_usd;
  machine_seconds += other.machine_seconds;
  return *this;
}

std::vector<Share> shares_between(const Reservation& reservation, Time from, Time to, Time now) {
  std::vector<Share> shares = shares_until(reservation, to, now);
  const std::vector<Share> before = shares_until(reservation, std::min(from, to), now);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    shares[i].user_usd -= before[i].user_usd;
    shares[i].tail_usd -= before[i].tail_usd;
    shares[i].machine_seconds -= before[i].machine_seconds;
  }
  return shares;
}

Share cost_between(const Reservation& reservation, Time from, Time to, Time now) {
  Share sum;
  for (const Share& share : shares_between(reservation, from, to, now)) sum += share;
  return sum;
}

}  // namespace mayfly
