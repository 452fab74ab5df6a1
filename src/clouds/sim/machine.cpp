#include "clouds/sim/machine.h"

namespace mayfly::sim {

InstanceState Machine::state_at(Time now) const {
  if (now >= ended) return InstanceState::terminated;
  if (now >= ending_from) return InstanceState::shutting_down;
  if (now >= stopped_from) return InstanceState::stopped;
  return now >= running_from ? InstanceState::running : InstanceState::pending;
}

std::optional<Time> Machine::state_since_at(Time now) const {
  if (cloud == "emr") return now >= ended ? std::optional(ended) : std::nullopt;
  if (cloud != "aws") return std::nullopt;
  if (now >= ending_from) return ending_from;
  return now >= stopped_from ? std::optional(stopped_from) : std::nullopt;
}

}  // namespace mayfly::sim
