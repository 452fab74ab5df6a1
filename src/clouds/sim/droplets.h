// DigitalOcean's rules over the World: nothing is idempotent, names are not unique, tags come late,
// an ended droplet just vanishes. Each function is what happens at the moment the call takes
// effect.
#pragma once

#include <string>
#include <vector>

#include "clouds/sim/world.h"

namespace mayfly::sim::droplets {

inline constexpr std::size_t kNamesMax = 10;

struct Create {
  std::vector<std::string> names;
  std::string region;
  std::string size;
  std::string image;
  std::vector<std::string> tags;
};

// Every call makes new droplets. On a refusal by chance (partial_batch) some of them exist.
Outcome<std::vector<Machine*>> create(World& world, const std::string& account,
                                      const Create& create);

// At most one of these, as the API has it; neither: all but GPU droplets.
struct Filter {
  std::string tag;
  std::string name;  // without regard to case
  bool gpus = false;
};
std::vector<Machine*> list(World& world, const std::string& account, const Filter& filter);

Outcome<Machine*> get(World& world, const std::string& account, const std::string& id);
Outcome<void> remove(World& world, const std::string& account, const std::string& id);
void remove_tagged(World& world, const std::string& account, const std::string& tag);

int count(World& world, const std::string& account);
std::string_view status_name(InstanceState state);

}  // namespace mayfly::sim::droplets
