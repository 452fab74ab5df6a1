// RDF documents that others wrote, into graphs. Each reader takes the whole document and answers a
// graph that holds every triple of it and its prefixes, or what is wrong and in which line, in
// words for the person who wrote it. Nothing outside the text is ever fetched: no entity, no DTD,
// no JSON-LD context. Work and memory are bounded by Limits, whatever the text is. Pure functions,
// any thread.
//
// `base` is the absolute IRI that relative ones are resolved against (of a request body: the IRI it
// was sent to). When it is empty, a document with relative IRIs is refused.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/result.h"
#include "rdf/graph.h"

namespace mayfly::rdf {

struct Limits {
  std::size_t bytes_max = 4 * 1024 * 1024;
  std::size_t depth_max = 100;  // of brackets, elements, objects within each other
  std::size_t triples_max = 200'000;
  // Of all terms, each written out once: a short name may stand for a long IRI.
  std::size_t text_bytes_max = 32 * 1024 * 1024;
};

// Turtle, and so N-Triples.
Result<Graph> read_turtle(std::string_view text, std::string_view base, const Limits& limits = {});
// UTF-8, UTF-16 or ISO 8859-1, whatever its layout: the abbreviated form of OSLC 2.0 too.
Result<Graph> read_rdf_xml(std::string_view text, std::string_view base, const Limits& limits = {});
// The part of JSON-LD 1.1 that is a tree of nodes under inline contexts (README.md has the list).
// What we do not know is refused, never passed over. Depth is json::kDepthMax.
Result<Graph> read_json_ld(std::string_view text, std::string_view base, const Limits& limits = {});
// The JSON of OSLC Core 2.0 ("prefixes", "rdf:about", "rdf:resource"). Its strings have no
// datatype: they come as xsd:string, numbers as xsd:integer or xsd:decimal.
Result<Graph> read_legacy_json(std::string_view text, std::string_view base,
                               const Limits& limits = {});

// For the readers: the checks that they share.
Result<void> check_text(std::string_view format, std::string_view text, const Limits& limits);
std::unexpected<Error> fail_at(std::string_view format, std::size_t line, std::string_view what);
// What a triple takes up in a document, at least mostly: how many there will be is known before.
inline constexpr std::size_t kBytesOfTriple = 64;
// What a graph has too much of; empty: it is within the limits.
std::string_view excess_of(const Graph& graph, const Limits& limits);

}  // namespace mayfly::rdf
