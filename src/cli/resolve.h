// People type the beginning of an id. It must be the beginning of one reservation only.
#pragma once

#include <string>
#include <vector>

#include "cli/client.h"

namespace mayfly::cli {

enum class Among {
  living,
  all,  // the living first: a beginning that fits one of them means that one
};

Result<std::string> resolve_reservation(Client& client, const std::string& given, Among among);

// A key: its id, the beginning of one, or the name of a cloud (a user has one active key for each).
Result<std::string> resolve_key(Client& client, const std::string& given);

}  // namespace mayfly::cli
