// Moments and spans. Both count microseconds; moments since 1970-01-01T00:00:00Z. Nothing outside
// a Clock implementation asks the machine for the time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace mayfly {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

constexpr Time kNever = Time::max();

// RFC 3339 in UTC: 2026-01-02T03:04:05Z, with a fraction only when there is one.
std::string to_string(Time time);
// The same into a buffer of at least kTimeBytesMax; answers its end.
inline constexpr std::size_t kTimeBytesMax = 40;
char* print_to(char* at, Time time);
Result<Time> parse_time(std::string_view text);

// `<n>d|h|m|s`, also combined from large to small: 90m, 1h30m, 2d. At most 3650 days.
Result<Duration> parse_duration(std::string_view text);
// The shortest text that parse_duration reads back (whole seconds): 1h30m.
std::string to_string(Duration duration);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

}  // namespace mayfly
