// The shape that every lifecycle repeats. The engine takes an event, calls decide, writes `next`,
// and only then runs the effects; the outcome of an effect is the next event.
#pragma once

#include <vector>

#include "core/time.h"

namespace mayfly::lifecycles {

template <class State, class Effect>
struct Decision {
  State next;
  std::vector<Effect> effects;
  Time wake = kNever;  // when to come back with a Due event if nothing else happens
};

}  // namespace mayfly::lifecycles
