// The simulation's own tests turn time by hand.
#pragma once

#include "core/manual_loop.h"

namespace mayfly::sim {
using TestLoop = ManualLoop;
}  // namespace mayfly::sim
