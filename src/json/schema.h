// JSON Schema (2020-12, what OpenAPI 3.1 speaks) from the same description that reads and writes
// the JSON itself, so that the published document cannot promise something else than the code does.
//
// A described struct becomes a component, named as the type; where it is used there is a `$ref`. A
// struct that has rules is something that people send: its `required` is what the rules require,
// and nothing else may be in it. One without is something that we answer: all of it is there but
// the optionals, and a later version may add more. refine_schema(const T*, object&), found beside
// T, adds what single fields cannot say.
#pragma once

#include <map>
#include <string>
#include <typeindex>

#include "json/codec.h"

namespace mayfly::json {

class Schemas {
 public:
  // The schema of a T at the place where it is used.
  template <class T>
  object of(const FieldRule* rule = nullptr);

  // Everything that was referred to so far: what belongs at #/components/schemas.
  const object& components() const { return components_; }

 private:
  template <Described T>
  object reference();
  template <Described T>
  object describe_struct();
  // True when the component is new and must be described now. Two types of one name are a mistake
  // of ours.
  bool claim(const std::string& name, std::type_index type);

  object components_;
  std::map<std::string, std::type_index, std::less<>> types_;
};

namespace detail {

std::string component_name(std::type_index type);
object text_schema(const FieldRule* rule);
object integer_schema(const FieldRule* rule);
object decimal_schema(const FieldRule* rule);
object time_schema();
object duration_schema();
object enum_schema(const std::vector<std::string_view>& names);
object list_schema(const FieldRule* rule, object items);
// The condition of FieldRule::only_when, as if and then.
object required_when(const FieldRule& rule);

}  // namespace detail

template <class T>
object Schemas::of(const FieldRule* rule) {
  if constexpr (std::same_as<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::integral<T>) {
    return detail::integer_schema(rule);
  } else if constexpr (is_millionths<T>::value) {
    return detail::decimal_schema(rule);
  } else if constexpr (std::same_as<T, std::string>) {
    return detail::text_schema(rule);
  } else if constexpr (std::same_as<T, Time>) {
    return detail::time_schema();
  } else if constexpr (std::same_as<T, Duration>) {
    return detail::duration_schema();
  } else if constexpr (DescribedEnum<T>) {
    return detail::enum_schema(enum_names<T>());
  } else if constexpr (is_optional<T>::value) {
    return of<typename T::value_type>(rule);
  } else if constexpr (is_vector<T>::value) {
    const FieldRule element = element_rule<typename T::value_type>(rule);
    return detail::list_schema(rule, of<typename T::value_type>(&element));
  } else if constexpr (is_text_map<T>::value) {
    return {{"type", "object"}, {"additionalProperties", object{{"type", "string"}}}};
  } else if constexpr (std::same_as<T, value>) {
    return {};  // anything
  } else {
    return reference<T>();
  }
}

template <Described T>
object Schemas::reference() {
  const std::string name = detail::component_name(typeid(T));
  if (claim(name, typeid(T))) {
    object described = describe_struct<T>();
    if constexpr (requires { refine_schema(static_cast<const T*>(nullptr), described); }) {
      refine_schema(static_cast<const T*>(nullptr), described);
    }
    components_[name] = std::move(described);
  }
  return {{"$ref", "#/components/schemas/" + name}};
}

template <Described T>
object Schemas::describe_struct() {
  const auto rows = rules_of<T>();
  const bool sent_by_people = !rows.empty();
  const T defaults{};
  object properties;
  array required;
  array conditions;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    using Member = std::remove_cvref_t<decltype(defaults.*member.pointer)>;
    const FieldRule* rule = find_rule(rows, member.name);
    object property = of<Member>(rule);
    if (rule && !rule->doc.empty()) property["description"] = rule->doc;
    const bool always = !is_optional<Member>::value;
    if (rule && rule->required && !rule->only_when.empty()) {
      conditions.push_back(detail::required_when(*rule));
    } else if (sent_by_people ? rule && rule->required : always) {
      required.emplace_back(member.name);
    } else if constexpr (!is_optional<Member>::value && !is_vector<Member>::value &&
                         !Described<Member>) {
      property["default"] = encode(defaults.*member.pointer);
    }
    properties[member.name] = std::move(property);
  });
  object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (!conditions.empty()) schema["allOf"] = std::move(conditions);
  if (sent_by_people) schema["additionalProperties"] = false;
  return schema;
}

}  // namespace mayfly::json
