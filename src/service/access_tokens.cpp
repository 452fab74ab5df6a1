#include "service/access_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mayfly::service {
namespace {

constexpr std::string_view kPrefix = "mayfly-at.";
constexpr std::string_view kPurpose = "access token";
constexpr std::size_t kAccessIdBytes = 16;

bool is_access_id(std::string_view text) {
  return text.size() == kAccessIdBytes &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// What is behind the last dot, which goes with it; nullopt: there is none.
std::optional<std::string_view> take_last(std::string_view& text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view last = text.substr(dot + 1);
  text.remove_suffix(text.size() - dot);
  return last;
}

}  // namespace

std::string new_access_id(Random& random) {
  return fmt::format("{:016x}", random.next());
}

Secret make_access_token(const Vault& vault, const User& user, std::chrono::sys_seconds expires,
                         std::string_view id) {
  const std::string claim =
      fmt::format("{}.{}.{}", user.id, expires.time_since_epoch().count(), id);
  const std::string tag = vault.tag(kPurpose, fmt::format("{}\n{}", claim, user.token_sha256));
  return Secret(fmt::format("{}{}.{}", kPrefix, claim, tag));
}

// mayfly-at.NAME.SECONDS.ID.TAG, where a name may have dots.
std::optional<AccessClaim> read_access_token(std::string_view token) {
  if (!token.starts_with(kPrefix)) return std::nullopt;
  std::string_view rest = token.substr(kPrefix.size());
  const auto tag = take_last(rest);
  const auto id = take_last(rest);
  const auto seconds = take_last(rest);
  if (!tag || !id || !seconds || !is_access_id(*id)) return std::nullopt;
  std::int64_t count = 0;
  const char* stop = seconds->data() + seconds->size();
  const auto [end, error] = std::from_chars(seconds->data(), stop, count);
  if (error != std::errc{} || end != stop) return std::nullopt;
  return AccessClaim{.user = std::string(rest),
                     .expires = std::chrono::sys_seconds(std::chrono::seconds(count)),
                     .id = std::string(*id)};
}

bool is_genuine(const Vault& vault, const User& user, const AccessClaim& claim,
                std::string_view token) {
  return make_access_token(vault, user, claim.expires, claim.id).equals(token);
}

bool is_revoked(const User& user, const AccessClaim& claim) {
  return std::ranges::find(user.revoked, claim.id, &RevokedToken::id) != user.revoked.end();
}

Result<void> revoke(User& user, const AccessClaim& claim, Time now) {
  std::erase_if(user.revoked, [&](const RevokedToken& one) { return one.until <= now; });
  if (is_revoked(user, claim) || claim.expires <= now) return {};
  if (user.revoked.size() >= kRevokedMax) {
    const Time next = std::ranges::min(user.revoked, {}, &RevokedToken::until).until;
    return std::unexpected(
        Error{.code = ErrorCode::unavailable,
              .message = fmt::format("{} access tokens were revoked within the hour", kRevokedMax),
              .remedy = "Wait until some have ended, or get another token of your own: that ends "
                        "them all.",
              .retry_after = next - now});
  }
  user.revoked.push_back({claim.id, claim.expires});
  return {};
}

}  // namespace mayfly::service
