// IRIs as RDF uses them: compared byte by byte, never normalised, resolved as RFC 3986 section 5.2
// says. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::rdf {

// "http" of "http://a/b"; empty for a relative reference.
std::string_view scheme_of(std::string_view iri);

// The offset from `at` on of the first byte that no RDF syntax could write in an IRI: a space, a
// control character or one of <>"{}|^`\. The text's size if there is none.
std::size_t find_not_iri(std::string_view text, std::size_t at);
// Nothing like that in it.
bool has_only_iri_chars(std::string_view iri);
// Those characters, behind a scheme.
bool is_absolute_iri(std::string_view iri);

// `reference` against the absolute `base`. A reference that has a scheme is answered as it is,
// since identity matters more than tidiness; so is any reference when there is no base.
std::string resolve(std::string_view base, std::string_view reference);

}  // namespace mayfly::rdf
