// Exact decimal quantities with six places: money and memory sizes. Integers inside, so that sums
// are exact and equal on every machine; never a float.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace mayfly {

// "1.25" -> 1250000. Digits past the sixth place are refused unless they are zero.
Result<std::int64_t> parse_millionths(std::string_view text);
// 1250000 -> "1.25": no trailing zeros, no exponent.
std::string print_millionths(std::int64_t millionths);
// The same into a buffer of at least kMillionthsBytesMax; answers its end.
inline constexpr std::size_t kMillionthsBytesMax = 24;
char* print_millionths_to(char* at, std::int64_t millionths);

template <class Unit>
struct Millionths {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Millionths&) const = default;
  constexpr Millionths& operator+=(Millionths other) {
    value += other.value;
    return *this;
  }
  constexpr Millionths& operator-=(Millionths other) {
    value -= other.value;
    return *this;
  }
  friend constexpr Millionths operator+(Millionths a, Millionths b) { return {a.value + b.value}; }
  friend constexpr Millionths operator-(Millionths a, Millionths b) { return {a.value - b.value}; }

  static constexpr Millionths of(std::int64_t whole) { return {whole * 1'000'000}; }
  static Result<Millionths> parse(std::string_view text) {
    TRY(const std::int64_t parsed, parse_millionths(text));
    return Millionths{parsed};
  }
};

using Money = Millionths<struct UsDollar>;  // value: micro-dollars
using Gib = Millionths<struct GibUnit>;     // value: millionths of a GiB

template <class Unit>
std::string to_string(Millionths<Unit> quantity) {
  return print_millionths(quantity.value);
}

// numerator / denominator rounded half up, for non-negative numerators and positive denominators.
constexpr std::int64_t divide_half_up(__int128 numerator, __int128 denominator) {
  return static_cast<std::int64_t>((2 * numerator + denominator) / (2 * denominator));
}

}  // namespace mayfly
