#include <gtest/gtest.h>

#include "rdf/expect_test.h"
#include "rdf/format.h"

namespace mayfly::rdf {
namespace {

void turtle_says(std::string_view turtle, std::string_view n_triples) {
  expect_says(read_turtle, turtle, n_triples);
}
void turtle_refused(std::string_view turtle, std::string_view reason, const Limits& limits = {}) {
  expect_refused(read_turtle, turtle, reason, limits);
}

TEST(Turtle, ResolvesIrisAgainstTheBaseInForce) {
  turtle_says("<x> <#p> <?q> . @base <http://other/a/> . <x> <p> <../y> . BASE <b/> <x> <p> <> .",
              "<http://base.example/dir/x> <http://base.example/dir/doc#p> "
              "<http://base.example/dir/doc?q> ."
              "<http://other/a/x> <http://other/a/p> <http://other/y> ."
              "<http://other/a/b/x> <http://other/a/b/p> <http://other/a/b/> .");
}

TEST(Turtle, ReadsPrefixedNamesOfEveryForm) {
  turtle_says(
      "@prefix e: <http://e/> . prefix : <#> PREFIX \xC3\xA9.a: <http://f/>\n"
      "e:a :p e:b.c, e:%41, e:a\\,b, e:, :1a, e:a:b, \xC3\xA9.a:\xC3\xA9, e:x.",
      "<http://e/a> <http://base.example/dir/doc#p> <http://e/b.c>, <http://e/%41>, <http://e/a,b>,"
      "<http://e/>, <http://base.example/dir/doc#1a>, <http://e/a:b>, <http://f/\xC3\xA9>,"
      "<http://e/x> .");
}

TEST(Turtle, ReadsStringsOfEveryForm) {
  turtle_says(
      R"(<s> <p> "a\t\"b\u00E9\U0001F4A1", 'c"', """d"e
f\\""", '''g''h''', ""@en-GB, "5"^^<t>, "6" ^^ <t>, "" .)",
      R"(<http://base.example/dir/s> <http://base.example/dir/p> "a\t\"bé💡", "c\"", "d\"e\nf\\",
          "g''h", ""@en-GB, "5"^^<http://base.example/dir/t>, "6"^^<http://base.example/dir/t>, "" .)");
}

TEST(Turtle, ReadsNumbersAndBooleans) {
  turtle_says("<s> <p> 1, -2, +3.0, .5, 1.E3, 1e-3, true, false, 4.",
              "<http://base.example/dir/s> <http://base.example/dir/p> "
              "'1'^^<http://www.w3.org/2001/XMLSchema#integer>, "
              "'-2'^^<http://www.w3.org/2001/XMLSchema#integer>,"
              "'+3.0'^^<http://www.w3.org/2001/XMLSchema#decimal>, "
              "'.5'^^<http://www.w3.org/2001/XMLSchema#decimal>,"
              "'1.E3'^^<http://www.w3.org/2001/XMLSchema#double>, "
              "'1e-3'^^<http://www.w3.org/2001/XMLSchema#double>,"
              "'true'^^<http://www.w3.org/2001/XMLSchema#boolean>, "
              "'false'^^<http://www.w3.org/2001/XMLSchema#boolean>,"
              "'4'^^<http://www.w3.org/2001/XMLSchema#integer> .");
}

TEST(Turtle, ReadsBlankNodesAndCollections) {
  turtle_says(
      "_:a.b <p> [] , [ <q> 'x' ; <r> [ <q> 'y' ] ] . [ <q> 'z' ] . () <p> ( 1 ( 2 ) [] ) ; ; .",
      "_:1 <http://base.example/dir/p> _:2, _:3 . _:3 <http://base.example/dir/q> 'x' ;"
      "<http://base.example/dir/r> _:4 . _:4 <http://base.example/dir/q> 'y' ."
      "_:5 <http://base.example/dir/q> 'z' ."
      "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> <http://base.example/dir/p> _:l1 ."
      "_:l1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ;"
      "     <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l2 ."
      "_:l2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> _:m1 ;"
      "     <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l3 ."
      "_:l3 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> _:e ;"
      "     <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> "
      "     <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> ."
      "_:m1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 2 ;"
      "     <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> "
      "     <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .");
}

TEST(Turtle, TakesAnyLabelForABlankNode) {
  // serd refuses a document with both of the first two.
  turtle_says("_:b1 <http://p> _:B1, _:genid1, _:0, _:\xC3\xA9 .",
              "_:1 <http://p> _:2, _:3, _:4, _:5 .");
}

TEST(Turtle, SkipsCommentsAndAByteOrderMark) {
  turtle_says("\xEF\xBB\xBF# one\n<http://s># two\n<http://p>\t'#three' . # four",
              "<http://s> <http://p> '#three' .");
}

TEST(Turtle, NamesTheLineThatIsWrong) {
  const Result<Graph> graph =
      read_turtle("<http://s> <http://p> 'x' .\n\n<http://s> \"p\" 'y' .", "");
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().message, "Turtle, line 3: expected a predicate, found '\"p\" 'y' .'");
  EXPECT_EQ(graph.error().code, ErrorCode::malformed);
}

TEST(Turtle, RefusesWhatIsNotTurtle) {
  turtle_refused("<s> <p> 'x'", "but the text ends");
  turtle_refused("<s> <p> .", "expected an object");
  turtle_refused("<s> 'p' 'x' .", "expected a predicate");
  turtle_refused("<s> <p> 'x\n' .", "not closed at the end of its line");
  turtle_refused("<s> <p> '''x .", "a string is not closed");
  turtle_refused("<s> <p> '\\x' .", "expected an escape");
  turtle_refused("<s> <p> '\\uD800' .", "surrogate");
  turtle_refused("<s> <p> '\\U00110000' .", "beyond the last");
  turtle_refused("<s> <p> '\\u12' .", "4 hexadecimal digits");
  turtle_refused("<s t> <p> 'x' .", "an IRI may have");
  turtle_refused("<s\\u0020t> <p> 'x' .", "may not have");
  turtle_refused("<s> <p> 'x'@1 .", "language tag");
  turtle_refused("<s> <p> 'x'@en- .", "language tag");
  turtle_refused("<s> <p> 'x'^^'y' .", "expected");
  turtle_refused("e:s <p> 'x' .", "'e:' is not declared");
  turtle_refused("<s> a: <o> .", "'a:' is not declared");
  turtle_refused("<s> <p> maybe .", "neither a prefixed name nor a value");
  turtle_refused("<s> <p> 1.0e .", "'.', ';' or ','");
  turtle_refused("[] .", "expected a predicate");
  turtle_refused("<s> <p> [ <q> 'x' .", "']'");
  turtle_refused("<s> <p> ( 'x' .", "expected an object");
  turtle_refused("@prefix e: <e> <s> <p> 'x' .", "'.' after a directive");
  turtle_refused("@prefix e <e> .", "a prefix and ':'");
  turtle_refused("<s> <p> _: .", "label");
  turtle_refused("<s> <p> \xFF .", "not UTF-8");
  turtle_refused("'s' <p> 'x' .", "expected a subject");
  turtle_refused("@prefix e: <http://e/> . e:a e:%4 'x' .", "hexadecimal");
}

TEST(Turtle, RelativeIrisNeedABase) {
  const Result<Graph> graph = read_turtle("<s> <http://p> 'x' .", "");
  ASSERT_FALSE(graph);
  EXPECT_NE(graph.error().message.find("no base"), std::string::npos);
}

TEST(Turtle, StaysWithinItsLimits) {
  std::string deep = "<s> <p> ";
  for (int i = 0; i < 100'000; ++i) deep += i % 2 == 0 ? "[ <p> " : "( ";
  turtle_refused(deep, "deeper than 100 levels");
  turtle_refused("<s> <p> 1, 2, 3 .", "more triples", {.triples_max = 2});
  turtle_refused("<s> <p> 1, 2, 3 .", "at most 10", {.bytes_max = 10});
  const std::string name_space(1000, 'n');
  turtle_refused("@prefix p: <http://" + name_space + "/> . <s> <p> p:1, p:2, p:3 .",
                 "names are written out", {.text_bytes_max = 3000});
}

TEST(TurtleWriter, WritesWhatAPersonWouldWrite) {
  Graph graph;
  graph.prefixes = {
      {"e", "http://example.com/ns#"}, {"unused", "http://unused/"}, {"xsd", std::string(kXsd)}};
  const Term plan = iri("http://example.com/plans/1");
  graph.add(plan, iri("http://example.com/ns#title"), literal("A \"b\" & <c>\n"));
  graph.add(plan, iri("http://example.com/ns#count"), literal("3", kInteger));
  graph.add(plan, iri(kType), iri("http://example.com/ns#Plan"));
  graph.add(plan, iri("http://example.com/ns#title"), language_literal("Plan", "de"));
  graph.add(plan, iri("http://example.com/ns#part"), blank("z"));
  graph.add(blank("z"), iri("http://example.com/ns#at"),
            literal("2026-11-22T00:00:00Z", kDateTime));
  graph.add(plan, iri("http://example.com/ns#list"), blank("l"));
  graph.add(blank("l"), iri(kFirst), literal("1.5", kDecimal));
  graph.add(blank("l"), iri(kRest), iri(kNil));
  EXPECT_EQ(write_turtle(graph), R"(@prefix e: <http://example.com/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<http://example.com/plans/1> a e:Plan ;
  e:title "A \"b\" & <c>\n" , "Plan"@de ;
  e:count 3 ;
  e:part [
    e:at "2026-11-22T00:00:00Z"^^xsd:dateTime
  ] ;
  e:list ( "1.5"^^xsd:decimal ) .
)");
}

TEST(TurtleWriter, PutsTheRootFirst) {
  Graph graph;
  graph.add(iri("http://a"), iri("http://p"), iri("http://b"));
  graph.add(iri("http://b"), iri("http://p"), literal(""));
  EXPECT_LT(write_turtle(graph, {.root = "http://b"}).find("<http://b> <http://p> \"\""),
            write_turtle(graph, {.root = "http://b"}).find("<http://a>"));
  EXPECT_EQ(write_turtle(Graph()), "");
}

}  // namespace
}  // namespace mayfly::rdf
