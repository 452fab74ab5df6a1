#include "clouds/sim/machine.h"

#include <algorithm>

namespace mayfly::sim {

InstanceState Machine::state_at(Time now) const {
  if (now >= ended) return InstanceState::terminated;
  if (now >= ending_from) return InstanceState::shutting_down;
  if (now >= stopped_from) return InstanceState::stopped;
  return now >= running_from ? InstanceState::running : InstanceState::pending;
}

Machine::Billed Machine::billed_at(Time now) const {
  // EC2 bills from running to shutting-down, DigitalOcean from the create call until it is gone.
  const Time end = std::min(now, cloud == "aws" ? ending_from : ended);
  const Time begin = bill_starts();
  if (begin >= end) return {};
  if (cloud != "aws" || stopped_from >= end) return {.running = end - begin};
  const Time stop = std::max(begin, stopped_from);
  return {.running = stop - begin, .stopped = end - stop};
}

}  // namespace mayfly::sim
