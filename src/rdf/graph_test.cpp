#include "rdf/graph.h"

#include <gtest/gtest.h>

#include "rdf/isomorphic.h"
#include "rdf/reader.h"

namespace mayfly::rdf {
namespace {

const Term kA = iri("http://example.com/a");
const Term kP = iri("http://example.com/p");
const Term kQ = iri("http://example.com/q");

TEST(Graph, HoldsEachTripleOnce) {
  Graph graph;
  EXPECT_TRUE(graph.add(kA, kP, literal("1")));
  EXPECT_FALSE(graph.add(kA, kP, literal("1")));
  EXPECT_TRUE(graph.add(kA, kP, literal("1", kInteger)));
  EXPECT_TRUE(graph.add(kA, kP, language_literal("1", "en")));
  EXPECT_EQ(graph.size(), 3U);
  EXPECT_TRUE(graph.contains(kA, kP, literal("1", kInteger)));
  EXPECT_FALSE(graph.contains(kA, kP, literal("1", kDecimal)));
  EXPECT_FALSE(graph.contains(kA, kQ, literal("1")));
}

TEST(Graph, KeepsTheOrderOfAdding) {
  Graph graph;
  graph.add(kA, kP, literal("second"));
  graph.add(kQ, kP, literal("other"));
  graph.add(kA, kQ, literal("between"));
  graph.add(kA, kP, literal("first"));
  std::string told;
  for (const std::uint32_t at : graph.of(graph.find(kA)))
    told += std::string(graph.term(graph.triples()[at].object).text) + " ";
  EXPECT_EQ(told, "second between first ");
  ASSERT_EQ(graph.subjects().size(), 2U);
  EXPECT_EQ(graph.term(graph.subjects()[1]), kQ);
  const std::vector<Term> objects = graph.objects(kA, kP.text);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[1].text, "first");
  EXPECT_EQ(graph.object(kA, kQ.text)->text, "between");
  EXPECT_FALSE(graph.object(kQ, kQ.text));
}

TEST(Graph, OwnsItsText) {
  Graph graph;
  {
    const std::string gone = "http://example.com/gone-but-not-forgotten";
    graph.add(iri(gone), iri(gone), literal(gone, gone));
  }
  const Graph copy = graph;
  const Graph moved = std::move(graph);
  EXPECT_EQ(moved.term(0).text, "http://example.com/gone-but-not-forgotten");
  EXPECT_EQ(copy.term(moved.triples()[0].object).datatype, moved.term(0).text);
  EXPECT_TRUE(isomorphic(copy, moved));
}

TEST(Graph, CanBeUsedAgainAfterBeingMovedFrom) {
  Graph graph;
  graph.add(kA, kP, literal("before"));
  const Graph moved = std::move(graph);
  graph = Graph();
  graph.add(kQ, kP, literal("after!"));
  EXPECT_EQ(moved.term(0), kA);
  EXPECT_EQ(moved.object(kA, kP.text)->text, "before");
  EXPECT_EQ(graph.size(), 1U);
}

TEST(Graph, FreshBlankNodesAreLikeNoOther) {
  Graph graph;
  graph.intern(blank("b0"));
  graph.intern(blank("b2"));
  EXPECT_EQ(graph.term(graph.fresh_blank()).text, "b1");
  EXPECT_EQ(graph.term(graph.fresh_blank()).text, "b3");
}

TEST(Graph, AddingAnotherKeepsItsBlankNodesApart) {
  Graph graph;
  graph.add(blank("x"), kP, literal("ours"));
  Graph other;
  other.add(blank("x"), kP, literal("theirs"));
  other.add(blank("x"), kQ, kA);
  graph.add_all(other);
  EXPECT_TRUE(isomorphic(
      graph, *read_turtle("_:1 <http://example.com/p> 'ours' . _:2 <http://example.com/p> "
                          "'theirs' ; <http://example.com/q> <http://example.com/a> .",
                          "")));
}

TEST(Graph, GrowsToManyTriples) {
  Graph graph;
  for (int i = 0; i < 50'000; ++i) graph.add(kA, kP, literal(std::to_string(i)));
  EXPECT_EQ(graph.size(), 50'000U);
  for (int i = 0; i < 50'000; ++i) EXPECT_FALSE(graph.add(kA, kP, literal(std::to_string(i))));
}

TEST(Graph, ReservingRoomChangesNothing) {
  Graph graph;
  graph.add(kA, kP, literal("before"));
  for (const std::size_t triples : {0U, 1000U, 10U}) graph.reserve(triples);
  EXPECT_TRUE(graph.contains(kA, kP, literal("before")));
  EXPECT_FALSE(graph.add(kA, kP, literal("before")));
  for (int i = 0; i < 2000; ++i) EXPECT_TRUE(graph.add(kA, kP, literal(std::to_string(i))));
  EXPECT_EQ(graph.size(), 2001U);
}

// Whatever their length is: the hash takes them in pieces.
TEST(Graph, TellsTermsOfAnyLengthApart) {
  Graph graph;
  const std::string text(40, 'x');
  for (std::size_t size = 0; size <= text.size(); ++size) {
    for (std::size_t changed = 0; changed < size; ++changed) {
      std::string other = text.substr(0, size);
      other[changed] = 'y';
      EXPECT_TRUE(graph.add(kA, kP, literal(other)));
    }
    EXPECT_TRUE(graph.add(kA, kP, literal(text.substr(0, size))));
  }
  EXPECT_EQ(graph.size(), 41U * 20 + 41);
}

TEST(Prefixes, ExpandWhatTheyKnow) {
  Prefixes prefixes{{"e", "http://example.com/"}};
  prefixes.set("f", "http://f.example/");
  prefixes.set("e", "http://example.org/");
  EXPECT_EQ(prefixes.expand("e:x"), "http://example.org/x");
  EXPECT_EQ(prefixes.expand("g:x"), std::nullopt);
  EXPECT_EQ(prefixes.expand("x"), std::nullopt);
  EXPECT_EQ(prefixes.entries().front().name, "e");
}

bool same(std::string_view a, std::string_view b) {
  const auto left = read_turtle(a, "http://b/");
  const auto right = read_turtle(b, "http://b/");
  EXPECT_TRUE(left && right);
  const bool answer = isomorphic(*left, *right);
  EXPECT_EQ(isomorphic(*right, *left), answer);
  return answer;
}

TEST(Isomorphic, NamesOfBlankNodesDoNotMatter) {
  EXPECT_TRUE(same("_:a <p> _:b . _:b <p> 'x' .", "_:x <p> 'x' . _:y <p> _:x ."));
}

TEST(Isomorphic, StructureDoes) {
  EXPECT_FALSE(same("_:a <p> _:b . _:b <p> 'x' .", "_:x <p> 'x' . _:y <p> _:y ."));
  EXPECT_FALSE(same("<a> <p> 'x'@en .", "<a> <p> 'x' ."));
  EXPECT_TRUE(same("<a> <p> 'x'@en-GB .", "<a> <p> 'x'@EN-gb ."));
  EXPECT_FALSE(same("<a> <p> _:x, _:y .", "<a> <p> _:x ."));
}

TEST(Isomorphic, TellsCirclesApart) {
  // Two circles of three against one of six: each node looks the same from near.
  EXPECT_FALSE(
      same("_:a <p> _:b . _:b <p> _:c . _:c <p> _:a . _:d <p> _:e . _:e <p> _:f . _:f <p> _:d .",
           "_:a <p> _:b . _:b <p> _:c . _:c <p> _:d . _:d <p> _:e . _:e <p> _:f . _:f <p> _:a ."));
  EXPECT_TRUE(
      same("_:a <p> _:b . _:b <p> _:c . _:c <p> _:a . _:d <p> _:e . _:e <p> _:f . _:f <p> _:d .",
           "_:e <p> _:b . _:b <p> _:c . _:c <p> _:e . _:d <p> _:a . _:a <p> _:f . _:f <p> _:d ."));
}

}  // namespace
}  // namespace mayfly::rdf
