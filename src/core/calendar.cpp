#include "core/calendar.h"

#include <fmt/format.h>

namespace mayfly {

Month month_of(Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return date.year() / date.month();
}

Time start_of(Month month) {
  return Time{std::chrono::sys_days{month / 1}};
}

std::string month_text(Month month) {
  return fmt::format("{:04}-{:02}", static_cast<int>(month.year()),
                     static_cast<unsigned>(month.month()));
}

std::string day_text(Time time) {
  return to_string(Time{std::chrono::floor<std::chrono::days>(time)}).substr(0, 10);
}

Result<Time> parse_moment(std::string_view text) {
  constexpr std::size_t kMonth = 7;  // 2026-11
  constexpr std::size_t kDay = 10;   // 2026-11-22
  std::string whole(text);
  if (text.size() == kMonth) whole += "-01";
  if (whole.size() == kDay) whole += "T00:00:00Z";
  if (const auto moment = parse_time(whole)) return *moment;
  return fail(ErrorCode::malformed, fmt::format("'{}' is not a month, day or moment", text),
              "Write it as 2026-11, 2026-11-22 or 2026-11-22T13:00:00Z.");
}

}  // namespace mayfly
