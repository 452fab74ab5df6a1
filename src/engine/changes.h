// What is new between two complete listings of the same place. Most machines are as they were, in
// the same order: those cost one comparison each and nothing is copied.
#pragma once

#include <string_view>
#include <vector>

#include "model/instance.h"

namespace mayfly::engine {

// The reservation that a machine names as its owner; empty when it names none.
std::string_view owner_of(const Instance& instance);

// Owners of what appeared, changed or disappeared; sorted, each once. They live as long as both
// listings.
std::vector<std::string_view> owners_of_changes(const std::vector<Instance>& before,
                                                const std::vector<Instance>& now);

void sort_unique(std::vector<std::string_view>& names);

}  // namespace mayfly::engine
