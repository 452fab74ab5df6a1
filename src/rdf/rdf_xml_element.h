// Elements of RDF/XML as its grammar sees them: names as IRIs, attributes sorted by what they mean,
// xml:base and xml:lang handed down.
#pragma once

#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/seen_names.h"
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
  bool in_rdf = false;  // the namespace is rdf:
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

  bool is_rdf(std::string_view name) const { return in_rdf && local == name; }
};

// Opens the elements of one document.
class XmlElements {
 public:
  // Fills `element` from `node` and binds its namespaces in scope(), which the caller pops. Answers
  // what is wrong, or nothing. Equal names in one scope come as the same piece of text.
  std::string open(pugi::xml_node node, const XmlContext& outer, XmlElement& element);
  Namespaces& scope() { return scope_; }

 private:
  struct ElementName {
    std::string_view name_space;
    std::string_view local;
    bool in_rdf = false;
  };
  struct AttributeName {
    enum class Use : std::uint8_t { none, language, base, syntax, property };
    Use use = Use::none;
    std::string_view name_space;
    std::string_view local;
    const char* XmlElement::* syntax = nullptr;
  };
  struct Attribute {
    std::string_view name;
    const char* value;
  };

  std::string read_name(std::string_view name, ElementName& meaning) const;
  std::string read_name(std::string_view name, AttributeName& meaning) const;
  std::string read_rdf_name(std::string_view local, AttributeName& meaning) const;
  std::string take(const Attribute& attribute, const XmlContext& outer, XmlElement& element);

  Namespaces scope_;
  SeenNames<ElementName, 64> element_names_;
  SeenNames<AttributeName, 16> attribute_names_;
  std::vector<Attribute> attributes_;  // of the element that is being opened
};

}  // namespace mayfly::rdf
