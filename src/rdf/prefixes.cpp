#include "rdf/prefixes.h"

#include <algorithm>

namespace mayfly::rdf {

void Prefixes::set(std::string_view name, std::string_view name_space) {
  const auto known = std::ranges::find(entries_, name, &Prefix::name);
  if (known == entries_.end()) {
    entries_.push_back({.name = std::string(name), .name_space = std::string(name_space)});
  } else {
    known->name_space = name_space;
  }
}

const std::string* Prefixes::find(std::string_view name) const {
  const auto known = std::ranges::find(entries_, name, &Prefix::name);
  return known == entries_.end() ? nullptr : &known->name_space;
}

std::optional<std::string> Prefixes::expand(std::string_view compact) const {
  const std::size_t colon = compact.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string* name_space = find(compact.substr(0, colon));
  if (name_space == nullptr) return std::nullopt;
  return *name_space + std::string(compact.substr(colon + 1));
}

}  // namespace mayfly::rdf
