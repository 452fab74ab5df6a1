// oslc.searchTerms: words that somebody remembers of a launch or a plan. They are looked for in its
// title, identifier and description, in the reasons why it failed, in the name of its plan and in
// the values of its parameters, those that came out (addresses) too; without regard to case. One of
// the words is enough, more of them, and nearer ones, score higher.
//
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oslc/cursor.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

Outcome<std::vector<std::string>> read_search_terms(std::string_view text,
                                                    const rdf::Prefixes& prefixes);

// 0: nothing of it is there; at most 100.
int score_of(const rdf::Graph& graph, std::string_view resource,
             const std::vector<std::string>& terms);

}  // namespace mayfly::oslc
