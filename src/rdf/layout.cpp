#include "rdf/layout.h"

#include <algorithm>
#include <utility>

namespace mayfly::rdf {

Layout::Layout(const Graph& graph, const LayoutOptions& options)
    : graph_(graph),
      options_(options),
      written_(graph.terms(), 0),
      named_(graph.terms(), 0),
      places_(graph.size(), Place::named) {
  roots_.reserve(graph.subjects().size());
  order_properties();
  count_references();
  if (options.lists != Lists::none && options.nest_blanks) find_lists();
  if (options.lists == Lists::of_nodes) drop_lists_of_values();
  // The root, then what no property could hold, then what is left: circles of blank nodes.
  if (!options.root.empty()) {
    if (const Id root = graph.find(iri(options.root)); root != kNone) start(root);
  }
  for (const Id node : graph.subjects()) {
    const bool blank = graph.term(node).is_blank();
    const bool could_nest = blank ? options.nest_blanks && references_[node] == 1
                                  : options.nest_iris && references_[node] > 0;
    if (!could_nest) start(node);
  }
  for (const Id node : graph.subjects()) start(node);
}

const std::vector<std::uint32_t>* Layout::list(std::uint32_t triple) const {
  if (places_[triple] != Place::list) return nullptr;
  return &lists_[list_of_[graph_.triples()[triple].object]];
}

void Layout::order_properties() {
  ranges_.resize(graph_.terms());
  ordered_.reserve(graph_.size());
  const Id type = graph_.find(iri(kType));
  std::vector<std::uint32_t> ranks(graph_.terms(), kNone);  // of the predicates of one subject
  const auto rank = [&](std::uint32_t at) {
    return std::pair(ranks[graph_.triples()[at].predicate], at);
  };
  for (const Id subject : graph_.subjects()) {
    const auto start = static_cast<std::uint32_t>(ordered_.size());
    std::uint32_t next = 1;
    for (const std::uint32_t at : graph_.of(subject)) {
      std::uint32_t& mine = ranks[graph_.triples()[at].predicate];
      if (mine == kNone) mine = graph_.triples()[at].predicate == type ? 0 : next++;
      ordered_.push_back(at);
    }
    const std::span<std::uint32_t> range = std::span(ordered_).subspan(start);
    if (!std::ranges::is_sorted(range, {}, rank)) std::ranges::sort(range, {}, rank);
    for (const std::uint32_t at : range) ranks[graph_.triples()[at].predicate] = kNone;
    ranges_[subject] = {.start = start, .size = static_cast<std::uint32_t>(range.size())};
  }
}

void Layout::count_references() {
  references_.assign(graph_.terms(), 0);
  referenced_.assign(graph_.terms(), kNone);
  const auto triples = graph_.triples();
  for (std::uint32_t at = 0; at < triples.size(); ++at) {
    ++references_[triples[at].object];
    referenced_[triples[at].object] = at;
  }
}

bool Layout::is_cell(Id node, std::uint32_t& first, std::uint32_t& rest) const {
  if (!graph_.term(node).is_blank() || references_[node] != 1) return false;
  first = rest = kNone;
  for (const std::uint32_t at : graph_.of(node)) {
    const Id predicate = graph_.triples()[at].predicate;
    std::uint32_t& slot = predicate == first_ ? first : rest;
    if ((predicate != first_ && predicate != rest_) || slot != kNone) return false;
    slot = at;
  }
  return first != kNone && rest != kNone;
}

// From each end back to its beginning: linear, and a chain without an end is no list.
void Layout::find_lists() {
  first_ = graph_.find(iri(kFirst));
  rest_ = graph_.find(iri(kRest));
  nil_ = graph_.find(iri(kNil));
  list_of_.assign(graph_.terms(), kNone);
  if (first_ == kNone || rest_ == kNone || nil_ == kNone) return;
  for (const Triple& triple : graph_.triples()) {
    if (triple.predicate != rest_ || triple.object != nil_) continue;
    std::vector<std::uint32_t> items;
    Id head = kNone;
    Id cell = triple.subject;
    std::uint32_t first = kNone;
    std::uint32_t rest = kNone;
    while (is_cell(cell, first, rest)) {
      items.push_back(first);
      head = cell;
      const Triple& before = graph_.triples()[referenced_[cell]];
      if (before.predicate != rest_) break;
      cell = before.subject;
    }
    if (head == kNone) continue;
    std::ranges::reverse(items);
    list_of_[head] = static_cast<std::uint32_t>(lists_.size());
    lists_.push_back(std::move(items));
  }
}

void Layout::drop_lists_of_values() {
  if (list_of_.empty()) return;
  const std::vector<std::uint32_t> all = list_of_;
  for (std::uint32_t& list : list_of_) {
    if (list == kNone) continue;
    const bool of_nodes = std::ranges::all_of(lists_[list], [&](std::uint32_t item) {
      const Id value = graph_.triples()[item].object;
      return !graph_.term(value).is_literal() && all[value] == kNone;
    });
    if (!of_nodes) list = kNone;
  }
}

void Layout::start(Id node) {
  if (written_[node] != 0 || graph_.of(node).empty()) return;
  written_[node] = 1;
  roots_.push_back(node);
  walk(node, 0);
}

void Layout::walk(Id node, std::size_t depth) {
  for (const std::uint32_t at : properties(node)) place(at, depth);
}

void Layout::place(std::uint32_t triple, std::size_t depth) {
  const Id object = graph_.triples()[triple].object;
  const Term& term = graph_.term(object);
  if (term.is_literal()) return;
  const bool blank = term.is_blank();
  const bool may_go_deeper = depth < options_.depth_max;
  if (blank && may_go_deeper && !list_of_.empty() && list_of_[object] != kNone) {
    const std::vector<std::uint32_t>& items = lists_[list_of_[object]];
    const bool whole = std::ranges::all_of(items, [this](std::uint32_t item) {
      return written_[graph_.triples()[item].subject] == 0;
    });
    if (whole) {
      places_[triple] = Place::list;
      for (const std::uint32_t item : items) written_[graph_.triples()[item].subject] = 1;
      for (const std::uint32_t item : items) place(item, depth + 1);
      return;
    }
  }
  const bool may_nest = may_go_deeper && written_[object] == 0 &&
                        (blank ? options_.nest_blanks && references_[object] == 1
                               : options_.nest_iris && !graph_.of(object).empty());
  if (!may_nest) {
    if (blank) named_[object] = 1;
    return;
  }
  places_[triple] = Place::nested;
  written_[object] = 1;
  walk(object, depth + 1);
}

}  // namespace mayfly::rdf
