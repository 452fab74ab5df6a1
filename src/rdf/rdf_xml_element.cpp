#include "rdf/rdf_xml_element.h"

#include <fmt/format.h>

#include <algorithm>

#include "rdf/chars.h"
#include "rdf/iri.h"
#include "rdf/term.h"

namespace mayfly::rdf {
namespace {

// Names of the rdf: namespace that may not be an attribute for a property.
bool is_forbidden_attribute(std::string_view local) {
  return local == "RDF" || local == "Description" || local == "li" || local == "bagID" ||
         local == "aboutEach" || local == "aboutEachPrefix";
}

std::string take_rdf_attribute(std::string_view local, const char* value, XmlElement& element) {
  const char** slot = local == "ID"          ? &element.id
                      : local == "about"     ? &element.about
                      : local == "nodeID"    ? &element.node_id
                      : local == "resource"  ? &element.resource
                      : local == "datatype"  ? &element.datatype
                      : local == "parseType" ? &element.parse_type
                                             : nullptr;
  if (slot == nullptr) {
    if (is_forbidden_attribute(local)) return fmt::format("rdf:{} may not be an attribute", local);
    element.properties.push_back({.name_space = kRdf, .local = local, .value = value});
    return {};
  }
  if (*slot != nullptr) return fmt::format("the attribute rdf:{} is given twice", local);
  *slot = value;
  return {};
}

std::string take_xml_attribute(std::string_view local, std::string_view value,
                               const XmlContext& outer, XmlElement& element) {
  if (local == "lang") {
    if (!value.empty() && !is_language_tag(value))
      return fmt::format("xml:lang=\"{}\" is no language tag", value);
    element.context.language = value;
  } else if (local == "base") {
    element.own_base = resolve(outer.base, value);
    if (!is_absolute_iri(element.own_base)) return fmt::format("xml:base=\"{}\" is no IRI", value);
    element.context.base = element.own_base;
  }
  return {};
}

std::string take_attribute(pugi::xml_attribute attribute, const XmlContext& outer,
                           const Namespaces& scope, XmlElement& element) {
  const std::string_view name = attribute.name();
  const auto parts = read_qname(name);
  if (!parts) return fmt::format("'{}' is no name", name);
  if (parts->prefix.empty()) {
    // Old documents left out the prefix of these.
    for (const std::string_view known : {"ID", "about", "resource", "parseType", "type"}) {
      if (parts->local == known) return take_rdf_attribute(known, attribute.value(), element);
    }
    if (name.size() >= 3 && equal_ignoring_case(name.substr(0, 3), "xml")) return {};
    return fmt::format("the attribute '{}' has no namespace", name);
  }
  const std::string_view* name_space = scope.find(parts->prefix);
  if (name_space == nullptr) return fmt::format("the prefix '{}:' is not declared", parts->prefix);
  if (*name_space == kXmlNamespace)
    return take_xml_attribute(parts->local, attribute.value(), outer, element);
  if (*name_space == kRdf) return take_rdf_attribute(parts->local, attribute.value(), element);
  element.properties.push_back(
      {.name_space = *name_space, .local = parts->local, .value = attribute.value()});
  return {};
}

}  // namespace

bool XmlElement::is_rdf(std::string_view name) const {
  return local == name && name_space == kRdf;
}

std::string open_element(pugi::xml_node node, const XmlContext& outer, Namespaces& scope,
                         XmlElement& element) {
  element.node = node;
  element.context = outer;
  if (std::string wrong = scope.push(node); !wrong.empty()) return wrong;
  const std::string_view name = node.name();
  const auto parts = read_qname(name);
  if (!parts) return fmt::format("'{}' is no name", name);
  const std::string_view* name_space = scope.find(parts->prefix);
  if (name_space == nullptr) return fmt::format("the prefix '{}:' is not declared", parts->prefix);
  if (name_space->empty()) return fmt::format("the element <{}> has no namespace", name);
  element.name_space = *name_space;
  element.local = parts->local;
  for (const pugi::xml_attribute attribute : node.attributes()) {
    std::string_view prefix;
    if (is_declaration(attribute.name(), prefix)) continue;
    if (std::string wrong = take_attribute(attribute, outer, scope, element); !wrong.empty())
      return wrong;
  }
  if (element.properties.size() < 2) return {};
  const auto name_of = [](const XmlAttribute& one) { return std::pair(one.name_space, one.local); };
  std::vector<XmlAttribute> sorted = element.properties;
  std::ranges::sort(sorted, {}, name_of);
  if (const auto twin = std::ranges::adjacent_find(sorted, {}, name_of); twin != sorted.end())
    return fmt::format("the attribute '{}' is given twice", twin->local);
  return {};
}

}  // namespace mayfly::rdf
