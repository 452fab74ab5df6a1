// JSON text as people and other languages like it: 0.0104, not 1.04E-2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/value.h"

namespace mayfly::json {

// Numbers with a fraction are printed with at most six decimals and no exponent.
std::string print(const value& tree);
// Two spaces a level, for people.
std::string print_pretty(const value& tree);
// A JSON string literal with its quotes. The text is UTF-8.
std::string quote(std::string_view text);
void append_quoted(std::string_view text, std::string& out);

// Not zero when one of these eight bytes does not stand in a literal as it is. A byte b is below n
// when (b - n) borrows and b has no high bit; it is c when b ^ c is below 1. A borrow can only fool
// the bytes above one that is meant.
constexpr std::uint64_t dirty_bytes(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  const std::uint64_t quotes = word ^ (kOnes * '"');
  const std::uint64_t slashes = word ^ (kOnes * '\\');
  return (((word - kOnes * 0x20) & ~word) | ((quotes - kOnes) & ~quotes) |
          ((slashes - kOnes) & ~slashes)) &
         kHigh;
}
inline constexpr std::uint64_t kSpaces = 0x2020202020202020;  // clean
// How many bytes from the beginning stand in a literal as they are.
std::size_t clean_prefix(std::string_view text);
// How a byte that does not is written there; answers the length.
inline constexpr std::size_t kEscapeBytesMax = 6;
std::size_t escape_of(char c, char* escape);

}  // namespace mayfly::json
