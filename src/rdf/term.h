// What an RDF triple is made of. A Term does not own its text: it looks at a graph's, or at what
// its maker holds until it is added to one.
#pragma once

#include <cstdint>
#include <string_view>

namespace mayfly::rdf {

inline constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
inline constexpr std::string_view kXsd = "http://www.w3.org/2001/XMLSchema#";

inline constexpr std::string_view kType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
inline constexpr std::string_view kFirst = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
inline constexpr std::string_view kRest = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
inline constexpr std::string_view kNil = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
inline constexpr std::string_view kStatement =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement";
inline constexpr std::string_view kSubject = "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject";
inline constexpr std::string_view kPredicate =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate";
inline constexpr std::string_view kObject = "http://www.w3.org/1999/02/22-rdf-syntax-ns#object";
inline constexpr std::string_view kLangString =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
inline constexpr std::string_view kXmlLiteral =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral";

inline constexpr std::string_view kString = "http://www.w3.org/2001/XMLSchema#string";
inline constexpr std::string_view kBoolean = "http://www.w3.org/2001/XMLSchema#boolean";
inline constexpr std::string_view kInteger = "http://www.w3.org/2001/XMLSchema#integer";
inline constexpr std::string_view kDecimal = "http://www.w3.org/2001/XMLSchema#decimal";
inline constexpr std::string_view kDouble = "http://www.w3.org/2001/XMLSchema#double";
inline constexpr std::string_view kDateTime = "http://www.w3.org/2001/XMLSchema#dateTime";

enum class Kind : std::uint8_t { iri, blank, literal };

struct Term {
  Kind kind = Kind::iri;
  std::string_view text = {};      // the IRI, the blank node's label, the lexical form
  std::string_view datatype = {};  // of literals, always set: xsd:string, rdf:langString, ...
  std::string_view language = {};  // only with rdf:langString

  bool is_iri() const { return kind == Kind::iri; }
  bool is_blank() const { return kind == Kind::blank; }
  bool is_literal() const { return kind == Kind::literal; }
  bool operator==(const Term&) const = default;
};

inline Term iri(std::string_view text) {
  return {.kind = Kind::iri, .text = text};
}
inline Term blank(std::string_view label) {
  return {.kind = Kind::blank, .text = label};
}
inline Term literal(std::string_view text, std::string_view datatype = kString) {
  return {.kind = Kind::literal, .text = text, .datatype = datatype};
}
inline Term language_literal(std::string_view text, std::string_view language) {
  return {.kind = Kind::literal, .text = text, .datatype = kLangString, .language = language};
}

}  // namespace mayfly::rdf
