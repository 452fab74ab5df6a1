// As much of JSON Schema as our own document uses: does a value satisfy a schema? It reads the
// published document, so what passes here is what a client that trusts the document would expect.
#pragma once

#include <mutex>
#include <regex>
#include <string>

#include "json/codec.h"
#include "json/value.h"

namespace mayfly::rest {

class SchemaCheck {
 public:
  explicit SchemaCheck(const json::value& document) : document_(document) {}

  // What is wrong first, with the path to it; empty when nothing is.
  std::string wrong(const json::value& schema, const json::value& given,
                    const std::string& path = "it") const {
    const json::object& rule = resolved(schema);
    for (const char* choice : {"anyOf", "oneOf"}) {
      if (const auto* options = rule.if_contains(choice)) {
        return any_fits(options->as_array(), given) ? "" : path + " fits no option";
      }
    }
    if (const auto* type = rule.if_contains("type")) {
      if (!is_a(type->as_string(), given)) return path + " is no " + std::string(type->as_string());
    }
    if (std::string bad = wrong_number(rule, given); !bad.empty()) return path + bad;
    if (std::string bad = wrong_text(rule, given); !bad.empty()) return path + bad;
    if (std::string bad = wrong_condition(rule, given, path); !bad.empty()) return bad;
    if (const auto* items = given.if_array()) return wrong_items(rule, *items, path);
    if (const auto* members = given.if_object()) return wrong_members(rule, *members, path);
    return "";
  }

  const json::object& resolved(const json::value& schema) const {
    const json::object& rule = schema.as_object();
    const auto* reference = rule.if_contains("$ref");
    if (!reference) return rule;
    boost::system::error_code error;
    return document_.find_pointer(std::string_view(reference->as_string()).substr(1), error)
        ->as_object();
  }

 private:
  static bool is_a(std::string_view type, const json::value& given) {
    if (type == "object") return given.is_object();
    if (type == "array") return given.is_array();
    if (type == "string") return given.is_string();
    if (type == "boolean") return given.is_bool();
    if (type == "null") return given.is_null();
    if (type == "integer") {
      const double* real = given.if_double();
      return given.is_int64() || given.is_uint64() || (real && std::trunc(*real) == *real);
    }
    return type == "number" && given.is_number();
  }

  bool any_fits(const json::array& options, const json::value& given) const {
    for (const json::value& option : options) {
      if (wrong(option, given).empty()) return true;
    }
    return false;
  }

  // allOf of pairs of if and then.
  std::string wrong_condition(const json::object& rule, const json::value& given,
                              const std::string& path) const {
    const auto* conditions = rule.if_contains("allOf");
    for (const json::value& condition : conditions ? conditions->as_array() : json::array()) {
      if (!wrong(condition.at("if"), given, path).empty()) continue;
      if (std::string bad = wrong(condition.at("then"), given, path); !bad.empty()) return bad;
    }
    return "";
  }

  static std::string wrong_number(const json::object& rule, const json::value& given) {
    if (!given.is_number()) return "";
    const double number = given.to_number<double>();
    const auto* least = rule.if_contains("minimum");
    const auto* most = rule.if_contains("maximum");
    if (least && number < least->to_number<double>()) return " is too small";
    if (most && number > most->to_number<double>()) return " is too large";
    return "";
  }

  static std::string wrong_text(const json::object& rule, const json::value& given) {
    if (!given.is_string()) return "";
    const std::string text(given.as_string());
    const auto size = static_cast<std::int64_t>(text.size());
    if (const auto* least = rule.if_contains("minLength"); least && size < least->as_int64())
      return " is too short";
    if (const auto* most = rule.if_contains("maxLength"); most && size > most->as_int64())
      return " is too long";
    if (const auto* entries = rule.if_contains("enum")) {
      bool known = false;
      for (const json::value& entry : entries->as_array())
        known = known || entry.as_string() == text;
      if (!known) return " is none of the words";
    }
    if (const auto* only = rule.if_contains("const"); only && only->as_string() != text)
      return " is not " + std::string(only->as_string());
    if (const auto* pattern = rule.if_contains("pattern")) {
      // std::regex fills a cache of the process's locale, without a lock.
      static std::mutex one_at_a_time;
      const std::scoped_lock lock(one_at_a_time);
      if (!std::regex_search(text, std::regex(std::string(pattern->as_string()))))
        return " does not match " + std::string(pattern->as_string());
    }
    return "";
  }

  std::string wrong_items(const json::object& rule, const json::array& items,
                          const std::string& path) const {
    const auto size = static_cast<std::int64_t>(items.size());
    if (const auto* least = rule.if_contains("minItems"); least && size < least->as_int64())
      return path + " has too few entries";
    if (const auto* most = rule.if_contains("maxItems"); most && size > most->as_int64())
      return path + " has too many entries";
    const auto* of = rule.if_contains("items");
    for (std::size_t i = 0; of && i < items.size(); ++i) {
      if (std::string bad = wrong(*of, items[i], fmt::format("{}.{}", path, i)); !bad.empty())
        return bad;
    }
    return "";
  }

  std::string wrong_members(const json::object& rule, const json::object& members,
                            const std::string& path) const {
    if (const auto* required = rule.if_contains("required")) {
      for (const json::value& name : required->as_array()) {
        if (!members.contains(name.as_string()))
          return path + " lacks " + std::string(name.as_string());
      }
    }
    const auto size = static_cast<std::int64_t>(members.size());
    if (const auto* least = rule.if_contains("minProperties"); least && size < least->as_int64())
      return path + " has too few members";
    if (const auto* most = rule.if_contains("maxProperties"); most && size > most->as_int64())
      return path + " has too many members";
    const auto* properties = rule.if_contains("properties");
    const auto* more = rule.if_contains("additionalProperties");
    for (const auto& member : members) {
      const std::string inner = path + "." + std::string(member.key());
      const auto* of = properties ? properties->as_object().if_contains(member.key()) : nullptr;
      if (!of && more && more->is_bool() && !more->as_bool()) return inner + " is not known";
      if (!of && more && more->is_object()) of = more;
      if (!of) continue;
      if (std::string bad = wrong(*of, member.value(), inner); !bad.empty()) return bad;
    }
    return "";
  }

  const json::value& document_;
};

}  // namespace mayfly::rest
