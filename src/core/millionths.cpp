#include "core/millionths.h"

#include <fmt/format.h>

#include <charconv>

namespace mayfly {

Result<std::int64_t> parse_millionths(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::malformed, fmt::format("'{}' is not a decimal with six places", text));
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  const std::size_t point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? "" : rest.substr(point + 1);
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  if (whole.empty() || whole.size() > 12 || fraction.size() > 6) return bad();

  std::int64_t value = 0;
  const auto append = [&](char digit) {
    value = value * 10 + (digit - '0');
    return digit >= '0' && digit <= '9';
  };
  for (char digit : whole)
    if (!append(digit)) return bad();
  for (char digit : fraction)
    if (!append(digit)) return bad();
  for (std::size_t place = fraction.size(); place < 6; ++place) value *= 10;
  return negative ? -value : value;
}

char* print_millionths_to(char* at, std::int64_t millionths) {
  auto magnitude = static_cast<std::uint64_t>(millionths);
  if (millionths < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  at = std::to_chars(at, at + kMillionthsBytesMax, magnitude / 1'000'000).ptr;
  std::uint64_t fraction = magnitude % 1'000'000;
  if (fraction == 0) return at;
  *at = '.';
  for (int place = 6; place > 0; --place) {
    at[place] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  at += 7;
  while (at[-1] == '0') --at;
  return at;
}

std::string print_millionths(std::int64_t millionths) {
  char text[kMillionthsBytesMax];
  return {text, print_millionths_to(text, millionths)};
}

}  // namespace mayfly
