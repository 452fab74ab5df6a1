// What a user may have at a time and spend in a month, and how long a lease may be: the server's
// own rules, and for single users what an admin has set instead. Values only; accounts.h counts.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar.h"
#include "model/reservation.h"

namespace mayfly::service {

// A count or an amount of dollars, exact and printed without trailing zeros.
using Figure = Millionths<struct FigureUnit>;

// Empty: no limit.
struct Limits {
  std::optional<std::int64_t> machines;
  std::optional<std::int64_t> vcpus;
  std::optional<Money> usd_per_hour;
  std::optional<Money> usd_per_month;  // calendar months, UTC

  bool operator==(const Limits&) const = default;
};

struct LeasePolicy {
  std::optional<Duration> otherwise;  // of a request that names none
  std::optional<Duration> longest;    // from creation to end

  // What a request without a lease gets: never more than the longest.
  std::optional<Duration> of_a_request_without() const;
  bool operator==(const LeasePolicy&) const = default;
};

struct Allowance {
  Limits limits;
  LeasePolicy lease;

  bool operator==(const Allowance&) const = default;
};

// What an admin has set for one user: a figure, "none" for no limit, or absent for the server's.
struct LimitOverrides {
  std::optional<std::string> machines;
  std::optional<std::string> vcpus;
  std::optional<std::string> usd_per_hour;
  std::optional<std::string> usd_per_month;
  std::optional<std::string> lease_default;
  std::optional<std::string> lease_max;

  bool operator==(const LimitOverrides&) const = default;
};
BOOST_DESCRIBE_STRUCT(LimitOverrides, (),
                      (machines, vcpus, usd_per_hour, usd_per_month, lease_default, lease_max))

inline constexpr std::string_view kNoLimit = "none";

// Every wrong field at once.
Result<void> check(const LimitOverrides& overrides);
// What counts for a user. An override that cannot be read any more is as if it were not there.
Allowance resolve(const Allowance& server, const LimitOverrides& overrides);

// The lease a request will have; `otherwise` when it names none. ErrorCode::invalid, naming the
// longest, when it is longer.
Result<std::optional<Duration>> lease_of(const std::optional<Duration>& asked,
                                         const LeasePolicy& policy);

// One limit that something breaks, with the figures that break it.
struct OverLimit {
  std::string limit;                 // machines, vcpus, usd_per_hour, usd_per_month
  std::optional<std::string> month;  // of usd_per_month
  Figure allowed;
  Figure used;  // what lives now; of usd_per_month what has ended has cost
  Figure held;  // of usd_per_month: what lives may still bring it to
  Figure requested;

  bool operator==(const OverLimit&) const = default;
};
BOOST_DESCRIBE_STRUCT(OverLimit, (), (limit, month, allowed, used, held, requested))

// "dollars per month (2026-11): limit 50, used 12.3, held 30.1, this request 9.2"
std::string describe(const OverLimit& broken);
// ErrorCode::over_limit with all of them, also as the extension `limits`. Precondition: some are.
Error over_limit(const std::vector<OverLimit>& broken);

}  // namespace mayfly::service
