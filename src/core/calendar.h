// Months and days in UTC, as bills and budgets count them.
#pragma once

#include <string>
#include <string_view>

#include "core/time.h"

namespace mayfly {

using Month = std::chrono::year_month;

Month month_of(Time time);
Time start_of(Month month);
inline Month next(Month month) {
  return month + std::chrono::months{1};
}
std::string month_text(Month month);  // 2026-11
std::string day_text(Time time);      // 2026-11-22

// 2026-11 or 2026-11-22: the moment at which it begins. Or a moment as parse_time takes it.
Result<Time> parse_moment(std::string_view text);

}  // namespace mayfly
