#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <vector>

#include "rdf/chars.h"
#include "rdf/iri.h"
#include "rdf/rdf_xml_element.h"
#include "rdf/reader.h"
#include "rdf/xml_canonical.h"
#include "rdf/xml_text.h"

namespace mayfly::rdf {
namespace {

constexpr std::string_view kFormat = "RDF/XML";

// Two names of XmlElements that are equal.
bool is_same_piece(std::string_view a, std::string_view b) {
  return a.data() == b.data() && a.size() == b.size();
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Children are walked by first_child and next_sibling: each step of pugixml's iterators is several
// calls into its library.
//
// Along the productions of RDF 1.1 XML Syntax, section 7.2. A false or kNone says that error_ is
// set.
class RdfXmlReader {
 public:
  RdfXmlReader(std::string_view base, const Limits& limits) : base_(base), limits_(limits) {}

  Result<Graph> read(std::string_view text) {
    pugi::xml_document document;
    const pugi::xml_parse_result parsed =
        document.load_buffer(text.data(), text.size(), kXmlParseFlags, pugi::encoding_utf8);
    if (!parsed) {
      return fail_at(
          kFormat,
          line_of(text, static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0))),
          fmt::format("is not XML: {}", parsed.description()));
    }
    graph_.reserve(text.size() / kBytesOfTriple);
    const XmlContext outer{.base = base_, .language = {}};
    if (!document_element(document, outer)) {
      const std::ptrdiff_t offset = place_.offset_debug();
      return fail_at(kFormat, offset < 0 ? 1 : line_of(text, static_cast<std::size_t>(offset)),
                     error_);
    }
    return std::move(graph_);
  }

 private:
  bool fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
    return false;
  }
  bool open(pugi::xml_node node, const XmlContext& outer, XmlElement& element) {
    place_ = node;
    if (std::string wrong = elements_.open(node, outer, element); !wrong.empty())
      return fail(std::move(wrong));
    return true;
  }
  bool add(Id subject, Id predicate, Id object) {
    graph_.add(subject, predicate, object);
    const std::string_view excess = excess_of(graph_, limits_);
    return excess.empty() || fail(std::string(excess));
  }

  bool document_element(const pugi::xml_document& document, const XmlContext& outer);
  bool note_prefixes();
  bool node_elements(const XmlElement& parent, std::size_t depth);
  Id node_element(pugi::xml_node node, const XmlContext& outer, std::size_t depth);
  Id described(const XmlElement& element);
  bool property_attributes(const XmlElement& element, Id subject);
  bool property_elements(XmlElement& parent, Id subject, std::size_t depth);
  bool property_element(pugi::xml_node node, XmlElement& parent, Id subject, std::size_t depth);
  Id predicate_of(const XmlElement& element, XmlElement& parent);

  Id value_of(XmlElement& element, std::size_t depth);
  Id parsed_value(XmlElement& element, std::size_t depth);
  Id collection(const XmlElement& element, std::size_t depth);
  Id empty_value(const XmlElement& element);
  Id text_value(const XmlElement& element, std::string_view text);
  bool reify(const XmlElement& element, Id subject, Id predicate, Id object);

  Id resolved(std::string_view reference, const XmlContext& context);
  Id identified(const XmlElement& element);
  Id labelled(std::string_view label);
  // Of an element or attribute: both parts stay where they are.
  Id named(std::string_view name_space, std::string_view local);
  Id put_together(std::string_view name_space, std::string_view local);

  const std::string_view base_;
  const Limits limits_;
  Graph graph_;
  XmlElements elements_;
  pugi::xml_node place_;
  std::string error_;
  std::string scratch_;
  Graph labels_;              // numbers those of the document, from 0
  std::vector<Id> labelled_;  // the blank node of each
  std::set<std::string> identifiers_;
  // The names seen last: a document has few, and has each of them often.
  struct Known {
    std::string_view name_space;
    std::string_view local;
    Id id = kNone;
  };
  std::array<Known, 64> known_;
};

// What stands between elements: comments, instructions, white space.
bool is_blank_node(pugi::xml_node node) {
  const pugi::xml_node_type type = node.type();
  if (type != pugi::node_pcdata && type != pugi::node_cdata) return true;
  const char* text = node.value();
  while (is_space(static_cast<unsigned char>(*text))) ++text;
  return *text == '\0';
}

