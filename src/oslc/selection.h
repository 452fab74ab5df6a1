// oslc.properties and oslc.select: which properties of a resource, and of those it points to, a
// client wants to see. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oslc/cursor.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

struct Selected;
// Empty and without `all`: none at all (rdf:nil).
struct Selection {
  bool all = false;
  std::vector<Selected> properties;
};
struct Selected {
  std::string property;  // an IRI; empty: each one, `*{...}`
  Selection inside;      // of what it points to
  bool opens = false;    // whether `inside` was given
};

Outcome<Selection> read_selection(std::string_view parameter, std::string_view text,
                                  const rdf::Prefixes& prefixes);

// Of `graph`, what the selection wants of this resource: rdf:type always, blank nodes whole unless
// braces say less, of other resources only what braces ask for.
void select(const rdf::Graph& graph, std::string_view resource, const Selection& selection,
            rdf::Graph& selected);

}  // namespace mayfly::oslc
