#include "core/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

namespace mayfly {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

constexpr seconds kDurationMax = days{3650};

// Reads exactly `digits` decimal digits at `position` and moves past them.
bool read_digits(std::string_view text, std::size_t& position, std::size_t digits, int& value) {
  if (position + digits > text.size()) return false;
  const char* begin = text.data() + position;
  auto [end, error] = std::from_chars(begin, begin + digits, value);
  if (error != std::errc{} || end != begin + digits || *begin == '-') return false;
  position += digits;
  return true;
}

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// 0 to 99.
char* print_pair(char* at, int value) {
  std::memcpy(at, kPairs.data() + 2 * value, 2);
  return at + 2;
}

// 2026-01-02
char* print_day(char* at, std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  const int year = static_cast<int>(date.year());
  if (year >= 0 && year <= 9999) {
    at = print_pair(print_pair(at, year / 100), year % 100);
  } else {
    at = fmt::format_to(at, "{:04}", year);
  }
  *at++ = '-';
  at = print_pair(at, static_cast<int>(static_cast<unsigned>(date.month())));
  *at++ = '-';
  return print_pair(at, static_cast<int>(static_cast<unsigned>(date.day())));
}

// The moments of one document lie within a day or two.
struct PrintedDay {
  std::chrono::sys_days day;
  std::size_t size = 0;  // 0: none yet
  char text[kTimeBytesMax] = {};
};

char* print_known_day(char* at, std::chrono::sys_days day) {
  thread_local PrintedDay printed;
  if (printed.size == 0 || printed.day != day) {
    printed.day = day;
    printed.size = static_cast<std::size_t>(print_day(printed.text, day) - printed.text);
  }
  std::memcpy(at, printed.text, printed.size);
  return at + printed.size;
}

bool read_char(std::string_view text, std::size_t& position, char expected) {
  if (position >= text.size() || text[position] != expected) return false;
  ++position;
  return true;
}

// Up to nine digits after the point; what is below a microsecond is dropped.
bool read_fraction(std::string_view text, std::size_t& position, Duration& fraction) {
  std::int64_t scale = 100'000;
  const std::size_t begin = position;
  while (position < text.size() && text[position] >= '0' && text[position] <= '9') {
    fraction += Duration{(text[position] - '0') * scale};
    scale /= 10;
    ++position;
  }
  return position > begin && position - begin <= 9;
}

bool read_offset(std::string_view text, std::size_t& position, Duration& offset) {
  if (read_char(text, position, 'Z') || read_char(text, position, 'z')) return true;
  const bool east = read_char(text, position, '+');
  if (!east && !read_char(text, position, '-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!read_digits(text, position, 2, hours) || !read_char(text, position, ':') ||
      !read_digits(text, position, 2, minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  if (!east) offset = -offset;
  return true;
}

}  // namespace

char* print_to(char* at, Time time) {
  const auto day = floor<days>(time);
  const std::int64_t in_day = (time - day).count();
  const auto second = static_cast<int>(in_day / 1'000'000);
  at = print_known_day(at, day);
  *at++ = 'T';
  at = print_pair(at, second / 3600);
  *at++ = ':';
  at = print_pair(at, second / 60 % 60);
  *at++ = ':';
  at = print_pair(at, second % 60);
  if (const auto fraction = static_cast<int>(in_day % 1'000'000); fraction != 0) {
    *at++ = '.';
    at = print_pair(at, fraction / 10'000);
    at = print_pair(at, fraction / 100 % 100);
    at = print_pair(at, fraction % 100);
    while (at[-1] == '0') --at;
  }
  *at++ = 'Z';
  return at;
}

std::string to_string(Time time) {
  char text[kTimeBytesMax];
  return {text, print_to(text, time)};
}

Result<Time> parse_time(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::size_t at = 0;
  Duration fraction{};
  Duration offset{};
  bool good = read_digits(text, at, 4, year) && read_char(text, at, '-') &&
              read_digits(text, at, 2, month) && read_char(text, at, '-') &&
              read_digits(text, at, 2, day) &&
              (read_char(text, at, 'T') || read_char(text, at, 't')) &&
              read_digits(text, at, 2, hour) && read_char(text, at, ':') &&
              read_digits(text, at, 2, minute) && read_char(text, at, ':') &&
              read_digits(text, at, 2, second);
  if (good && read_char(text, at, '.')) good = read_fraction(text, at, fraction);
  good = good && read_offset(text, at, offset) && at == text.size();
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!good || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return fail(ErrorCode::malformed, fmt::format("'{}' is not a time", text),
                "Write it as 2026-01-02T03:04:05Z.");
  }
  return Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} + seconds{second} + fraction - offset;
}

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::string_view units = "dhms";
  constexpr std::int64_t unit_seconds[] = {86'400, 3'600, 60, 1};
  const auto bad = [&] {
    return fail(ErrorCode::malformed, fmt::format("'{}' is not a duration", text),
                "Write it like 45s, 30m, 2h, 1h30m or 3d, at most 3650d.");
  };
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  if (at == end) return bad();
  while (at != end) {
    std::int64_t count = 0;
    auto [stop, error] = std::from_chars(at, end, count);
    if (error != std::errc{} || stop == end || *at == '-') return bad();
    const std::size_t unit = units.find(*stop);
    if (unit == std::string_view::npos || unit < next_unit) return bad();
    if (count > 400'000'000) return bad();
    total += count * unit_seconds[unit];
    next_unit = unit + 1;
    at = stop + 1;
  }
  if (seconds{total} > kDurationMax) return bad();
  return seconds{total};
}

std::string to_string(Duration duration) {
  auto left = std::chrono::duration_cast<seconds>(duration).count();
  if (left <= 0) return "0s";
  std::string text;
  constexpr std::pair<std::int64_t, char> units[] = {
      {86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}};
  for (auto [size, unit] : units) {
    if (left >= size) text += fmt::format("{}{}", left / size, unit);
    left %= size;
  }
  return text;
}

}  // namespace mayfly
