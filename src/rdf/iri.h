// IRIs as RDF uses them: compared byte by byte, never normalised, resolved as RFC 3986 section 5.2
// says. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::rdf {

// "http" of "http://a/b"; empty for a relative reference.
std::string_view scheme_of(std::string_view iri);

// Nothing in it that no RDF syntax could write: no space, control character or <>"{}|^`\.
bool has_only_iri_chars(std::string_view iri);
// Those characters, behind a scheme.
bool is_absolute_iri(std::string_view iri);

// `reference` against the absolute `base`. A reference that has a scheme is answered as it is,
// since identity matters more than tidiness; so is any reference when there is no base.
std::string resolve(std::string_view base, std::string_view reference);

}  // namespace mayfly::rdf
