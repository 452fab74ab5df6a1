// Graphs that no person would write, for tests: every kind of term, odd characters, shared and
// circular blank nodes, lists whole and broken. The same seed makes the same graph.
#pragma once

#include <array>
#include <string>

#include "core/random.h"
#include "rdf/graph.h"

namespace mayfly::rdf {

class RandomGraphs {
 public:
  explicit RandomGraphs(std::uint64_t seed) : random_(seed) {}

  // `for_xml`: only what RDF/XML can say.
  Graph next(bool for_xml) {
    for_xml_ = for_xml;
    tame_ = false;
    return draw();
  }
  // What people and their programs write: valid numbers, types that are IRIs, lists that end.
  Graph tame() {
    for_xml_ = tame_ = true;
    return draw();
  }

 private:
  Graph draw() {
    Graph graph;
    if (random_.below(4) != 0) {
      graph.prefixes = {{"rdf", std::string(kRdf)},
                        {"e", "http://example.com/ns#"},
                        {"xsd", std::string(kXsd)},
                        {"", "http://example.com/"},
                        {"http", "http://www.w3.org/2011/http#"},
                        {"urn", "urn:x:"},
                        {"long", "http://example.com/ns#name"},
                        {"x.y", "http://example.com/a/"}};
    }
    const std::uint64_t triples = random_.below(40);
    for (std::uint64_t i = 0; i < triples; ++i) {
      const Id about = subject(graph);
      const Id verb = predicate(graph);
      const bool is_type = graph.term(verb).text == kType;
      graph.add(about, verb, tame_ && is_type ? graph.intern(iri(any_iri())) : object(graph));
    }
    for (std::uint64_t lists = random_.below(3); lists > 0; --lists) list(graph);
    return graph;
  }

  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& choices) {
    return choices[random_.below(N)];
  }

  std::string_view any_iri() {
    constexpr std::array<std::string_view, 16> kIris{
        "http://example.com/",
        "http://example.com/ns#a",
        "http://example.com/ns#nameless",
        "http://example.com/ns#1",
        "http://example.com/a/b?c=d&e='f'#g",
        "urn:x:y",
        "urn:z",
        "http://example.com/ns#-",
        "http://example.com/ns#a.b.",
        "http://example.com/ns#a%20b",
        "http://example.com/\xC3\xA9t\xC3\xA9",
        "http://www.w3.org/2011/http#//x",
        "mailto:a@b.c",
        "http://example.com/ns#a,b(c)",
        "e:x",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil"};
    return kIris[random_.below(tame_ ? 14 : 16)];
  }

  Id blank_node(Graph& graph) {
    return graph.intern(
        blank(pick(std::array<std::string_view, 6>{"b0", "b1", "x", "y", "z", "w"})));
  }

  Id subject(Graph& graph) {
    return random_.below(2) == 0 ? blank_node(graph) : graph.intern(iri(any_iri()));
  }

  Id predicate(Graph& graph) {
    if (!for_xml_ && random_.below(3) == 0) return graph.intern(iri(any_iri()));
    constexpr std::array<std::string_view, 10> kPredicates{
        kType,
        "http://example.com/ns#p",
        "http://example.com/ns#name",
        "http://example.com/q",
        "http://elsewhere.org/p",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#_1",
        "urn:x:p",
        "http://example.com/\xC3\xA9t\xC3\xA9",
        kFirst};
    return graph.intern(iri(kPredicates[random_.below(tame_ ? 9 : 10)]));
  }

  Id object(Graph& graph) {
    switch (random_.below(8)) {
      case 0:
        return graph.intern(iri(any_iri()));
      case 1:
      case 2:
        return blank_node(graph);
      case 3:
        return graph.intern(language_literal(text(), random_.below(2) == 0 ? "en" : "de-AT"));
      case 4:
        if (tame_) return graph.intern(literal(std::to_string(random_.below(100)), kInteger));
        return graph.intern(
            literal(pick(std::array<std::string_view, 8>{"1", "-0", "+1", "007", "1.50", "1e3",
                                                         "true", ""}),
                    pick(std::array<std::string_view, 4>{kInteger, kDecimal, kDouble, kBoolean})));
      case 5:
        if (tame_) return graph.intern(literal("a &amp; <b>c</b>", kXmlLiteral));
        return graph.intern(literal(
            pick(std::array<std::string_view, 8>{"plain", "a &amp; b", "<b>x</b>", "<b", "a & b",
                                                 "<b/>", "<x:b></x:b>", "</r><r>"}),
            kXmlLiteral));
      case 6:
        return graph.intern(literal(text(), any_iri()));
      default:
        return graph.intern(literal(text()));
    }
  }

  std::string text() {
    std::string made;
    for (std::uint64_t pieces = random_.below(4); pieces > 0; --pieces) {
      constexpr std::array<std::string_view, 14> kPieces{
          "a",  " ",  "\n",      "\t", "\"", "'", "\\", "<", "&amp;", "]]>", "\xF0\x9F\x92\xA1",
          "//", "\r", "\xC2\x85"};
      made += kPieces[random_.below(tame_ ? 12 : 14)];
      if (!for_xml_ && random_.below(16) == 0) made += '\1';
    }
    return made;
  }

  void list(Graph& graph) {
    const Id first = graph.intern(iri(kFirst));
    const Id rest = graph.intern(iri(kRest));
    Id tail = !tame_ && random_.below(4) == 0 ? object(graph) : graph.intern(iri(kNil));
    for (std::uint64_t items = random_.below(5); items > 0; --items) {
      const Id cell = !tame_ && random_.below(8) == 0 ? blank_node(graph) : graph.fresh_blank();
      graph.add(cell, first, object(graph));
      graph.add(cell, rest, tail);
      tail = cell;
    }
    const Id about = subject(graph);
    graph.add(about, tame_ ? graph.intern(iri("http://example.com/q")) : predicate(graph), tail);
  }

  SeededRandom random_;
  bool for_xml_ = false;
  bool tame_ = false;
};

}  // namespace mayfly::rdf
