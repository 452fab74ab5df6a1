// A new reservation's first ranking: pure, so that it can be read and tested without a server.
#pragma once

#include "pricing/ranking.h"
#include "service/views.h"

namespace mayfly::service {

// The 422 for a request that nothing satisfies: with every single change that would help.
Error unsatisfiable(const pricing::Catalog& catalog, const Request& request,
                    const pricing::Reach& reach);

// Why an offer lost that costs so much more than the placed one; below zero it lost despite of
// that.
std::string why_it_lost(Money more, Match match);

// The estimate, when the reservation is to be placed on this offer.
void freeze_estimate(Reservation& reservation, const Offer& offer);

// Candidates, the estimate frozen with the first of them, and why the next ones lost.
Result<void> place_first(Reservation& reservation, const pricing::Catalog& catalog,
                         const pricing::Reach& reach);

}  // namespace mayfly::service
