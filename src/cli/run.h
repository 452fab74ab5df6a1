// The command inside given surroundings: what tests run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.h"
#include "cli/surroundings.h"

namespace mayfly::cli {

// `words` without the program's name.
int run(const std::vector<std::string>& words, std::string_view version,
        const ServerCommands& commands, Surroundings& surroundings);

}  // namespace mayfly::cli
