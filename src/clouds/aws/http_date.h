// The Date header, which is how a cloud tells us that our clock is wrong.
#pragma once

#include <optional>
#include <string_view>

#include "core/time.h"

namespace mayfly::clouds::aws {

// "Fri, 02 Jan 2026 03:04:05 GMT" (RFC 9110's IMF-fixdate, the only form servers may send).
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace mayfly::clouds::aws
