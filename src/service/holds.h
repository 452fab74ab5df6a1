// What a reservation takes of its owner's limits. Pure: a function of the written state, so that
// what is held is never stored, never stale after a crash, and nothing that is over can go on
// holding something.
#pragma once

#include <map>

#include "core/calendar.h"
#include "model/reservation.h"

namespace mayfly::service {

struct Amounts {
  std::int64_t machines = 0;
  std::int64_t vcpus = 0;
  Money usd_per_hour;
  std::map<Month, Money> usd;  // by calendar month

  bool operator==(const Amounts&) const = default;
};

// Until teardown is asked for: everything it may come to by `end`, wherever its machines stand;
// what has no machine yet is counted on `next`. From then on: what it has cost, by month, and
// nothing else. Months before `first` are left out.
//
// It is an upper bound of the user's cost as long as the lease ends within a second of `end` and no
// attempt is begun that was not counted; it only falls while nothing but time goes on.
Amounts amounts_of(const Reservation& reservation, const Offer& next, Time end, Month first);

}  // namespace mayfly::service
