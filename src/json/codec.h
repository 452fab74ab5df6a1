// Described structs to JSON and back. One description (Boost.Describe) per type; reading collects
// every wrong field instead of stopping at the first, and names each by its path.
//
// Types: bool, integers, std::string, Millionths, Time (RFC 3339), Duration ("1h30m"), described
// enums (by name), std::optional (absent when empty), std::vector, maps of texts, described
// structs. A member may be absent unless its rule says `required`; then the struct's own default
// stays.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/millionths.h"
#include "core/result.h"
#include "core/time.h"
#include "json/described.h"
#include "json/print.h"
#include "json/rules.h"
#include "json/value.h"
#include "json/write.h"

namespace mayfly::json {

// Collects what is wrong, with the path to it.
class Issues {
 public:
  // The first word on a field stays: what follows from a wrong value is noise.
  void add(std::string field, std::string message) {
    for (const FieldError& known : errors_) {
      if (known.field == field) return;
    }
    errors_.push_back({std::move(field), std::move(message)});
  }
  bool empty() const { return errors_.empty(); }
  const std::vector<FieldError>& errors() const { return errors_; }
  // ErrorCode::invalid with all of them; precondition: not empty.
  std::unexpected<Error> to_error() &&;

 private:
  std::vector<FieldError> errors_;
};

enum class Unknown {
  refuse,  // requests: a misspelt field must not be silently without effect
  ignore,  // our own stored documents: a newer version may have written more
};

std::string join_names(const std::vector<std::string_view>& names);  // 'a', 'b' or 'c'

template <class T>
value encode(const T& item) {
  if constexpr (std::same_as<T, bool>) {
    return value(item);
  } else if constexpr (std::integral<T>) {
    return value(static_cast<std::int64_t>(item));
  } else if constexpr (std::same_as<T, std::string>) {
    return value(boost::json::string_view(item.data(), item.size()));
  } else if constexpr (is_millionths<T>::value) {
    return value(static_cast<double>(item.value) / 1e6);
  } else if constexpr (std::same_as<T, Time> || std::same_as<T, Duration>) {
    return encode(to_string(item));
  } else if constexpr (DescribedEnum<T>) {
    return encode(std::string(enum_name(item)));
  } else if constexpr (is_optional<T>::value) {
    return item ? encode(*item) : value(nullptr);
  } else if constexpr (is_vector<T>::value) {
    array items;
    items.reserve(item.size());
    for (const auto& element : item) items.push_back(encode(element));
    return items;
  } else if constexpr (is_text_map<T>::value) {
    object entries;
    for (const auto& [name, text] : item) entries.emplace(name, encode(text));
    return entries;
  } else if constexpr (std::same_as<T, value>) {
    return item;
  } else {
    static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    object members;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
      const auto& field = item.*member.pointer;
      if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>::value) {
        if (!field) return;
      }
      members.emplace(member.name, encode(field));
    });
    return members;
  }
}

namespace detail {

std::string kind_name(const value& given);
bool read_integer(const value& given, std::int64_t& number);
// False when it is no number or has more than six decimals.
bool read_millionths(const value& given, std::int64_t& millionths);
void check_length(const FieldRule* rule, std::size_t length, std::string_view unit,
                  const std::string& path, Issues& issues);
void check_text(const FieldRule* rule, std::string_view text, const std::string& path,
                Issues& issues);
// Whether a field's rule means it in this object: see FieldRule::only_when.
bool applies(const FieldRule& rule, const object& members);
void check_range(const FieldRule* rule, std::int64_t number, std::int64_t unit,
                 const std::string& path, Issues& issues);
std::string child(const std::string& path, std::string_view name);

}  // namespace detail

template <class T>
void decode(const value& given, const std::string& path, const FieldRule* rule, Unknown unknown,
            Issues& issues, T& item);

namespace detail {

template <Described T>
void decode_struct(const value& given, const std::string& path, Unknown unknown, Issues& issues,
                   T& item) {
  const object* members = given.if_object();
  if (!members) {
    issues.add(path, "must be an object, not " + kind_name(given));
    return;
  }
  const auto rows = rules_of<T>();
  std::size_t known = 0;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    const FieldRule* rule = find_rule(rows, member.name);
    const value* found = members->if_contains(member.name);
    if (found) {
      ++known;
      decode(*found, child(path, member.name), rule, unknown, issues, item.*member.pointer);
    } else if (rule && rule->required && detail::applies(*rule, *members)) {
      issues.add(child(path, member.name), "is required");
    }
  });
  if (unknown == Unknown::ignore || known == members->size()) return;
  for (const auto& entry : *members) {
    bool declared = false;
    boost::mp11::mp_for_each<members_of<T>>(
        [&](auto member) { declared = declared || entry.key() == member.name; });
    if (!declared) issues.add(child(path, std::string_view(entry.key())), "is not a known field");
  }
}

