// Whether a token may do what machines need. A token's scopes cannot be read, and nothing here is a
// dry run: each reading call is made once, and of the changing ones nothing can be said before a
// first machine.
#include <fmt/format.h>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/driver.h"

namespace mayfly::clouds::digitalocean {
namespace {

constexpr char kNewToken[] =
    "make a token with this scope at https://cloud.digitalocean.com/account/api/tokens, then: "
    "mayfly keys add digitalocean";

Finding finding_of(const char* check, FindingOutcome outcome, std::string detail) {
  return {.check = check,
          .needed_for = NeededFor::all,
          .outcome = outcome,
          .detail = std::move(detail)};
}

Finding account_finding(const json::value& account) {
  const std::string said = text_of(account, "status_message").value_or("");
  Finding finding = finding_of("identity", FindingOutcome::ok,
                               text_of(account, "email").value_or("an account without an e-mail"));
  // Shown only to tokens that may read droplets.
  if (const auto limit = integer_of(account, "droplet_limit")) {
    finding.detail += fmt::format(", at most {} droplets at once", *limit);
  }
  const std::string status = text_of(account, "status").value_or("active");
  if (status == "active") return finding;
  finding.outcome = status == "locked" ? FindingOutcome::missing : FindingOutcome::warning;
  finding.detail += fmt::format("; DigitalOcean says '{}': {}", status, said);
  finding.remedy = "settle it in DigitalOcean's control panel or with its support";
  return finding;
}

// What a reading call that somebody needs says of the scope that it takes.
Finding reading_finding(const char* check, const std::optional<CloudFailure>& failure,
                        std::string detail) {
  if (!failure) return finding_of(check, FindingOutcome::ok, std::move(detail));
  const bool denied = failure->code == "forbidden";
  Finding finding = finding_of(check, denied ? FindingOutcome::missing : FindingOutcome::unknown,
                               failure->message);
  if (denied) finding.remedy = kNewToken;
  return finding;
}

struct Reading {
  const char* check;
  std::string_view operation;
  const char* path;
  const char* detail;
};
// As the driver makes them, but for their size.
constexpr Reading kReadings[] = {
    {"sizes", operation::kListSizes, "/v2/sizes?per_page=1&page=1", "sizes can be read"},
    {"image", operation::kReadImage, "/v2/images/ubuntu-24-04-x64", "ubuntu-24-04-x64 is there"},
    {"list_machines", operation::kListDroplets, "/v2/droplets?per_page=1&page=1",
     "droplets can be listed"},
    {"actions", operation::kListActions, "/v2/actions?per_page=1&page=1",
     "when a bill ended can be read"},
};

}  // namespace

Work<Examination> Driver::examine(Credentials credentials, std::string region) {
  const Secret token = credentials.secret;
  ApiCall read_account{.operation = operation::kReadAccount, .path = "/v2/account"};
  auto reading = api_.call(token, std::move(read_account));
  const auto tree = co_await std::move(reading);
  Examination examination{.region = region};
  std::vector<Finding>& findings = examination.findings;
  if (!tree && tree.error().reaction == Reaction::key_refused) {
    findings.push_back(finding_of("identity", FindingOutcome::missing, tree.error().message));
    findings.back().remedy = "mayfly keys add digitalocean";
    co_return examination;
  }
  if (!tree && tree.error().code == "forbidden") {
    findings.push_back(reading_finding("identity", tree.error(), {}));
  } else if (!tree) {
    co_return std::unexpected(tree.error());
  } else if (const json::value* account = member_of(*tree, "account")) {
    findings.push_back(account_finding(*account));
  } else {
    co_return std::unexpected(unreadable(operation::kReadAccount, "has no account"));
  }

  auto reading_regions = open_regions(token);
  const auto regions = co_await std::move(reading_regions);
  findings.push_back(reading_finding(
      "region", regions ? std::nullopt : std::optional(regions.error()),
      regions ? fmt::format("{} regions are open", regions->size()) : std::string()));
  if (regions && !region.empty() && std::ranges::find(*regions, region) == regions->end()) {
    findings.back().outcome = FindingOutcome::missing;
    findings.back().detail = fmt::format("there is no open region {}", region);
    findings.back().remedy = fmt::format("use one of {}", fmt::join(*regions, ", "));
  }
  for (const Reading& row : kReadings) {
    ApiCall call{.operation = row.operation, .path = row.path};
    auto calling = api_.call(token, std::move(call));
    const auto answer = co_await std::move(calling);
    findings.push_back(reading_finding(
        row.check, answer ? std::nullopt : std::optional(answer.error()), row.detail));
  }
  findings.push_back(finding_of(
      "change_machines", FindingOutcome::unknown,
      "DigitalOcean has no dry run: whether droplets may be made, tagged and deleted shows with "
      "the first one"));
  co_return examination;
}

}  // namespace mayfly::clouds::digitalocean
