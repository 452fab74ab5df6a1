// oslc.where: what it says, and whether a resource fits. One of the terms may lead straight to the
// resource (its identifier, or the request that produced it), so the query need not look at all.
// Not known: nested properties (501). Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oslc/cursor.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

enum class Operator { equal, unequal, less, greater, at_most, at_least, in };

struct QueryValue {
  enum class Kind { iri, text, boolean, number };
  Kind kind = Kind::text;
  std::string text;
  bool operator==(const QueryValue&) const = default;
};

struct QueryTerm {
  std::string property;  // an IRI; empty: any
  Operator op = Operator::equal;
  std::vector<QueryValue> values;  // one, but of `in`
};

// All of them have to hold.
Outcome<std::vector<QueryTerm>> read_where(std::string_view text, const rdf::Prefixes& prefixes);

bool fits(const rdf::Graph& graph, std::string_view resource, const std::vector<QueryTerm>& where);

// The values one of which a property must have: of the first term that says `=` or `in` about it.
std::optional<std::vector<QueryValue>> wanted(const std::vector<QueryTerm>& where,
                                              std::string_view property);

}  // namespace mayfly::oslc