template <class List>
void decode_vector(const value& given, const std::string& path, const FieldRule* rule,
                   Unknown unknown, Issues& issues, List& items) {
  using T = typename List::value_type;
  const array* given_items = given.if_array();
  if (!given_items) {
    issues.add(path, "must be a list, not " + kind_name(given));
    return;
  }
  check_length(rule, given_items->size(), "entries", path, issues);
  std::vector<T> found;
  for (std::size_t i = 0; i < given_items->size(); ++i) {
    const std::string element_path = fmt::format("{}.{}", path, i);
    T element{};
    const FieldRule of_element = element_rule<T>(rule);
    decode((*given_items)[i], element_path, &of_element, unknown, issues, element);
    found.push_back(std::move(element));
  }
  items = std::move(found);
}

template <class T>
void decode_text(const std::string& text, const std::string& path, const FieldRule* rule,
                 Issues& issues, T& item) {
  if constexpr (std::same_as<T, std::string>) {
    check_length(rule, text.size(), "bytes", path, issues);
    check_text(rule, text, path, issues);
    item = text;
  } else if constexpr (DescribedEnum<T>) {
    if (!boost::describe::enum_from_string(text.c_str(), item)) {
      issues.add(path, "must be " + join_names(enum_names<T>()));
    }
  } else {
    const auto parsed = [&] {
      if constexpr (std::same_as<T, Time>)
        return parse_time(text);
      else
        return parse_duration(text);
    }();
    if (!parsed) {
      issues.add(path, parsed.error().message + ". " + parsed.error().remedy);
      return;
    }
    item = *parsed;
    if constexpr (std::same_as<T, Duration>)
      check_range(rule, item.count(), 1'000'000, path, issues);
  }
}

}  // namespace detail

template <class T>
void decode(const value& given, const std::string& path, const FieldRule* rule, Unknown unknown,
            Issues& issues, T& item) {
  if constexpr (std::same_as<T, value>) {
    item = given;
  } else if constexpr (std::same_as<T, bool>) {
    if (given.is_bool())
      item = given.get_bool();
    else
      issues.add(path, "must be true or false, not " + detail::kind_name(given));
  } else if constexpr (std::integral<T>) {
    std::int64_t number = 0;
    if (!detail::read_integer(given, number) || !std::in_range<T>(number)) {
      issues.add(path, "must be a whole number");
      return;
    }
    detail::check_range(rule, number, 1, path, issues);
    item = static_cast<T>(number);
  } else if constexpr (is_millionths<T>::value) {
    std::int64_t number = 0;
    if (!detail::read_millionths(given, number)) {
      issues.add(path, "must be a number with at most six decimals");
      return;
    }
    detail::check_range(rule, number, 1'000'000, path, issues);
    item.value = number;
  } else if constexpr (is_optional<T>::value) {
    // null says the same as absent: clients of typed languages send it.
    if (given.is_null()) {
      item.reset();
    } else {
      decode(given, path, rule, unknown, issues, item.emplace());
    }
  } else if constexpr (is_vector<T>::value) {
    detail::decode_vector(given, path, rule, unknown, issues, item);
  } else if constexpr (is_text_map<T>::value) {
    const object* entries = given.if_object();
    if (!entries) return issues.add(path, "must be an object, not " + detail::kind_name(given));
    for (const auto& entry : *entries) {
      const std::string name(entry.key());
      decode(entry.value(), detail::child(path, name), rule, unknown, issues, item[name]);
    }
  } else if constexpr (Described<T>) {
    detail::decode_struct(given, path, unknown, issues, item);
  } else {
    const boost::json::string* text = given.if_string();
    if (!text) {
      issues.add(path, "must be a text, not " + detail::kind_name(given));
      return;
    }
    detail::decode_text(std::string(text->data(), text->size()), path, rule, issues, item);
  }
}

// Reads a T, then lets validate(const T&, Issues&) — found beside T — check what one field alone
// cannot tell.
template <class T>
Result<T> decode(const value& given, Unknown unknown = Unknown::refuse) {
  T item{};
  Issues issues;
  if (!given.is_object() && Described<T>) {
    return fail(ErrorCode::malformed,
                "The body must be a JSON object, not " + detail::kind_name(given));
  }
  decode(given, std::string{}, nullptr, unknown, issues, item);
  if constexpr (requires { validate(item, issues); }) validate(item, issues);
  if (!issues.empty()) return std::move(issues).to_error();
  return item;
}

}  // namespace mayfly::json
