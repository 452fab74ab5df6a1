// Short names for IRIs while one document is written: which prefix and which local part, remembered
// for each term, and which prefixes were used, so that only those are declared.
//
// Looks at the graph, which must outlive it and stay as it is. Not for several threads.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/graph.h"

namespace mayfly::rdf {

struct Name {
  const Prefix* prefix = nullptr;  // null: this IRI has no short name
  std::string_view local = {};
  explicit operator bool() const { return prefix != nullptr; }
};

// Numbers for blank nodes in the order of being written: their labels in the graph may be anything.
class Labels {
 public:
  explicit Labels(const Graph& graph) : numbers_(graph.terms(), kNone) {}
  std::uint32_t number(Id blank) {
    if (numbers_[blank] == kNone) numbers_[blank] = next_++;
    return numbers_[blank];
  }

 private:
  std::vector<std::uint32_t> numbers_;
  std::uint32_t next_ = 0;
};

class Names {
 public:
  // What a syntax allows behind the colon.
  using LocalRule = bool (*)(std::string_view local);
  // What it allows as a prefix.
  using PrefixRule = bool (*)(const Prefix& prefix);

  // `own` is a prefix that the syntax itself needs: it counts as used, and its name is taken.
  Names(const Graph& graph, const Prefixes& prefixes, LocalRule local_rule, PrefixRule prefix_rule,
        const Prefix* own = nullptr);

  // The longest namespace that leaves a local part which is allowed. Marks the prefix as used.
  Name of(Id iri);
  // The same; where no prefix fits, one is made up (ns1, ns2, ...) if the IRI can be split at all.
  Name required(Id iri);
  // In the order of naming, those made up at the end.
  std::vector<Prefix> used() const;

 private:
  struct Known {
    bool searched = false;
    std::uint32_t prefix = kNone;
    std::size_t local_at = 0;
  };
  Name answer(Id iri, const Known& known);
  void search(std::string_view text, Known& known) const;
  std::size_t split_of(std::string_view text) const;
  void invent(std::string_view text, Known& known);

  const Graph& graph_;
  const LocalRule local_rule_;
  std::vector<Prefix> prefixes_;
  std::vector<std::uint8_t> used_;
  std::size_t given_ = 0;  // those before are the graph's, those behind are made up
  std::size_t made_up_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> made_up_for_;  // by namespace
  std::vector<Known> known_;                                       // by Id
};

}  // namespace mayfly::rdf
