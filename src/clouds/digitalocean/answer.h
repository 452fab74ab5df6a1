// Reading answers that may be anything: a proxy's page, a newer API, an attacker. A member that is
// absent or of another type reads as absent, and the reader decides whether it can do without.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds::digitalocean {

const json::value* member_of(const json::value& tree, std::string_view name);
const json::array* array_of(const json::value& tree, std::string_view name);
std::optional<std::string> text_of(const json::value& tree, std::string_view name);
std::optional<std::int64_t> integer_of(const json::value& tree, std::string_view name);
std::optional<bool> flag_of(const json::value& tree, std::string_view name);

// The call was answered with success, but not with what the API promises. `why` continues "the
// answer ". Ambiguous: what was asked for has probably happened.
CloudFailure unreadable(std::string_view operation, std::string_view why);

}  // namespace mayfly::clouds::digitalocean
