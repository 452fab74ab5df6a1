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

// Fails for a second one of the same name; of properties that is found out at the end.
std::string take_syntax(std::string_view local, const char* value, const char*& slot) {
  if (slot != nullptr) return fmt::format("the attribute rdf:{} is given twice", local);
  slot = value;
  return {};
}

std::string take_language(std::string_view value, XmlElement& element) {
  if (!value.empty() && !is_language_tag(value))
    return fmt::format("xml:lang=\"{}\" is no language tag", value);
  element.context.language = value;
  return {};
}

std::string take_base(std::string_view value, const XmlContext& outer, XmlElement& element) {
  element.own_base = resolve(outer.base, value);
  if (!is_absolute_iri(element.own_base)) return fmt::format("xml:base=\"{}\" is no IRI", value);
  element.context.base = element.own_base;
  return {};
}

std::string check_twins(std::vector<XmlAttribute> properties) {
  const auto name_of = [](const XmlAttribute& one) { return std::pair(one.name_space, one.local); };
  std::ranges::sort(properties, {}, name_of);
  const auto twin = std::ranges::adjacent_find(properties, {}, name_of);
  if (twin == properties.end()) return {};
  return fmt::format("the attribute '{}' is given twice", twin->local);
}

}  // namespace

std::string XmlElements::read_name(std::string_view name, ElementName& meaning) const {
  const auto parts = read_qname(name);
  if (!parts) return fmt::format("'{}' is no name", name);
  const std::string_view* name_space = scope_.find(parts->prefix);
  if (name_space == nullptr) return fmt::format("the prefix '{}:' is not declared", parts->prefix);
  if (name_space->empty()) return fmt::format("the element <{}> has no namespace", name);
  meaning = {.name_space = *name_space, .local = parts->local, .in_rdf = *name_space == kRdf};
  return {};
}

std::string XmlElements::read_rdf_name(std::string_view local, AttributeName& meaning) const {
  using Slot = const char* XmlElement::*;
  static constexpr std::pair<std::string_view, Slot> kSyntax[] = {
      {"ID", &XmlElement::id},
      {"about", &XmlElement::about},
      {"nodeID", &XmlElement::node_id},
      {"resource", &XmlElement::resource},
      {"datatype", &XmlElement::datatype},
      {"parseType", &XmlElement::parse_type}};
  meaning = {.use = AttributeName::Use::property, .name_space = kRdf, .local = local};
  for (const auto& [syntax, slot] : kSyntax) {
    if (local != syntax) continue;
    meaning.use = AttributeName::Use::syntax;
    meaning.syntax = slot;
  }
  if (is_forbidden_attribute(local)) return fmt::format("rdf:{} may not be an attribute", local);
  return {};
}

std::string XmlElements::read_name(std::string_view name, AttributeName& meaning) const {
  using Use = AttributeName::Use;
  const auto parts = read_qname(name);
  if (!parts) return fmt::format("'{}' is no name", name);
  if (parts->prefix.empty()) {
    // Old documents left out the prefix of these.
    for (const std::string_view known : {"ID", "about", "resource", "parseType", "type"}) {
      if (parts->local == known) return read_rdf_name(known, meaning);
    }
    if (name.size() >= 3 && equal_ignoring_case(name.substr(0, 3), "xml")) return {};
    return fmt::format("the attribute '{}' has no namespace", name);
  }
  const std::string_view* name_space = scope_.find(parts->prefix);
  if (name_space == nullptr) return fmt::format("the prefix '{}:' is not declared", parts->prefix);
  if (*name_space == kRdf) return read_rdf_name(parts->local, meaning);
  meaning = {.use = Use::property, .name_space = *name_space, .local = parts->local};
  if (*name_space == kXmlNamespace) {
    meaning.use = parts->local == "lang"   ? Use::language
                  : parts->local == "base" ? Use::base
                                           : Use::none;
  }
  return {};
}

std::string XmlElements::take(const Attribute& attribute, const XmlContext& outer,
                              XmlElement& element) {
  const AttributeName* name = attribute_names_.find(attribute.name, scope_.scope());
  if (name == nullptr) {
    AttributeName meaning;
    if (std::string wrong = read_name(attribute.name, meaning); !wrong.empty()) return wrong;
    name = &attribute_names_.put(attribute.name, scope_.scope(), meaning);
  }
  switch (name->use) {
    case AttributeName::Use::none:
      return {};
    case AttributeName::Use::language:
      return take_language(attribute.value, element);
    case AttributeName::Use::base:
      return take_base(attribute.value, outer, element);
    case AttributeName::Use::syntax:
      return take_syntax(name->local, attribute.value, element.*(name->syntax));
    case AttributeName::Use::property:
      element.properties.push_back(
          {.name_space = name->name_space, .local = name->local, .value = attribute.value});
  }
  return {};
}

std::string XmlElements::open(pugi::xml_node node, const XmlContext& outer, XmlElement& element) {
  element.node = node;
  element.context = outer;
  attributes_.clear();
  bool declares = false;
  for (auto attribute = node.first_attribute(); attribute; attribute = attribute.next_attribute()) {
    const std::string_view name = attribute.name();
    std::string_view prefix;
    if (is_declaration(name, prefix)) {
      declares = true;
    } else {
      attributes_.push_back({.name = name, .value = attribute.value()});
    }
  }
  if (declares) {
    if (std::string wrong = scope_.push(node); !wrong.empty()) return wrong;
  }
  const std::string_view full = node.name();
  const ElementName* name = element_names_.find(full, scope_.scope());
  if (name == nullptr) {
    ElementName meaning;
    if (std::string wrong = read_name(full, meaning); !wrong.empty()) return wrong;
    name = &element_names_.put(full, scope_.scope(), meaning);
  }
  element.name_space = name->name_space;
  element.local = name->local;
  element.in_rdf = name->in_rdf;
  for (const Attribute& attribute : attributes_) {
    if (std::string wrong = take(attribute, outer, element); !wrong.empty()) return wrong;
  }
  return element.properties.size() < 2 ? std::string() : check_twins(element.properties);
}

}  // namespace mayfly::rdf
