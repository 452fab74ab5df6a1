// Elements of RDF/XML as its grammar sees them: names as IRIs, attributes sorted by what they mean,
// xml:base and xml:lang handed down.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/xml_names.h"

namespace mayfly::rdf {

// What an element hands to those inside it.
struct XmlContext {
  std::string_view base;
  std::string_view language;
};

struct XmlAttribute {
  std::string_view name_space;
  std::string_view local;
  std::string_view value;
};

// One element while it is being read. Views look at the document, or at `own_base`, so it stays
// where it is.
struct XmlElement {
  XmlElement() = default;
  XmlElement(const XmlElement&) = delete;
  XmlElement& operator=(const XmlElement&) = delete;

  pugi::xml_node node;
  std::string_view name_space;
  std::string_view local;
  XmlContext context;
  std::string own_base;

  // Attributes of the rdf: namespace that are syntax; null when they are not given.
  const char* id = nullptr;
  const char* about = nullptr;
  const char* node_id = nullptr;
  const char* resource = nullptr;
  const char* datatype = nullptr;
  const char* parse_type = nullptr;
  std::vector<XmlAttribute> properties;  // all others, apart from xml: and xmlns:

  unsigned members = 0;  // how many rdf:li were inside so far

  bool is_rdf(std::string_view name) const;
};

// Fills `element` from `node` and binds its namespaces in `scope`, which the caller pops. Answers
// what is wrong, or nothing.
std::string open_element(pugi::xml_node node, const XmlContext& outer, Namespaces& scope,
                         XmlElement& element);

}  // namespace mayfly::rdf
