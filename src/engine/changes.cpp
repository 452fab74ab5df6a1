#include "engine/changes.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace mayfly::engine {

std::string_view owner_of(const Instance& instance) {
  static const std::string kTag = tag::kReservation;
  const auto found = instance.tags.find(kTag);
  return found == instance.tags.end() ? std::string_view() : std::string_view(found->second);
}

void sort_unique(std::vector<std::string_view>& names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
}

std::vector<std::string_view> owners_of_changes(const std::vector<Instance>& before,
                                                const std::vector<Instance>& now) {
  std::vector<std::string_view> owners;
  const auto add = [&owners](const Instance& instance) {
    if (const auto owner = owner_of(instance); !owner.empty()) owners.push_back(owner);
  };
  std::size_t side_by_side = 0;
  while (side_by_side < std::min(before.size(), now.size()) &&
         before[side_by_side].id == now[side_by_side].id) {
    if (before[side_by_side] != now[side_by_side]) add(now[side_by_side]);
    ++side_by_side;
  }
  std::unordered_map<std::string_view, const Instance*> left;
  for (std::size_t i = side_by_side; i < before.size(); ++i) left.emplace(before[i].id, &before[i]);
  for (std::size_t i = side_by_side; i < now.size(); ++i) {
    const auto known = left.find(now[i].id);
    if (known == left.end() || *known->second != now[i]) add(now[i]);
    if (known != left.end()) left.erase(known);
  }
  // What is left of the former listing has disappeared.
  for (const auto& [id, instance] : left) add(*instance);
  sort_unique(owners);
  return owners;
}

}  // namespace mayfly::engine
