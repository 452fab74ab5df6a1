// Whether two graphs say the same: equal but for the names of blank nodes. For tests; its time is
// exponential for graphs that are made to be hard, and linear for those that people write.
#pragma once

#include "rdf/graph.h"

namespace mayfly::rdf {

bool isomorphic(const Graph& a, const Graph& b);

}  // namespace mayfly::rdf
