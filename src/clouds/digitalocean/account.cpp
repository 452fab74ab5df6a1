#include <fmt/format.h>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/driver.h"

namespace mayfly::clouds::digitalocean {
namespace {

CloudFailure locked(const json::value& account) {
  const std::string said = text_of(account, "status_message").value_or("");
  const bool empty = said.find_first_not_of(' ') == std::string::npos;
  return CloudFailure{
      .reaction = Reaction::skip_cloud,
      .code = "account_locked",
      .message = fmt::format(
          "DigitalOcean has locked this account{}{}. Settle it in DigitalOcean's control "
          "panel or with its support, then test the key again.",
          empty ? "" : ": ", empty ? "" : said)};
}

}  // namespace

Work<Identity> Driver::check(Credentials credentials) {
  ApiCall call{.operation = operation::kReadAccount, .path = "/v2/account"};
  auto reading = api_.call(credentials.secret, std::move(call));
  const auto tree = co_await std::move(reading);
  if (!tree) co_return std::unexpected(tree.error());
  const json::value* account = member_of(*tree, "account");
  const auto uuid = account ? text_of(*account, "uuid") : std::nullopt;
  if (!uuid) co_return std::unexpected(unreadable(operation::kReadAccount, "has no account"));
  // "warning" still launches; only what is locked is refused.
  if (text_of(*account, "status") == "locked") co_return std::unexpected(locked(*account));

  Identity identity;
  const json::value* team = member_of(*account, "team");
  identity.account = (team ? text_of(*team, "uuid") : std::nullopt).value_or(*uuid);
  identity.name = text_of(*account, "email").value_or("");
  // Shown only to tokens that may read droplets.
  const std::int64_t limit = integer_of(*account, "droplet_limit").value_or(0);
  identity.machines_max = static_cast<int>(std::clamp<std::int64_t>(limit, 0, 1'000'000));
  auto reading_regions = open_regions(credentials.secret);
  auto regions = co_await std::move(reading_regions);
  if (!regions) co_return std::unexpected(regions.error());
  identity.regions = *std::move(regions);
  co_return identity;
}

Work<std::vector<std::string>> Driver::open_regions(Secret token) {
  std::vector<std::string> regions;
  auto visit = [&regions](const json::value& region) -> CloudResult<void> {
    const auto slug = text_of(region, "slug");
    if (slug && flag_of(region, "available").value_or(false)) regions.push_back(*slug);
    return {};
  };
  Listing listing{.operation = operation::kListRegions, .path = "/v2/regions", .member = "regions"};
  auto reading = read_pages(api_, std::move(token), std::move(listing), std::move(visit));
  const auto read = co_await std::move(reading);
  if (!read) co_return std::unexpected(read.error());
  co_return regions;
}

Work<std::vector<LaunchTarget>> Driver::prepare(Credentials credentials, PrepareSpec spec) {
  auto finding = availability_.find(std::move(credentials), std::move(spec));
  auto target = co_await std::move(finding);
  if (!target) co_return std::unexpected(target.error());
  std::vector<LaunchTarget> targets;
  targets.push_back(*std::move(target));
  co_return targets;
}

}  // namespace mayfly::clouds::digitalocean
