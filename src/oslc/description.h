// Writes what is known about one resource into a graph, so that the functions that map our things
// to OSLC read as lists of properties. A copyable look at the graph, which must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/millionths.h"
#include "core/time.h"
#include "oslc/dialect.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

class Description {
 public:
  Description(rdf::Graph& graph, std::string_view iri)
      : graph_(&graph), subject_(graph.intern(rdf::iri(iri))) {}
  // Of a blank node.
  static Description anonymous(rdf::Graph& graph) { return {graph, graph.fresh_blank()}; }

  Description& a(std::string_view type);
  Description& link(std::string_view property, std::string_view iri);
  Description& text(std::string_view property, std::string_view text);
  Description& typed(std::string_view property, std::string_view lexical,
                     std::string_view datatype);
  Description& number(std::string_view property, std::int64_t number);
  Description& amount(std::string_view property, Money amount);
  Description& flag(std::string_view property, bool flag);
  Description& moment(std::string_view property, Time time);
  Description& moment(std::string_view property, const std::optional<Time>& time);
  // dcterms:title or description: an rdf:XMLLiteral, as the shapes of Core want it; plain text in
  // the dialect of 2014.
  Description& markup(std::string_view property, std::string_view plain, Dialect dialect);
  // A blank node that is the property's value.
  Description inside(std::string_view property);

 private:
  Description(rdf::Graph& graph, rdf::Id subject) : graph_(&graph), subject_(subject) {}
  Description& add(std::string_view property, const rdf::Term& object);

  rdf::Graph* graph_;
  rdf::Id subject_;
};

// A graph that knows the prefixes of everything that we say.
rdf::Graph new_graph();

}  // namespace mayfly::oslc
