// Money, times and sizes as people read them. What costs something never shows as nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/millionths.h"
#include "core/time.h"

namespace mayfly::cli {

// $0.0357, $0.005952, $12.34, $1234.50: at least two decimals; four below a hundred dollars, six
// below a cent. Rounded half up, for people only.
std::string money_text(Money amount);

// The two largest units: 1h 58m, 45s, 3d 4h. Below a second and below zero: 0s.
std::string span_text(Duration span);

// 2026-11-22 05:30 UTC, and how far away that is: "in 1h 58m", "12m ago".
std::string moment_text(Time moment);
std::string distance_text(Time moment, Time now);

std::string memory_text(Gib memory);  // 0.5 GiB
// "1 machine", "2 machines"
std::string count_text(std::int64_t count, std::string_view noun);
std::string grouped(std::int64_t number);  // 12,345

}  // namespace mayfly::cli
