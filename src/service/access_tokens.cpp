#include "service/access_tokens.h"

#include <fmt/format.h>

#include <charconv>

namespace mayfly::service {
namespace {

constexpr std::string_view kPrefix = "mayfly-at.";
constexpr std::string_view kPurpose = "access token";

}  // namespace

Secret make_access_token(const Vault& vault, const User& user, std::chrono::sys_seconds expires) {
  const std::string claim = fmt::format("{}.{}", user.id, expires.time_since_epoch().count());
  const std::string tag = vault.tag(kPurpose, fmt::format("{}\n{}", claim, user.token_sha256));
  return Secret(fmt::format("{}{}.{}", kPrefix, claim, tag));
}

// mayfly-at.NAME.SECONDS.TAG, where a name may have dots.
std::optional<AccessClaim> read_access_token(std::string_view token) {
  if (!token.starts_with(kPrefix)) return std::nullopt;
  const std::string_view claim = token.substr(0, token.rfind('.'));
  const std::size_t dot = claim.rfind('.');
  if (dot < kPrefix.size() || claim.size() < kPrefix.size()) return std::nullopt;
  const std::string_view seconds = claim.substr(dot + 1);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), count);
  if (error != std::errc{} || end != seconds.data() + seconds.size()) return std::nullopt;
  return AccessClaim{.user = std::string(claim.substr(kPrefix.size(), dot - kPrefix.size())),
                     .expires = std::chrono::sys_seconds(std::chrono::seconds(count))};
}

bool is_genuine(const Vault& vault, const User& user, const AccessClaim& claim,
                std::string_view token) {
  return make_access_token(vault, user, claim.expires).equals(token);
}

}  // namespace mayfly::service
