// Short-lived tokens in the place of a user's own: what OAuth 2 hands out. Nothing is stored of
// them. A token says whose it is and until when, and carries a tag over that and over the hash of
// the user's own token, made with the installation's master key. So it ends by itself, and also
// when the user is removed or gets another token; and who reads the database can make none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/documents.h"
#include "service/vault.h"

namespace mayfly::service {

inline constexpr Duration kAccessTokenLife = 1h;

// What one says of itself; nothing of it is proven yet.
struct AccessClaim {
  std::string user;
  std::chrono::sys_seconds expires;
};

Secret make_access_token(const Vault& vault, const User& user, std::chrono::sys_seconds expires);
// nullopt: not of this kind, such as a user's own.
std::optional<AccessClaim> read_access_token(std::string_view token);
// Whether we made it for this user, as the user is now. Says nothing of its time.
bool is_genuine(const Vault& vault, const User& user, const AccessClaim& claim,
                std::string_view token);

}  // namespace mayfly::service
