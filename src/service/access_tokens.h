// Short-lived tokens in the place of a user's own: what OAuth 2 hands out. None is stored. A token
// says whose it is, until when, and which of that user's it is, and carries a tag over that and
// over the hash of the user's own token, made with the installation's master key. So it ends by
// itself, and also when the user is removed or gets another token; and who reads the database can
// make none.
//
// One that ends before its time is noted in its user's document, which whoever checks a token reads
// anyway. A note is good until the token would have ended, and there are at most kRevokedMax.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/random.h"
#include "service/documents.h"
#include "service/vault.h"

namespace mayfly::service {

inline constexpr Duration kAccessTokenLife = 1h;
inline constexpr std::size_t kRevokedMax = 500;

// What one says of itself; nothing of it is proven yet.
struct AccessClaim {
  std::string user;
  std::chrono::sys_seconds expires;
  std::string id;  // of all this user's; lower-case hexadecimal

  bool operator==(const AccessClaim&) const = default;
};

std::string new_access_id(Random& random);
Secret make_access_token(const Vault& vault, const User& user, std::chrono::sys_seconds expires,
                         std::string_view id);
// nullopt: not of this kind, such as a user's own.
std::optional<AccessClaim> read_access_token(std::string_view token);
// Whether we made it for this user, as the user is now. Says nothing of its time.
bool is_genuine(const Vault& vault, const User& user, const AccessClaim& claim,
                std::string_view token);

bool is_revoked(const User& user, const AccessClaim& claim);
// unavailable: so many are noted that there is no room until some have ended.
Result<void> revoke(User& user, const AccessClaim& claim, Time now);

}  // namespace mayfly::service
