// oslc.where: what it says, and whether a resource fits. Pure functions, any thread.
//
// Texts are compared by their bytes, so case counts; a language or a datatype of what is asked for
// changes nothing. A resource that has a property more than once fits when one of its values does;
// `!=` wants that none is the value. property{...} wants one value of which all inside holds: the
// graph has to describe it.
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
  std::vector<QueryValue> values;  // one, but of `in`; none with `inside`
  std::vector<QueryTerm> inside;   // of property{...}

  bool nested() const { return !inside.empty(); }
};

// All of them have to hold.
Outcome<std::vector<QueryTerm>> read_where(std::string_view text, const rdf::Prefixes& prefixes);

bool fits(const rdf::Graph& graph, std::string_view resource, const std::vector<QueryTerm>& where);

// The values one of which a property must have: of the first term that says `=` or `in` about it.
std::optional<std::vector<QueryValue>> wanted(const std::vector<QueryTerm>& where,
                                              std::string_view property);

}  // namespace mayfly::oslc
