// Standard base64 with padding, on one line: EC2 wants user data so, and MIME parts that are not
// plain ASCII need it.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::clouds {

std::string base64_encode(std::string_view bytes);

}  // namespace mayfly::clouds