bool RdfXmlReader::document_element(const pugi::xml_document& document, const XmlContext& outer) {
  pugi::xml_node root;
  for (const pugi::xml_node child : document.children()) {
    place_ = child;
    if (child.type() == pugi::node_element) {
      if (root) return fail("there is a second root element");
      root = child;
    } else if (!is_blank_node(child)) {
      return fail("there is text beside the root element");
    }
  }
  if (!root) return fail("there is no element");
  const Namespaces::Mark outside = elements_.scope().mark();
  XmlElement element;
  if (!open(root, outer, element)) return false;
  note_prefixes();
  if (element.is_rdf("RDF")) {
    if (element.id != nullptr || element.about != nullptr || element.node_id != nullptr ||
        element.resource != nullptr || element.datatype != nullptr ||
        element.parse_type != nullptr || !element.properties.empty())
      return fail("rdf:RDF may have no attributes of its own");
    return node_elements(element, 1);
  }
  elements_.scope().pop(outside);
  return node_element(root, outer, 1) != kNone;
}

bool RdfXmlReader::note_prefixes() {
  for (const Namespaces::Binding& binding : elements_.scope().bindings()) {
    if (is_absolute_iri(binding.name_space))
      graph_.prefixes.set(binding.prefix, binding.name_space);
  }
  return true;
}

bool RdfXmlReader::node_elements(const XmlElement& parent, std::size_t depth) {
  for (auto child = parent.node.first_child(); child; child = child.next_sibling()) {
    place_ = child;
    if (child.type() == pugi::node_element) {
      if (node_element(child, parent.context, depth) == kNone) return false;
    } else if (!is_blank_node(child)) {
      return fail("there is text where elements for resources are expected");
    }
  }
  return true;
}

Id RdfXmlReader::named(std::string_view name_space, std::string_view local) {
  const auto place = reinterpret_cast<std::uintptr_t>(local.data()) * 0x9E3779B97F4A7C15U;
  Known& known = known_[(place >> 32) % known_.size()];
  if (is_same_piece(known.local, local) && is_same_piece(known.name_space, name_space))
    return known.id;
  const Id id = put_together(name_space, local);
  if (id != kNone) known = {.name_space = name_space, .local = local, .id = id};
  return id;
}

Id RdfXmlReader::put_together(std::string_view name_space, std::string_view local) {
  scratch_.assign(name_space);
  scratch_.append(local);
  if (is_absolute_iri(scratch_)) return graph_.intern(iri(scratch_));
  fail(fmt::format("the name <{}> is no absolute IRI", scratch_));
  return kNone;
}

Id RdfXmlReader::resolved(std::string_view reference, const XmlContext& context) {
  // Most are named more than once, and what is in the graph has been looked at.
  if (const Id known = graph_.find(iri(reference)); known != kNone) return known;
  if (is_absolute_iri(reference)) return graph_.intern(iri(reference));
  const std::string whole = resolve(context.base, reference);
  if (is_absolute_iri(whole)) return graph_.intern(iri(whole));
  fail(scheme_of(whole).empty()
           ? fmt::format("<{}> is relative, and there is no base", reference)
           : fmt::format("<{}> has a character that an IRI may not have", whole));
  return kNone;
}

Id RdfXmlReader::identified(const XmlElement& element) {
  if (!is_ncname(element.id)) {
    fail(fmt::format("rdf:ID=\"{}\" is no XML name", element.id));
    return kNone;
  }
  const Id id = resolved(fmt::format("#{}", element.id), element.context);
  if (id != kNone && !identifiers_.insert(std::string(graph_.term(id).text)).second) {
    fail(fmt::format("rdf:ID=\"{}\" is given twice", element.id));
    return kNone;
  }
  return id;
}

Id RdfXmlReader::labelled(std::string_view label) {
  const Id number = labels_.intern(blank(label));
  if (number < labelled_.size()) return labelled_[number];
  if (!is_ncname(label)) {
    fail(fmt::format("rdf:nodeID=\"{}\" is no XML name", label));
    return kNone;
  }
  return labelled_.emplace_back(graph_.fresh_blank());
}

