// One seed's story: people ask for machines and give them back, clouds misbehave, the process
// crashes; then the faults stop and everything must come to rest as promised.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mayfly::simulation {

struct Story {
  bool faults = true;
  bool crashes = true;
  bool tell = false;  // print the record of each reservation that broke a promise
};

struct Outcome {
  std::vector<std::string> broken;  // promises that did not hold; empty = good
  std::int64_t steps = 0;
  std::int64_t crashes = 0;
  std::int64_t reservations = 0;
  std::int64_t became_ready = 0;
  std::int64_t machines = 0;  // that ever existed at the clouds
  double virtual_days = 0;
};

Outcome play(std::uint64_t seed, const Story& story);

}  // namespace mayfly::simulation
