// What a described struct says about its members beyond their types: one row per member worth a
// word. Validation, OpenAPI and help all read these rows, so a bound is written once.
//
//   inline constexpr FieldRule kRules[] = {{.name = "count", .doc = "...", .required = true, .min =
//   1}}; constexpr std::span<const json::FieldRule> rules(const VmRequest*) { return kRules; }
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace mayfly::json {

// The character sets that texts are restricted to; each has a name for people in rules.cpp.
enum class Text {
  any,
  name,     // letters, digits, _ . -
  line,     // printable, one line
  pattern,  // names with * and ?, and `cloud:` before
};

struct FieldRule {
  std::string_view name = {};
  std::string_view doc = {};
  bool required = false;
  // "kind=vm": what is required, and allowed, only beside a field of that text. A field that has a
  // default may be given elsewhere, too, if validate() takes it.
  std::string_view only_when = {};
  // Of numbers in their own unit; of texts and lists their length.
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  Text text = Text::any;
  // Of each text in a list: its length.
  std::int64_t item_max = std::numeric_limits<std::int64_t>::max();

  constexpr bool has_min() const { return min != std::numeric_limits<std::int64_t>::min(); }
  constexpr bool has_max() const { return max != std::numeric_limits<std::int64_t>::max(); }
};

template <class T>
constexpr std::span<const FieldRule> rules_of() {
  if constexpr (requires { rules(static_cast<const T*>(nullptr)); }) {
    return rules(static_cast<const T*>(nullptr));
  } else {
    return {};
  }
}

constexpr const FieldRule* find_rule(std::span<const FieldRule> rows, std::string_view name) {
  for (const FieldRule& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

// What a list's rule says about each of its elements.
template <class T>
constexpr FieldRule element_rule(const FieldRule* list) {
  FieldRule rule;
  if (!list) return rule;
  rule.name = list->name;
  rule.text = list->text;
  if constexpr (std::is_same_v<T, std::string>) rule.max = list->item_max;
  return rule;
}

bool matches(Text set, std::string_view text);
std::string_view describe(Text set);

}  // namespace mayfly::json
