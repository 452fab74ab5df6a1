// One seed's story: people ask for machines and give them back, everything misbehaves, the process
// crashes; then the faults stop and everything must come to rest as promised.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clouds/sim/faults.h"
#include "troubles.h"

namespace mayfly::simulation {

struct Story {
  bool faults = true;
  bool crashes = true;
  bool tell = false;  // print the record of each reservation that broke a promise
};

struct Outcome {
  std::vector<std::string> broken;  // promises that did not hold, "name: what"; empty = good
  std::int64_t steps = 0;
  std::int64_t crashes = 0;
  std::int64_t reservations = 0;
  std::int64_t became_ready = 0;
  std::int64_t clusters = 0;        // that ever existed at the clouds
  std::int64_t cluster_bills = 0;   // reservations of clusters whose cost is the invoice
  std::int64_t clusters_ready = 0;  // reservations of clusters that became ready
  std::int64_t machines = 0;        // that ever existed at the clouds
  double virtual_days = 0;
  sim::Faults::Strikes faults{};  // how often each kind struck
  Troubles::Counts troubles{};
};

Outcome play(std::uint64_t seed, const Story& story);

}  // namespace mayfly::simulation
