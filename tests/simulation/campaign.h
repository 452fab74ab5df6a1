// Many seeds at once: each is independent, so they run on all cores, and what one seed does never
// depends on that.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "scenario.h"

namespace mayfly::simulation {

// A whole number from the environment.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise);

// Plays the seeds and sums them up; `broke` hears of each promise that did not hold, one at a time.
using Broke = std::function<void(std::uint64_t seed, const std::string& promise)>;
Outcome campaign(const std::vector<std::uint64_t>& seeds, const Story& story, const Broke& broke);
std::vector<std::uint64_t> seeds_from(std::uint64_t first, std::uint64_t count);

// How often each kind of fault struck.
std::string strikes_table(const Outcome& total);

}  // namespace mayfly::simulation
