// What `mayfly serve`, `mayfly user add` and `mayfly config check` do.
#pragma once

#include "cli/cli.h"

namespace mayfly::server {

cli::ServerCommands commands();

}  // namespace mayfly::server
