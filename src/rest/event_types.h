// The types of events as a list that people send.
#pragma once

#include <string>
#include <vector>

#include "json/codec.h"

namespace mayfly::rest {

// Names each entry that is no type.
void check_event_types(const std::vector<std::string>& types, const std::string& field,
                       json::Issues& issues);

}  // namespace mayfly::rest
