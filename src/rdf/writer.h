// Graphs into documents. What is written holds every triple and reads back as an isomorphic graph
// (legacy JSON apart: it has no datatypes), is the same for the same graph every time, and declares
// the prefixes of graph.prefixes that it uses and no others. Nodes and properties come in the order
// in which they were added, rdf:type first. All IRIs are absolute. Pure functions, any thread.
//
// Failures: ErrorCode::invalid when a graph has what the syntax cannot express; each function says
// what.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "rdf/graph.h"

namespace mayfly::rdf {

struct WriteOptions {
  std::string_view root = {};  // the IRI of the resource that the document is about: it comes first
  // A resource that has an IRI is written inside the first property that names it, instead of
  // beside. Of the formats that nest; legacy JSON always does.
  bool nest_iris = false;
};

std::string write_turtle(const Graph& graph, const WriteOptions& options = {});
std::string write_n_triples(const Graph& graph);

// Typed nodes one after the other, blank nodes by rdf:nodeID. Fails for a predicate that is no XML
// name however it is split, and for text with characters that XML 1.0 does not have.
Result<std::string> write_rdf_xml(const Graph& graph, const WriteOptions& options = {});
// Blank nodes inside their properties, lists as rdf:parseType="Collection": application/xml of
// OSLC.
Result<std::string> write_rdf_xml_abbreviated(const Graph& graph, const WriteOptions& options = {});

// Compact, under a context of the prefixes: one node object, or several in @graph.
Result<std::string> write_json_ld(const Graph& graph, const WriteOptions& options = {});
// One object with the root at the top; a graph that has no single root becomes an array of such.
// Languages and datatypes are lost, numbers and booleans are written as such.
Result<std::string> write_legacy_json(const Graph& graph, const WriteOptions& options = {});

// The lexical form of an rdf:XMLLiteral that says this text. Escaped here and nowhere else.
std::string xml_literal(std::string_view text);

}  // namespace mayfly::rdf
