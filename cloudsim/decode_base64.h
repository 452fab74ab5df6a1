// Base64 as keys come in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mayfly::cloudsim {

std::optional<std::string> decode_base64(std::string_view text);

}  // namespace mayfly::cloudsim
