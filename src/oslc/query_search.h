// oslc.searchTerms: words that somebody remembers of a launch or a plan. They are looked for in
// what names it (title, identifier, name) and in what is about it (model/search_texts.h), without
// regard to case, where a word begins. One of the terms is enough; more of them, and nearer ones,
// score higher.
//
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/search_texts.h"
#include "oslc/cursor.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

Outcome<std::vector<std::string>> read_search_terms(std::string_view text,
                                                    const rdf::Prefixes& prefixes);

// texts: as print_search_texts() makes them. 0: nothing of it is there; at most 100.
int score_of(const std::vector<std::string>& texts, const std::vector<std::string>& terms);

// What a plan is found by.
SearchTexts search_texts_of(const rdf::Graph& graph, std::string_view plan);

}  // namespace mayfly::oslc
