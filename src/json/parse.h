// Strict JSON reading. What RFC 8259 leaves to the reader we refuse, because two readers of one
// request must not see two requests: a member given twice, invalid UTF-8, numbers beyond a double.
#pragma once

#include <string_view>

#include "core/result.h"
#include "json/value.h"

namespace mayfly::json {

inline constexpr std::size_t kDepthMax = 32;

// ErrorCode::malformed with what is wrong; a member given twice is named in `fields`.
Result<value> parse(std::string_view text);

}  // namespace mayfly::json