Id RdfXmlReader::described(const XmlElement& element) {
  const int given = (element.id != nullptr ? 1 : 0) + (element.about != nullptr ? 1 : 0) +
                    (element.node_id != nullptr ? 1 : 0);
  if (given > 1) {
    fail("only one of rdf:ID, rdf:about and rdf:nodeID may be given");
    return kNone;
  }
  if (element.resource != nullptr || element.datatype != nullptr || element.parse_type != nullptr) {
    fail("rdf:resource, rdf:datatype and rdf:parseType belong on properties");
    return kNone;
  }
  if (element.id != nullptr) return identified(element);
  if (element.node_id != nullptr) return labelled(element.node_id);
  if (element.about != nullptr) return resolved(element.about, element.context);
  return graph_.fresh_blank();
}

Id RdfXmlReader::node_element(pugi::xml_node node, const XmlContext& outer, std::size_t depth) {
  const Namespaces::Mark mark = elements_.scope().mark();
  XmlElement element;
  if (!open(node, outer, element)) return kNone;
  if (depth > limits_.depth_max) {
    fail(fmt::format("elements are nested deeper than {} levels", limits_.depth_max));
    return kNone;
  }
  if (element.in_rdf &&
      is_one_of(element.local, {"RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID",
                                "datatype", "li", "aboutEach", "aboutEachPrefix"})) {
    fail(fmt::format("rdf:{} may not be the element of a resource", element.local));
    return kNone;
  }
  const Id subject = described(element);
  if (subject == kNone) return kNone;
  if (!element.is_rdf("Description")) {
    const Id type = named(element.name_space, element.local);
    if (type == kNone || !add(subject, named(kRdf, "type"), type)) return kNone;
  }
  if (!property_attributes(element, subject) || !property_elements(element, subject, depth))
    return kNone;
  elements_.scope().pop(mark);
  return subject;
}

bool RdfXmlReader::property_attributes(const XmlElement& element, Id subject) {
  for (const XmlAttribute& attribute : element.properties) {
    const Id predicate = named(attribute.name_space, attribute.local);
    if (predicate == kNone) return false;
    const Id object = attribute.name_space == kRdf && attribute.local == "type"
                          ? resolved(attribute.value, element.context)
                          : text_value(element, attribute.value);
    if (object == kNone || !add(subject, predicate, object)) return false;
  }
  return true;
}

bool RdfXmlReader::property_elements(XmlElement& parent, Id subject, std::size_t depth) {
  for (auto child = parent.node.first_child(); child; child = child.next_sibling()) {
    place_ = child;
    if (child.type() == pugi::node_element) {
      if (!property_element(child, parent, subject, depth + 1)) return false;
    } else if (!is_blank_node(child)) {
      return fail("there is text where elements for properties are expected");
    }
  }
  return true;
}

Id RdfXmlReader::predicate_of(const XmlElement& element, XmlElement& parent) {
  if (element.in_rdf) {
    if (element.local == "li") return put_together(kRdf, fmt::format("_{}", ++parent.members));
    if (is_one_of(element.local, {"RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID",
                                  "datatype", "Description", "aboutEach", "aboutEachPrefix"})) {
      fail(fmt::format("rdf:{} may not be the element of a property", element.local));
      return kNone;
    }
  }
  return named(element.name_space, element.local);
}

bool RdfXmlReader::property_element(pugi::xml_node node, XmlElement& parent, Id subject,
                                    std::size_t depth) {
  const Namespaces::Mark mark = elements_.scope().mark();
  XmlElement element;
  if (!open(node, parent.context, element)) return false;
  if (depth > limits_.depth_max)
    return fail(fmt::format("elements are nested deeper than {} levels", limits_.depth_max));
  if (element.about != nullptr) return fail("rdf:about may not be on a property");
  const Id predicate = predicate_of(element, parent);
  if (predicate == kNone) return false;
  const Id object = value_of(element, depth);
  if (object == kNone || !add(subject, predicate, object)) return false;
  elements_.scope().pop(mark);
  return element.id == nullptr || reify(element, subject, predicate, object);
}

bool RdfXmlReader::reify(const XmlElement& element, Id subject, Id predicate, Id object) {
  const Id statement = identified(element);
  return statement != kNone &&
         add(statement, graph_.intern(iri(kType)), graph_.intern(iri(kStatement))) &&
         add(statement, graph_.intern(iri(kSubject)), subject) &&
         add(statement, graph_.intern(iri(kPredicate)), predicate) &&
         add(statement, graph_.intern(iri(kObject)), object);
}

