// What the clouds' operations are: whether they change something, and how often they may be called.
#pragma once

#include <string_view>

#include "clouds/sim/call.h"

namespace mayfly::sim {

// EC2's allowance for an API per account and region: so many at once, refilled per second.
struct Allowance {
  int most = 0;  // 0: not limited here
  int per_second = 0;
  int machines_per_second = 0;  // on top of 1000 machines at once; 0: calls alone count
};
Allowance allowance_of(const CallSite& site);

bool is_launch(std::string_view operation);

}  // namespace mayfly::sim
