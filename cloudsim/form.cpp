#include "form.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "http/message.h"

namespace mayfly::cloudsim {
namespace {

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_word_of(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

}  // namespace

std::optional<Form> Form::parse(std::string_view body) {
  auto parameters = http::parse_form(body);
  if (!parameters) return std::nullopt;
  Form form;
  for (http::Parameter& parameter : *parameters) {
    form.members_[std::move(parameter.name)] = std::move(parameter.value);
  }
  return form;
}

std::string Form::text(std::string_view name, std::string fallback) const {
  const auto found = members_.find(name);
  return found == members_.end() ? std::move(fallback) : found->second;
}

std::optional<std::int64_t> Form::number(std::string_view name) const {
  return read_number<std::int64_t>(text(name));
}

std::vector<int> Form::indices(std::string_view name) const {
  std::set<int> found;
  const std::string prefix = std::string(name) + '.';
  for (auto it = members_.lower_bound(prefix);
       it != members_.end() && it->first.starts_with(prefix); ++it) {
    const std::string_view rest = std::string_view(it->first).substr(prefix.size());
    if (const auto index = read_number<int>(rest.substr(0, rest.find('.')))) found.insert(*index);
  }
  return {found.begin(), found.end()};
}

std::vector<std::string> Form::list(std::string_view name) const {
  std::vector<std::string> values;
  for (const int index : indices(name)) values.push_back(text(fmt::format("{}.{}", name, index)));
  return values;
}

bool Form::has_any(std::string_view name) const {
  if (has(name)) return true;
  const std::string prefix = std::string(name) + '.';
  const auto it = members_.lower_bound(prefix);
  return it != members_.end() && it->first.starts_with(prefix);
}

std::map<std::string, std::string> Form::tags(std::string_view prefix) const {
  std::map<std::string, std::string> tags;
  for (const int index : indices(prefix)) {
    tags[text(fmt::format("{}.{}.Key", prefix, index))] =
        text(fmt::format("{}.{}.Value", prefix, index));
  }
  return tags;
}

std::optional<std::string> Form::unknown_member(std::string_view names) const {
  for (const auto& [name, value] : members_) {
    const std::string_view first = std::string_view(name).substr(0, name.find('.'));
    if (first == "Action" || first == "Version" || first == "DryRun") continue;
    if (!is_word_of(names, first)) return std::string(first);
  }
  return std::nullopt;
}

std::string Form::fingerprint() const {
  std::string text;
  for (const auto& [name, value] : members_) {
    if (name == "DryRun") continue;
    text += http::percent_encode(name) + '=' + http::percent_encode(value) + '&';
  }
  return text;
}

}  // namespace mayfly::cloudsim
