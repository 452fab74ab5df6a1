#include "rest/prefer.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace mayfly::rest {
namespace {

// Nothing takes longer, and the end of such a wait is still a moment that can be counted.
constexpr std::chrono::seconds kWaitMax = std::chrono::days(30);

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Takes what comes before the first `separator` that is not inside a quoted string.
std::string_view take_until(char separator, std::string_view& text) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[at] == separator) {
      break;
    }
  }
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return trimmed(taken);
}

std::optional<Duration> read_seconds(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || seconds > kWaitMax.count()) return kWaitMax;
  return std::chrono::seconds(seconds);
}

void read_preference(std::string_view item, Preferences& preferences) {
  std::string_view preference = take_until(';', item);  // what follows are its parameters
  const std::string_view name = take_until('=', preference);
  if (http::equals_ignoring_case(name, "respond-async")) {
    preferences.respond_async = true;
  } else if (http::equals_ignoring_case(name, "wait") && !preferences.wait) {
    preferences.wait = read_seconds(trimmed(preference));
  }
}

}  // namespace

std::string Preferences::applied() const {
  std::string text = respond_async ? "respond-async" : "";
  if (wait) {
    text += fmt::format("{}wait={}", text.empty() ? "" : ", ",
                        std::chrono::duration_cast<std::chrono::seconds>(*wait).count());
  }
  return text;
}

Preferences read_preferences(const http::Headers& headers) {
  Preferences preferences;
  for (const http::Header& header : headers) {
    if (!http::equals_ignoring_case(header.name, "Prefer")) continue;
    std::string_view list = header.value;
    while (!list.empty()) read_preference(take_until(',', list), preferences);
  }
  return preferences;
}

}  // namespace mayfly::rest
