#include "filters.h"

#include <fmt/format.h>

#include <algorithm>

namespace mayfly::cloudsim {

std::vector<Filter> filters_of(const Form& form) {
  std::vector<Filter> filters;
  for (const int index : form.indices("Filter")) {
    filters.push_back({form.text(fmt::format("Filter.{}.Name", index)),
                       form.list(fmt::format("Filter.{}.Value", index))});
  }
  return filters;
}

sim::Outcome<bool> passes(const std::vector<Filter>& filters, const Fields& fields) {
  bool all = true;
  for (const Filter& filter : filters) {
    const auto said = fields(filter.name);
    if (!said) {
      return sim::refuse(400, "InvalidParameterValue",
                         fmt::format("The filter '{}' is invalid", filter.name));
    }
    all = all && std::ranges::any_of(filter.values, [&](const std::string& value) {
            return std::ranges::any_of(
                *said, [&](const std::string& text) { return glob_matches(value, text); });
          });
  }
  return all;
}

// Greedy with one point to come back to: linear for what people write.
bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, after_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace mayfly::cloudsim
