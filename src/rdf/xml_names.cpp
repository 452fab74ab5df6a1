#include "rdf/xml_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "rdf/chars.h"

namespace mayfly::rdf {

QName split_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return {.prefix = {}, .local = name};
  return {.prefix = name.substr(0, colon), .local = name.substr(colon + 1)};
}

std::optional<QName> read_qname(std::string_view name) {
  const QName parts = split_name(name);
  const bool prefixed = parts.local.size() < name.size();
  if ((prefixed && !is_ncname(parts.prefix)) || !is_ncname(parts.local)) return std::nullopt;
  return parts;
}

bool is_declaration(std::string_view attribute_name, std::string_view& prefix) {
  if (!attribute_name.starts_with("xmlns")) return false;
  prefix = attribute_name.substr(5);
  if (prefix.empty()) return true;
  if (prefix.front() != ':') return false;
  prefix.remove_prefix(1);
  return true;
}

std::string Namespaces::push(pugi::xml_node element) {
  const std::size_t before = bindings_.size();
  for (const pugi::xml_attribute attribute : element.attributes()) {
    std::string_view prefix;
    if (!is_declaration(attribute.name(), prefix)) continue;
    const std::string_view name_space = attribute.value();
    const bool is_default = std::string_view(attribute.name()) == "xmlns";
    if (!is_default && (name_space.empty() || !is_ncname(prefix) || prefix == "xmlns"))
      return fmt::format("{}=\"{}\" binds nothing", attribute.name(), name_space);
    if ((prefix == "xml") != (name_space == kXmlNamespace) || name_space == kXmlnsNamespace)
      return fmt::format("{}=\"{}\" is reserved", attribute.name(), name_space);
    const bool twice =
        std::any_of(bindings_.begin() + static_cast<std::ptrdiff_t>(before), bindings_.end(),
                    [&](const Binding& other) { return other.prefix == prefix; });
    if (twice) return fmt::format("{} is given twice", attribute.name());
    if (bindings_.size() == kBindingsMax)
      return fmt::format("more than {} namespaces are declared", kBindingsMax);
    bindings_.push_back({.prefix = prefix, .name_space = name_space});
  }
  if (bindings_.size() > before) scope_ = ++scopes_;
  return {};
}

const std::string_view* Namespaces::find(std::string_view prefix) const {
  static constexpr std::string_view kEmpty;
  for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
    if (binding->prefix == prefix) return &binding->name_space;
  }
  if (prefix.empty()) return &kEmpty;
  return prefix == "xml" ? &kXmlNamespace : nullptr;
}

}  // namespace mayfly::rdf
