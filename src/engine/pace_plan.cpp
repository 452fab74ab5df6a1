#include "engine/pace_plan.h"

#include <algorithm>

#include "core/assert.h"

namespace mayfly::engine {
namespace {

using clouds::Charge;
using clouds::kOperations;
using clouds::Operation;

bool share(const clouds::RateLimits& limits, Operation one, Operation other) {
  return std::ranges::any_of(limits.charges, [&](const Charge& charge) {
    return charge.operation == one &&
           std::ranges::any_of(limits.charges, [&](const Charge& theirs) {
             return theirs.operation == other && theirs.limit == charge.limit;
           });
  });
}

}  // namespace

PacePlan::PacePlan(const clouds::Cloud& known)
    : name(known.name()), cloud(&known), limits(&known.limits()) {
  for (std::size_t i = 0; i < kOperations; ++i) {
    const auto operation = static_cast<Operation>(i);
    const auto shares = [&](const Group& group) {
      return std::ranges::any_of(group.operations,
                                 [&](Operation other) { return share(*limits, operation, other); });
    };
    const auto joined = std::ranges::find_if(groups, shares);
    // One that would join two lanes into one late needs a table in another order.
    ASSERT(std::ranges::count_if(groups, shares) <= 1);
    group_of[i] = static_cast<std::size_t>(joined - groups.begin());
    if (joined == groups.end()) groups.emplace_back();
    Group& group = groups[group_of[i]];
    group.operations.push_back(operation);
    for (const Charge& charge : limits->charges) {
      if (charge.operation != operation) continue;
      const auto at = std::ranges::find(group.limits, charge.limit);
      const bool own = std::ranges::all_of(limits->charges, [&](const Charge& other) {
        return other.limit != charge.limit || other.operation == operation;
      });
      tolls[i].push_back({static_cast<std::size_t>(at - group.limits.begin()), charge, own});
      if (at == group.limits.end()) group.limits.push_back(charge.limit);
    }
  }
}

Part part_of(const clouds::RateLimit& limit, std::int64_t rate_percent) {
  constexpr int kScale = 1000;  // of the refill: a twentieth of 2 a second is 100 in 1000 seconds
  const std::int64_t share = limit.share_percent * rate_percent;
  const bool window = limit.burst == 0;
  const std::int64_t burst = window ? limit.refill / 2 : limit.burst;
  const std::int64_t refill = window ? limit.refill / 2 : limit.refill;
  return {.burst = std::max<std::int64_t>(1, burst * share / 10'000),
          .refill = std::max<std::int64_t>(1, refill * kScale * share / 10'000),
          .every = limit.every * kScale};
}

}  // namespace mayfly::engine
