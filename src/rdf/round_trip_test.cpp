#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rdf/format.h"
#include "rdf/isomorphic.h"
#include "rdf/random_graphs.h"

namespace mayfly::rdf {
namespace {

constexpr std::string_view kBase = "http://base.example/doc";

// What the JSON of OSLC 2.0 leaves of a graph: values without languages and datatypes.
Graph without_datatypes(const Graph& graph) {
  Graph plain;
  for (const Triple& triple : graph.triples()) {
    Term object = graph.term(triple.object);
    if (object.is_literal()) object = literal(object.text);
    plain.add(graph.term(triple.subject), graph.term(triple.predicate), object);
  }
  return plain;
}

void comes_back(Format format, const Graph& graph, const WriteOptions& options = {}) {
  const Result<std::string> text = write(format, graph, options);
  ASSERT_TRUE(text) << text.error().message << "\n" << write_n_triples(graph);
  const Result<Graph> back = read(format, *text, kBase);
  ASSERT_TRUE(back) << back.error().message << "\n" << *text;
  const bool same = format == Format::legacy_json
                        ? isomorphic(without_datatypes(graph), without_datatypes(*back))
                        : isomorphic(graph, *back);
  ASSERT_TRUE(same) << name_of(format) << "\n"
                    << *text << "\nread back:\n"
                    << write_n_triples(*back) << "\nfrom:\n"
                    << write_n_triples(graph);
  // The same graph, the same text.
  ASSERT_EQ(*text, *write(format, Graph(graph), options));
}

TEST(RoundTrip, AnyGraphComesBackFromTurtleAndJson) {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    const Graph graph = RandomGraphs(seed).next(false);
    SCOPED_TRACE(seed);
    for (const Format format : {Format::turtle, Format::n_triples, Format::json_ld}) {
      comes_back(format, graph);
      comes_back(format, graph, {.root = "http://example.com/ns#a", .nest_iris = true});
      if (HasFatalFailure()) return;
    }
  }
}

TEST(RoundTrip, AnyGraphWhosePredicatesAreNamesComesBackFromXmlAndLegacyJson) {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    const Graph graph = RandomGraphs(seed).next(true);
    SCOPED_TRACE(seed);
    for (const Format format :
         {Format::rdf_xml, Format::rdf_xml_abbreviated, Format::legacy_json}) {
      comes_back(format, graph);
      comes_back(format, graph, {.root = "http://example.com/ns#a", .nest_iris = true});
      if (HasFatalFailure()) return;
    }
  }
}

TEST(RoundTrip, OfDeepAndLongStructures) {
  Graph graph;
  graph.prefixes = {{"e", "http://example.com/ns#"}};
  Id outer = graph.intern(iri("http://example.com/"));
  const Id property = graph.intern(iri("http://example.com/ns#in"));
  for (int depth = 0; depth < 200; ++depth) {
    const Id inner = graph.fresh_blank();
    graph.add(outer, property, inner);
    outer = inner;
  }
  Id tail = graph.intern(iri(kNil));
  for (int item = 0; item < 2'000; ++item) {
    const Id cell = graph.fresh_blank();
    graph.add(cell, graph.intern(iri(kFirst)),
              graph.intern(literal(std::to_string(item), kInteger)));
    graph.add(cell, graph.intern(iri(kRest)), tail);
    tail = cell;
  }
  graph.add(outer, property, tail);
  for (const Format format : {Format::turtle, Format::rdf_xml, Format::rdf_xml_abbreviated,
                              Format::json_ld, Format::legacy_json}) {
    SCOPED_TRACE(name_of(format));
    const Result<std::string> text = write(format, graph);
    ASSERT_TRUE(text);
    const Result<Graph> back = read(format, *text, kBase);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->size(), graph.size());
  }
}

// What costs the square of a document's size is a way to stop a server: this would take minutes.
TEST(RoundTrip, OfManyNamesOfEveryKind) {
  constexpr int kMany = 20'000;
  std::string turtle;
  for (int i = 0; i < kMany; ++i)
    turtle += fmt::format("@prefix p{0}: <http://p{0}/> . <http://s> p{0}:x _:b{0} , {0} .\n", i);
  const Result<Graph> graph = read_turtle(turtle, kBase);
  ASSERT_TRUE(graph) << graph.error().message;
  for (const Format format : {Format::turtle, Format::json_ld, Format::legacy_json}) {
    SCOPED_TRACE(name_of(format));
    const Result<std::string> text = write(format, *graph);
    ASSERT_TRUE(text);
    const Result<Graph> back = read(format, *text, kBase);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->size(), graph->size());
  }
  // So many namespaces an XML document may not declare here; so many nodes it may have.
  const Result<std::string> xml = write_rdf_xml(*graph);
  ASSERT_TRUE(xml);
  EXPECT_FALSE(read_rdf_xml(*xml, kBase));
  Graph wide;
  for (int i = 0; i < kMany; ++i)
    wide.add(blank(fmt::format("s{}", i)), iri("http://e/p"), blank(fmt::format("s{}", i / 2)));
  for (const Format format : {Format::rdf_xml, Format::rdf_xml_abbreviated}) {
    const Result<Graph> back = read(format, *write(format, wide), kBase);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->size(), wide.size());
  }
}

}  // namespace
}  // namespace mayfly::rdf
