// What part of a reservation's cost lies in a window of time, and on which of its attempts.
//
// Everything is a difference of what it had cost up to one moment and up to another, each rounded
// once. So windows that follow one another add up exactly to the whole, and so do attempts: no
// micro-dollar is lost or counted twice, however a bill is cut. Computed from the frozen price
// terms alone: nothing that happens to the catalog later can change it.
#pragma once

#include <vector>

#include "model/reservation.h"

namespace mayfly {

struct Share {
  Money user_usd;                    // until teardown was asked for
  Money tail_usd;                    // from there until the cloud's clock stopped
  std::int64_t machine_seconds = 0;  // that the user had machines for; a cluster is its nodes

  Share& operator+=(const Share& other);
  bool operator==(const Share&) const = default;
};

// One for each attempt, in order: what it cost in [from, to), as far as that is known at `now`.
std::vector<Share> shares_between(const Reservation& reservation, Time from, Time to, Time now);
// Their sum. From the beginning of time to `now` it is cost_of().
Share cost_between(const Reservation& reservation, Time from, Time to, Time now);

}  // namespace mayfly