Id RdfXmlReader::value_of(XmlElement& element, std::size_t depth) {
  if (element.parse_type != nullptr) return parsed_value(element, depth);
  pugi::xml_node inner;
  std::string joined;
  const char* text = nullptr;  // the only piece of text there is, mostly
  bool is_blank = true;
  for (auto child = element.node.first_child(); child; child = child.next_sibling()) {
    if (child.type() == pugi::node_element) {
      if (inner) {
        place_ = child;
        fail("a property may hold only one resource; repeat the property");
        return kNone;
      }
      inner = child;
    } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      is_blank = is_blank && is_blank_node(child);
      if (text != nullptr) {
        if (joined.empty()) joined = text;
        joined += child.value();
      }
      text = text == nullptr ? child.value() : joined.c_str();
    }
  }
  const bool is_reference =
      element.resource != nullptr || element.node_id != nullptr || !element.properties.empty();
  if (inner) {
    if (!is_blank || is_reference || element.datatype != nullptr) {
      fail("a property that holds a resource may hold or name nothing else");
      return kNone;
    }
    return node_element(inner, element.context, depth + 1);
  }
  if (!is_reference) return text_value(element, text == nullptr ? "" : text);
  if (!is_blank) {
    fail("a property that names its value by attributes may hold no text");
    return kNone;
  }
  return empty_value(element);
}

Id RdfXmlReader::text_value(const XmlElement& element, std::string_view text) {
  if (element.datatype != nullptr) {
    const Id datatype = resolved(element.datatype, element.context);
    return datatype == kNone ? kNone : graph_.intern(literal(text, graph_.term(datatype).text));
  }
  const std::string_view language = element.context.language;
  return graph_.intern(language.empty() ? literal(text) : language_literal(text, language));
}

Id RdfXmlReader::empty_value(const XmlElement& element) {
  if ((element.resource != nullptr && element.node_id != nullptr) || element.datatype != nullptr) {
    fail("only one of rdf:resource, rdf:nodeID and rdf:datatype may be given");
    return kNone;
  }
  const Id object = element.resource != nullptr  ? resolved(element.resource, element.context)
                    : element.node_id != nullptr ? labelled(element.node_id)
                                                 : graph_.fresh_blank();
  return object != kNone && property_attributes(element, object) ? object : kNone;
}

Id RdfXmlReader::parsed_value(XmlElement& element, std::size_t depth) {
  if (element.resource != nullptr || element.node_id != nullptr || element.datatype != nullptr ||
      !element.properties.empty()) {
    fail("a property with rdf:parseType may have no other attributes than rdf:ID");
    return kNone;
  }
  const std::string_view kind = element.parse_type;
  if (kind == "Resource") {
    const Id node = graph_.fresh_blank();
    return property_elements(element, node, depth) ? node : kNone;
  }
  if (kind == "Collection") return collection(element, depth);
  // Anything else is read as a literal, as the specification says.
  const CanonicalXml xml = canonical_content(element.node, elements_.scope(), limits_.depth_max);
  if (!xml.error.empty()) {
    fail(xml.error);
    return kNone;
  }
  return graph_.intern(literal(xml.text, kXmlLiteral));
}

Id RdfXmlReader::collection(const XmlElement& element, std::size_t depth) {
  const Id nil = graph_.intern(iri(kNil));
  Id head = nil;
  Id last = kNone;
  for (auto child = element.node.first_child(); child; child = child.next_sibling()) {
    place_ = child;
    if (child.type() != pugi::node_element) {
      if (is_blank_node(child)) continue;
      fail("there is text in a collection of resources");
      return kNone;
    }
    const Id item = node_element(child, element.context, depth + 1);
    if (item == kNone) return kNone;
    const Id cell = graph_.fresh_blank();
    if (last == kNone) head = cell;
    if (last != kNone && !add(last, graph_.intern(iri(kRest)), cell)) return kNone;
    if (!add(cell, graph_.intern(iri(kFirst)), item)) return kNone;
    last = cell;
  }
  if (last != kNone && !add(last, graph_.intern(iri(kRest)), nil)) return kNone;
  return head;
}

}  // namespace

Result<Graph> read_rdf_xml(std::string_view text, std::string_view base, const Limits& limits) {
  std::string storage;
  TRY(const std::string_view prepared, prepare_xml(kFormat, text, limits, storage));
  return RdfXmlReader(base, limits).read(prepared);
}

}  // namespace mayfly::rdf
