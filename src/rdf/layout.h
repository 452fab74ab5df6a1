// How the triples of a graph are laid out as a tree, for every syntax that nests: which nodes stand
// at the top and in which order, which are written inside the property that names them, and which
// chains of rdf:first and rdf:rest are lists. A blank node is nested when it is named once, and not
// inside itself. Nothing is written twice and nothing is left out, whatever the graph is.
//
// Looks at the graph, which must outlive it and stay as it is. Linear in the graph's size.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rdf/graph.h"

namespace mayfly::rdf {

enum class Lists : std::uint8_t {
  none,
  of_nodes,  // whose items are no literals and no lists
  all,
};

struct LayoutOptions {
  std::string_view root = {};  // this IRI's node comes first
  bool nest_blanks = true;
  bool nest_iris = false;  // a node with an IRI stands where it is first named, seen from the root
  Lists lists = Lists::all;
  std::size_t depth_max = 8;  // what is deeper stands at the top
};

class Layout {
 public:
  Layout(const Graph& graph, const LayoutOptions& options);

  std::span<const Id> roots() const { return roots_; }
  // The triples of a subject as they are written: rdf:type first, each predicate's together.
  std::span<const std::uint32_t> properties(Id subject) const {
    const Range range = ranges_[subject];
    return std::span(ordered_).subspan(range.start, range.size);
  }
  // Whether the object of triples()[triple] is written in place. Of a list's cells, in list order.
  bool nests(std::uint32_t triple) const { return places_[triple] == Place::nested; }
  // The list that is the object of triples()[triple], as the cells' rdf:first triples; or null.
  const std::vector<std::uint32_t>* list(std::uint32_t triple) const;
  // A blank node that needs a label, because it is named where it is not written.
  bool labelled(Id blank) const { return named_[blank] != 0; }

 private:
  enum class Place : std::uint8_t { named, nested, list };
  struct Range {
    std::uint32_t start = 0;
    std::uint32_t size = 0;
  };

  void order_properties();
  void count_references();
  void find_lists();
  void drop_lists_of_values();
  Id cell_before(Id cell) const;
  bool is_cell(Id node, std::uint32_t& first, std::uint32_t& rest) const;
  void start(Id node);
  void walk(Id node, std::size_t depth);
  void place(std::uint32_t triple, std::size_t depth);

  const Graph& graph_;
  const LayoutOptions options_;
  std::vector<std::uint32_t> references_;  // how often a term is an object, by Id
  std::vector<std::uint32_t> referenced_;  // the last triple that has it as object
  std::vector<std::uint8_t> written_;      // by Id
  std::vector<std::uint8_t> named_;        // by Id
  std::vector<Place> places_;              // by triple
  std::vector<Range> ranges_;              // by Id, into ordered_
  std::vector<std::uint32_t> ordered_;
  std::vector<std::vector<std::uint32_t>> lists_;
  std::vector<std::uint32_t> list_of_;  // by Id of the first cell: index into lists_, or kNone
  std::vector<Id> roots_;
  Id first_ = kNone;
  Id rest_ = kNone;
  Id nil_ = kNone;
};

}  // namespace mayfly::rdf
