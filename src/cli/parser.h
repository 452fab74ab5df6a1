// Reads an argument vector against a tree of commands.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace mayfly::cli {

struct HelpWanted {
  std::string path;  // of the command; empty: of the whole
};
struct VersionWanted {};
struct UsageMistake {
  std::string path;  // how far the words were understood
  std::string message;
};

using Parsed = std::variant<const Command*, HelpWanted, VersionWanted, UsageMistake>;

// `words` without the program's name. Values are handed to the options' targets even when a later
// word turns out wrong.
Parsed parse(const CommandTree& tree, const std::vector<std::string>& words);

}  // namespace mayfly::cli
