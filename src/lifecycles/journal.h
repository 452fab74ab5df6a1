// A reservation's history, bounded.
#pragma once

#include <string>

#include "model/reservation.h"

namespace mayfly::lifecycles {

void note(Reservation& state, Time now, std::string type, std::string message, int attempt = 0,
          std::string cloud_code = {});

}  // namespace mayfly::lifecycles
