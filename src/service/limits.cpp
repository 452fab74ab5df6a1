#include "service/limits.h"

#include <fmt/format.h>

#include <charconv>

#include "json/codec.h"

namespace mayfly::service {
namespace {

constexpr std::int64_t kCountMax = 1'000'000;
constexpr std::int64_t kDollarsMax = 1'000'000'000;

std::optional<std::int64_t> count_of(const std::string& text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || count < 0 || count > kCountMax) return std::nullopt;
  return count;
}

std::optional<Money> dollars_of(const std::string& text) {
  const auto money = Money::parse(text);
  if (!money || money->value < 0 || *money > Money::of(kDollarsMax)) return std::nullopt;
  return *money;
}

std::optional<Duration> lease_time_of(const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration || *duration < 1s) return std::nullopt;
  return *duration;
}

template <class T>
using Read = std::optional<T> (*)(const std::string&);

template <class T>
void overrule(std::optional<T>& limit, const std::optional<std::string>& given, Read<T> read) {
  if (!given) return;
  if (*given == kNoLimit) {
    limit.reset();
  } else if (const auto value = read(*given)) {
    limit = value;
  }
}

template <class T>
void check_override(std::string_view field, const std::optional<std::string>& given, Read<T> read,
                    std::string_view what, json::Issues& issues) {
  if (!given || *given == kNoLimit || read(*given)) return;
  issues.add(std::string(field), fmt::format("must be {}, 'none' or 'default'", what));
}

std::string_view name_for_people(std::string_view limit) {
  if (limit == "vcpus") return "vCPUs";
  if (limit == "usd_per_hour") return "dollars per hour";
  if (limit == "usd_per_month") return "dollars per month";
  return limit;
}

}  // namespace

std::optional<Duration> LeasePolicy::of_a_request_without() const {
  if (!otherwise || !longest) return otherwise ? otherwise : longest;
  return std::min(*otherwise, *longest);
}

Result<void> check(const LimitOverrides& overrides) {
  json::Issues issues;
  constexpr std::string_view kCount = "a whole number up to 1000000";
  constexpr std::string_view kDollars = "an amount of dollars with at most six decimals";
  constexpr std::string_view kTime = "a time such as 8h or 7d";
  check_override<std::int64_t>("machines", overrides.machines, count_of, kCount, issues);
  check_override<std::int64_t>("vcpus", overrides.vcpus, count_of, kCount, issues);
  check_override<Money>("usd_per_hour", overrides.usd_per_hour, dollars_of, kDollars, issues);
  check_override<Money>("usd_per_month", overrides.usd_per_month, dollars_of, kDollars, issues);
  check_override<Duration>("lease_default", overrides.lease_default, lease_time_of, kTime, issues);
  check_override<Duration>("lease_max", overrides.lease_max, lease_time_of, kTime, issues);
  if (!issues.empty()) return std::move(issues).to_error();
  return {};
}

Allowance resolve(const Allowance& server, const LimitOverrides& overrides) {
  Allowance allowance = server;
  Limits& limits = allowance.limits;
  overrule<std::int64_t>(limits.machines, overrides.machines, count_of);
  overrule<std::int64_t>(limits.vcpus, overrides.vcpus, count_of);
  overrule<Money>(limits.usd_per_hour, overrides.usd_per_hour, dollars_of);
  overrule<Money>(limits.usd_per_month, overrides.usd_per_month, dollars_of);
  overrule<Duration>(allowance.lease.otherwise, overrides.lease_default, lease_time_of);
  overrule<Duration>(allowance.lease.longest, overrides.lease_max, lease_time_of);
  return allowance;
}

Result<std::optional<Duration>> lease_of(const std::optional<Duration>& asked,
                                         const LeasePolicy& policy) {
  if (!asked) return policy.of_a_request_without();
  if (policy.longest && *asked > *policy.longest) {
    return fail_field("lease", fmt::format("must be at most {}, the longest lease you may have",
                                           to_string(*policy.longest)));
  }
  return asked;
}

std::string describe(const OverLimit& broken) {
  const std::string month = broken.month ? fmt::format(" ({})", *broken.month) : "";
  const std::string held = broken.month ? ", held " + to_string(broken.held) : "";
  return fmt::format("{}{}: limit {}, used {}{}, this request {}", name_for_people(broken.limit),
                     month, to_string(broken.allowed), to_string(broken.used), held,
                     to_string(broken.requested));
}

Error over_limit(const std::vector<OverLimit>& broken) {
  Error error{.code = ErrorCode::over_limit, .message = "Over your limit of "};
  for (const OverLimit& each : broken) {
    if (&each != &broken.front()) error.message += "; ";
    error.message += describe(each);
  }
  error.remedy =
      "End what you no longer need, ask for less or for a shorter lease, or let an admin raise the "
      "limit; `mayfly limits` shows them all.";
  error.extensions["limits"] = json::to_text(broken);
  return error;
}

}  // namespace mayfly::service
