#include "rest/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/assert.h"
#include "core/calendar.h"
#include "json/codec.h"

namespace mayfly::rest {
namespace {

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What is wrong with the value; empty: nothing.
std::string check_parameter(const QueryRule& rule, std::string_view value) {
  if (rule.max > 0) {
    const auto number = read_number(value);
    if (number && *number >= rule.min && *number <= rule.max) return {};
    return fmt::format("must be a whole number from {} to {}", rule.min, rule.max);
  }
  if (!rule.choices.empty()) {
    if (std::ranges::find(rule.choices, value) != rule.choices.end()) return {};
    return "must be " + json::join_names({rule.choices.begin(), rule.choices.end()});
  }
  if (rule.kind == QueryKind::moment) {
    if (parse_moment(value)) return {};
    return "must be a month, a day or a moment: 2026-11, 2026-11-22, 2026-11-22T13:00:00Z";
  }
  const auto set = rule.kind == QueryKind::pattern ? json::Text::pattern : json::Text::name;
  if (!value.empty() && value.size() <= kCursorMax && json::matches(set, value)) return {};
  return fmt::format("must be 1-{} {}", kCursorMax, json::describe(set));
}

Error as_malformed(json::Issues issues) {
  Error error = std::move(issues).to_error().error();
  error.code = ErrorCode::malformed;
  error.message = "Wrong query parameters: " + error.message;
  return error;
}

}  // namespace

const std::string& Query::text(std::string_view name) const {
  const auto found = values_.find(name);
  ASSERT(found != values_.end());
  return found->second;
}

std::size_t Query::number(std::string_view name) const {
  const auto number = read_number(text(name));
  ASSERT(number && *number >= 0);
  return static_cast<std::size_t>(*number);
}

std::optional<Time> Query::moment(std::string_view name) const {
  const std::string& value = text(name);
  if (value.empty()) return std::nullopt;
  const auto moment = parse_moment(value);
  ASSERT(moment);
  return *moment;
}

service::PageRequest Query::page() const {
  return {.limit = number("limit"), .cursor = text("cursor")};
}

Result<Query> read_query(std::span<const QueryRule> rules,
                         const std::vector<http::Parameter>& given) {
  json::Issues issues;
  Query query;
  for (const http::Parameter& parameter : given) {
    const auto rule = std::ranges::find(rules, parameter.name, &QueryRule::name);
    if (rule == rules.end()) {
      issues.add(parameter.name, "is not a known query parameter");
    } else if (!query.values_.emplace(parameter.name, parameter.value).second) {
      issues.add(parameter.name, "is given twice");
    } else if (std::string wrong = check_parameter(*rule, parameter.value); !wrong.empty()) {
      issues.add(parameter.name, std::move(wrong));
    }
  }
  if (!issues.empty()) return std::unexpected(as_malformed(std::move(issues)));
  for (const QueryRule& rule : rules) query.values_.emplace(rule.name, rule.otherwise);
  return query;
}

}  // namespace mayfly::rest
