#include "json/schema.h"

#include <boost/core/demangle.hpp>

#include "core/assert.h"

namespace mayfly::json {
namespace {

// As regular expressions of ECMA 262, which JSON Schema takes.
std::string_view pattern_of(Text set) {
  switch (set) {
    case Text::any:
      return "";
    case Text::name:
      return "^[A-Za-z0-9_.-]*$";
    case Text::line:
      return "^[^\\u0000-\\u001f\\u007f]*$";
    case Text::pattern:
      return "^[A-Za-z0-9_.*?:-]*$";
  }
  return "";
}

void add_bounds(const FieldRule* rule, const char* least, const char* most, object& schema) {
  if (rule && rule->has_min()) schema[least] = rule->min;
  if (rule && rule->has_max()) schema[most] = rule->max;
}

}  // namespace

bool Schemas::claim(const std::string& name, std::type_index type) {
  const auto [known, fresh] = types_.try_emplace(name, type);
  ASSERT(known->second == type);
  return fresh;
}

namespace detail {

std::string component_name(std::type_index type) {
  std::string name = boost::core::demangle(type.name());
  if (const std::size_t colon = name.rfind(':'); colon != std::string::npos) {
    name.erase(0, colon + 1);
  }
  return name;
}

// Lengths are counted in bytes when a text is read and in characters by JSON Schema, so what the
// schema refuses is refused, and a text of other letters than ASCII may be refused earlier.
object text_schema(const FieldRule* rule) {
  object schema{{"type", "string"}};
  add_bounds(rule, "minLength", "maxLength", schema);
  if (rule && rule->text != Text::any) schema["pattern"] = pattern_of(rule->text);
  return schema;
}

object integer_schema(const FieldRule* rule) {
  object schema{{"type", "integer"}};
  add_bounds(rule, "minimum", "maximum", schema);
  return schema;
}

object decimal_schema(const FieldRule* rule) {
  object schema{{"type", "number"}};
  add_bounds(rule, "minimum", "maximum", schema);
  return schema;
}

object time_schema() {
  return {{"type", "string"}, {"format", "date-time"}};
}

object duration_schema() {
  return {{"type", "string"},
          {"pattern", "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"},
          {"minLength", 2},
          {"examples", array{"45m", "1h30m", "3d"}}};
}

object enum_schema(const std::vector<std::string_view>& names) {
  array entries;
  for (const std::string_view name : names) entries.emplace_back(name);
  return {{"type", "string"}, {"enum", std::move(entries)}};
}

object required_when(const FieldRule& rule) {
  const std::size_t equals = rule.only_when.find('=');
  const object decides{
      {rule.only_when.substr(0, equals), {{"const", rule.only_when.substr(equals + 1)}}}};
  const array given{rule.only_when.substr(0, equals)};  // or what is absent would fit, too
  return {{"if", {{"properties", decides}, {"required", given}}},
          {"then", {{"required", array{rule.name}}}}};
}

object list_schema(const FieldRule* rule, object items) {
  object schema{{"type", "array"}, {"items", std::move(items)}};
  add_bounds(rule, "minItems", "maxItems", schema);
  return schema;
}

}  // namespace detail
}  // namespace mayfly::json
