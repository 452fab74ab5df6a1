// What the clouds' operations are: whether they change something, and how often they may be called.
#pragma once

#include <string_view>

#include "clouds/sim/call.h"

namespace mayfly::sim {

// The allowance of EC2 and EMR for an API per account and region: so many at once, refilled by so
// many thousandths per second.
struct Allowance {
  int most = 0;  // 0: not limited here
  int milli_per_second = 0;
  int machines_per_second = 0;  // on top of 1000 machines at once; 0: calls alone count
};
Allowance allowance_of(const CallSite& site);
// EMR: all its calls together.
inline constexpr Allowance kAllEmrCalls{25, 5000};

bool is_launch(std::string_view operation);

}  // namespace mayfly::sim
