#include "rdf/isomorphic.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mayfly::rdf {
namespace {

using Colour = std::uint64_t;

Colour mix(Colour a, Colour b) {
  a ^= b + 0x9E3779B97F4A7C15U + (a << 6) + (a >> 2);
  a *= 0xFF51AFD7ED558CCDU;
  return a ^ (a >> 33);
}

// A term that has no blank node in it, as text that equals only that of an equal term.
std::string key_of(const Term& term) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(term.kind)));
  key += term.text;
  if (term.is_literal()) {
    key += '\0';
    key += term.datatype;
    key += '\0';
    for (const char c : term.language)
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return key;
}

// One graph with a colour for each term: of a ground term fixed, of a blank node what is known of
// its surroundings so far.
struct Coloured {
  explicit Coloured(const Graph& from) : graph(from), colours(from.terms()) {
    std::set<Id> seen;
    for (const Triple& triple : from.triples()) {
      for (const Id id : {triple.subject, triple.object}) {
        if (from.term(id).is_blank() && seen.insert(id).second) blanks.push_back(id);
      }
    }
    for (Id id = 0; id < from.terms(); ++id) {
      const Term& term = from.term(id);
      colours[id] = term.is_blank() ? 1 : mix(2, std::hash<std::string>{}(key_of(term)));
    }
  }

  // Until no two blank nodes are told apart that were not before.
  void refine() {
    std::size_t classes = 0;
    for (std::size_t round = 0; round <= blanks.size() + 1; ++round) {
      std::vector<Colour> next = colours;
      for (const Triple& triple : graph.triples()) {
        const auto [s, p, o] = triple;
        if (graph.term(s).is_blank()) next[s] += mix(mix(colours[p], 3), colours[o]);
        if (graph.term(o).is_blank()) next[o] += mix(mix(colours[p], 5), colours[s]);
      }
      for (const Id id : blanks) next[id] = mix(next[id], 7);
      colours = std::move(next);
      const std::size_t now = partition().size();
      if (round > 0 && now == classes) return;
      classes = now;
    }
  }

  std::map<Colour, std::vector<Id>> partition() const {
    std::map<Colour, std::vector<Id>> classes;
    for (const Id id : blanks) classes[colours[id]].push_back(id);
    return classes;
  }

  const Graph& graph;
  std::vector<Colour> colours;
  std::vector<Id> blanks;
};

// The triples, with blank nodes called by what `name` says.
template <class Name>
std::multiset<std::string> spelled(const Graph& graph, Name name) {
  std::multiset<std::string> spelling;
  const auto of = [&](Id id) {
    return graph.term(id).is_blank() ? "_" + std::to_string(name(id)) : key_of(graph.term(id));
  };
  for (const Triple& triple : graph.triples()) {
    spelling.insert(of(triple.subject) + '\1' + of(triple.predicate) + '\1' + of(triple.object));
  }
  return spelling;
}

bool match(Coloured a, Coloured b) {
  a.refine();
  b.refine();
  const auto classes_a = a.partition();
  const auto classes_b = b.partition();
  if (classes_a.size() != classes_b.size()) return false;
  const std::vector<Id>* choice = nullptr;  // the smallest class of several
  Colour colour = 0;
  for (const auto& [key, members] : classes_a) {
    const auto other = classes_b.find(key);
    if (other == classes_b.end() || other->second.size() != members.size()) return false;
    if (members.size() > 1 && (choice == nullptr || members.size() < choice->size())) {
      choice = &members;
      colour = key;
    }
  }
  if (choice == nullptr) {
    return spelled(a.graph, [&a](Id id) { return a.colours[id]; }) ==
           spelled(b.graph, [&b](Id id) { return b.colours[id]; });
  }
  // Suppose that the first of ours is one of theirs.
  a.colours[choice->front()] = mix(colour, 11);
  return std::ranges::any_of(classes_b.at(colour), [&](Id candidate) {
    Coloured supposed = b;
    supposed.colours[candidate] = mix(colour, 11);
    return match(a, std::move(supposed));
  });
}

}  // namespace

bool isomorphic(const Graph& a, const Graph& b) {
  if (a.size() != b.size()) return false;
  Coloured left(a);
  Coloured right(b);
  return left.blanks.size() == right.blanks.size() && match(std::move(left), std::move(right));
}

}  // namespace mayfly::rdf
