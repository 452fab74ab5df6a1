#include "service/holds.h"

#include <algorithm>

namespace mayfly::service {
namespace {

// The teardown at the end of a lease is asked for at most this much later.
constexpr Duration kLatest = 1s;

// Clouds state a launch to the second begun.
Time to_the_second(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

int slots_of(const Reservation& reservation, const Attempt& attempt) {
  return attempt.slots.empty() ? reservation.request.count : static_cast<int>(attempt.slots.size());
}

bool still_starting(const Attempt& attempt) {
  return attempt.stage != Stage::running;
}

// The most that a reservation can have cost by one moment.
class Course {
 public:
  Course(const Reservation& reservation, const Offer& next, Time end)
      : reservation_(reservation), next_(next), end_(end) {
    uncovered_ = reservation.goal == Goal::absent ? 0 : reservation.request.count;
    from_ = to_the_second(reservation.created_at);
    for (const Attempt& attempt : reservation.attempts) {
      from_ = std::max(from_, to_the_second(attempt.started_at));
      if (!attempt.end_requested_at) uncovered_ -= slots_of(reservation, attempt);
    }
    uncovered_ = std::max(uncovered_, 0);
  }

  int uncovered() const { return uncovered_; }

  Money until(Time moment) const {
    ExactCost sum = running(next_, from_, moment) * uncovered_;
    for (const Attempt& attempt : reservation_.attempts) {
      sum += attempt.end_requested_at ? spent(attempt, moment) : bound(attempt, moment);
    }
    return round_half_up(sum);
  }

 private:
  ExactCost running(const Offer& offer, Time from, Time moment) const {
    const Time until = std::min(moment, end_ + kLatest);
    return until > from ? offer.price.exact_cost(until - from) : 0;
  }

  static ExactCost spent(const Attempt& attempt, Time moment) {
    ExactCost sum = 0;
    for (const Machine& machine : attempt.machines) {
      if (machine.slot < 0 || machine.instance.launched_at >= moment) continue;
      const BilledTime billed = billed_time(machine, std::min(moment, *attempt.end_requested_at));
      sum += attempt.offer.price.exact_cost(billed.running, billed.stopped);
    }
    return sum;
  }

  ExactCost bound(const Attempt& attempt, Time moment) const {
    ExactCost sum = 0;
    int living = 0;
    for (const Machine& machine : attempt.machines) {
      if (machine.slot < 0) continue;
      const Time launched_at = machine.instance.launched_at;
      if (machine.gone_at || machine.billed_until) {
        const BilledTime billed = billed_time(machine, moment);
        if (launched_at < moment)
          sum += attempt.offer.price.exact_cost(billed.running, billed.stopped);
      } else {
        ++living;
        sum += running(attempt.offer, launched_at, moment);
      }
    }
    const int missing = slots_of(reservation_, attempt) - living;
    if (missing <= 0 || !still_starting(attempt)) return sum;
    return sum + running(attempt.offer, to_the_second(attempt.started_at), moment) * missing;
  }

  const Reservation& reservation_;
  const Offer& next_;
  Time end_;
  Time from_;          // from when what has no machine yet may cost something
  int uncovered_ = 0;  // slots that no attempt is to fill
};

void add_machines(const Offer& offer, int count, Amounts& amounts) {
  amounts.vcpus += std::int64_t{offer.vcpus} * std::max(offer.nodes, 1) * count;
  amounts.usd_per_hour.value += offer.price.hourly().value * count;
}

}  // namespace

Amounts amounts_of(const Reservation& reservation, const Offer& next_offer, Time end, Month first) {
  Amounts amounts;
  const Course course(reservation, next_offer, end);
  const bool present = reservation.goal == Goal::present;
  if (present) {
    amounts.machines = machine_count(reservation.request);
    add_machines(next_offer, course.uncovered(), amounts);
    for (const Attempt& attempt : reservation.attempts) {
      if (!attempt.end_requested_at)
        add_machines(attempt.offer, slots_of(reservation, attempt), amounts);
    }
  }
  const Time last = present ? end : reservation.release_requested_at.value_or(end);
  Month month = std::max(first, month_of(reservation.created_at));
  Money before = course.until(start_of(month));
  while (start_of(month) <= last + kLatest) {
    const Money after = course.until(start_of(next(month)));
    if (after != before) amounts.usd[month] = after - before;
    before = after;
    month = next(month);
  }
  return amounts;
}

}  // namespace mayfly::service
