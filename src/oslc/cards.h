// A resource as people read it: a title and a few lines, taken from its graph, so that a page says
// nothing that the resource does not. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oslc/addresses.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

struct CardRow {
  std::string label;
  std::string text;
  std::string href = {};   // only ever an address of ours
  bool essential = false;  // what a small preview has room for
};
struct Card {
  std::string kind;   // "Automation Result"
  std::string title;  // plain text
  std::vector<CardRow> rows;
};

// `others`: resources of the same graph that have more to say about it, such as the deployment of a
// result. What was said already is not said again.
Card card_of(const rdf::Graph& graph, const std::string& root,
             const std::vector<std::string>& others, const Addresses& addresses);

// "inProgress" -> "in progress"
std::string words_of(std::string_view iri);

// ---- as HTML: whole documents, without scripts
struct PageParts {
  std::string style;  // address of the style sheet
  std::string more;   // where the whole page is; empty: this is it
};
std::string small_preview_of(const Card& card, const PageParts& parts);
std::string page_of(const Card& card, const PageParts& parts);

}  // namespace mayfly::oslc
