// What a type is to JSON: struct and enums described with Boost.Describe, lists, optionals, maps of
// texts, quantities. The codec, the writer, the reader and the schema all ask here.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/millionths.h"

namespace mayfly::json {

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_any_access>;

template <class T>
struct is_text_map : std::false_type {};
template <>
struct is_text_map<std::map<std::string, std::string>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_millionths : std::false_type {};
template <class U>
struct is_millionths<Millionths<U>> : std::true_type {};

template <DescribedEnum E>
std::string_view enum_name(E entry) {
  return boost::describe::enum_to_string(entry, "?");
}

template <DescribedEnum E>
std::vector<std::string_view> enum_names() {
  std::vector<std::string_view> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto entry) { names.emplace_back(entry.name); });
  return names;
}

}  // namespace mayfly::json
