#include "cli/figures.h"

#include <fmt/format.h>

#include <cstdlib>

namespace mayfly::cli {
namespace {

int decimals_for(std::int64_t micros) {
  if (micros >= 100'000'000) return 2;
  return micros >= 10'000 ? 4 : 6;
}

}  // namespace

std::string money_text(Money amount) {
  if (amount.value < 0) return "-" + money_text(Money{-amount.value});
  std::int64_t step = 1;
  for (int place = decimals_for(amount.value); place < 6; ++place) step *= 10;
  const std::int64_t rounded = divide_half_up(amount.value, step) * step;
  std::string text = fmt::format("${}.{:06}", rounded / 1'000'000, rounded % 1'000'000);
  const std::size_t two_decimals = text.size() - 4;
  while (text.size() > two_decimals && text.back() == '0') text.pop_back();
  return text;
}

std::string span_text(Duration span) {
  constexpr std::pair<std::int64_t, char> kUnits[] = {
      {86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}};
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  for (std::size_t i = 0; i < std::size(kUnits); ++i) {
    const auto [size, unit] = kUnits[i];
    if (seconds < size) continue;
    std::string text = fmt::format("{}{}", seconds / size, unit);
    if (i + 1 == std::size(kUnits)) return text;
    const auto [next_size, next_unit] = kUnits[i + 1];
    const std::int64_t rest = seconds % size / next_size;
    return rest == 0 ? text : fmt::format("{} {}{}", text, rest, next_unit);
  }
  return "0s";
}

std::string moment_text(Time moment) {
  const std::string text = to_string(std::chrono::floor<std::chrono::seconds>(moment));
  return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 5));
}

std::string distance_text(Time moment, Time now) {
  return moment > now ? "in " + span_text(moment - now) : span_text(now - moment) + " ago";
}

std::string memory_text(Gib memory) {
  return to_string(memory) + " GiB";
}

std::string count_text(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string grouped(std::int64_t number) {
  std::string text = fmt::format("{}", std::llabs(number));
  for (std::ptrdiff_t at = std::ssize(text) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return number < 0 ? "-" + text : text;
}

}  // namespace mayfly::cli
