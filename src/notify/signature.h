// Webhook signatures as the Standard Webhooks specification has them (symmetric, v1): who receives
// a call can tell that it is ours, unchanged and fresh, with the libraries there are for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/secret.h"
#include "core/time.h"

namespace mayfly::notify {

inline constexpr std::string_view kSecretPrefix = "whsec_";

// whsec_ and 32 random bytes in base64.
Secret new_secret();

// "v1,<base64>", one for each secret, separated by blanks. Fails when a secret is none.
Result<std::string> sign(const std::vector<Secret>& secrets, std::string_view id, Time timestamp,
                         std::string_view body);

// Whole seconds since 1970.
std::string timestamp_text(Time timestamp);

}  // namespace mayfly::notify
