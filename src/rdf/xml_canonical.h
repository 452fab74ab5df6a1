// The lexical form of an rdf:XMLLiteral: Exclusive XML Canonicalization 1.0, with comments, of what
// is inside an element. Namespaces that the content uses are declared in it, so that it stands
// alone.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "rdf/xml_names.h"

namespace mayfly::rdf {

inline constexpr unsigned kXmlParseFlags =
    pugi::parse_default | pugi::parse_ws_pcdata | pugi::parse_comments | pugi::parse_pi;

struct CanonicalXml {
  std::string text;
  std::string error;  // empty, or what is wrong with the content
};

// `scope` is what is bound where the content begins; it is the same afterwards.
CanonicalXml canonical_content(pugi::xml_node element, Namespaces& scope, std::size_t depth_max);

// Whether the text is well-formed content that stands alone and is in canonical form already: then
// it can be written into a document as it is and is read back as it was.
bool is_canonical_xml(std::string_view text);

}  // namespace mayfly::rdf
