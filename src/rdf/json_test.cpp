#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rdf/expect_test.h"
#include "rdf/format.h"

namespace mayfly::rdf {
namespace {

std::string with_prefixes(std::string_view triples) {
  return fmt::format(
      "@prefix rdf: <{}> . @prefix e: <http://e/> . @prefix xsd: <{}> . @prefix b: "
      "<http://base.example/dir/> . {}",
      kRdf, kXsd, triples);
}
void json_ld_says(std::string_view json, std::string_view triples) {
  expect_says(read_json_ld, json, with_prefixes(triples));
}
void json_ld_refused(std::string_view json, std::string_view reason) {
  expect_refused(read_json_ld, json, reason);
}
void legacy_says(std::string_view json, std::string_view triples) {
  expect_says(read_legacy_json, json, with_prefixes(triples));
}
void legacy_refused(std::string_view json, std::string_view reason) {
  expect_refused(read_legacy_json, json, reason);
}

TEST(JsonLd, ReadsNodesUnderAContext) {
  json_ld_says(R"({"@context": {"e": "http://e/", "title": "e:title",
                    "part": {"@id": "e:part", "@type": "@id"}, "id": "@id"},
                   "id": "s", "@type": "e:T", "title": "x", "part": ["o", {"title": "y"}],
                   "e:q": {"@id": "e:o"}, "unknown": "dropped"})",
               "b:s a e:T ; e:title 'x' ; e:part b:o, [ e:title 'y' ] ; e:q e:o .");
}

TEST(JsonLd, ReadsValuesOfEveryForm) {
  json_ld_says(R"({"@context": {"@vocab": "http://e/", "xsd": "http://www.w3.org/2001/XMLSchema#",
                    "@language": "en", "at": {"@type": "xsd:dateTime"}, "plain": {"@language": null},
                    "kind": {"@type": "@vocab"}, "by": {"@container": "@language"}},
                   "@id": "s", "p": [1, 1.0, 2.5, true, null, "t",
                     {"@value": "v", "@type": "xsd:token"}, {"@value": "w", "@language": "de"},
                     {"@value": null}, {"@set": ["z"]}],
                   "at": "now", "plain": "n", "kind": "K", "by": {"fr": "f", "@none": "g"}})",
               "b:s e:p 1, '2.5E0'^^xsd:double, true, 't'@en, 'v'^^xsd:token, 'w'@de, 'z'@en ;"
               "e:at 'now'^^xsd:dateTime ; e:plain 'n' ; e:kind e:K ; e:by 'f'@fr, 'g' .");
}

TEST(JsonLd, ReadsListsGraphsAndReverseProperties) {
  json_ld_says(R"({"@context": {"@base": "http://o/", "e": "http://e/",
                    "l": {"@id": "e:l", "@container": "@list"}, "of": {"@reverse": "e:part"}},
                   "@graph": [{"@id": "s", "l": [1, [2]], "e:m": {"@list": []}},
                     {"@id": "_:x", "of": {"@id": "w"}, "@reverse": {"e:q": {"@id": "_:x"}}},
                     {"@id": "_:x", "@included": [{"@id": "i", "e:p": "j"}]}]})",
               "<http://o/s> e:l (1 (2)) ; e:m () . <http://o/w> e:part _:x . _:x e:q _:x ."
               "<http://o/i> e:p 'j' .");
}

TEST(JsonLd, NestsContexts) {
  json_ld_says(R"({"@context": {"p": "http://e/p"}, "@id": "s",
                   "p": [{"@context": {"p": "http://e/q"}, "p": "x"},
                         {"@context": null, "p": "dropped", "http://e/r": "y"}]})",
               "b:s e:p [ e:q 'x' ], [ e:r 'y' ] .");
}

TEST(JsonLd, NeverFetchesAContext) {
  json_ld_refused(R"({"@context": "https://example.com/context.jsonld", "@id": "s"})",
                  "<https://example.com/context.jsonld> is not fetched");
  json_ld_refused(R"({"@context": {"@import": "https://example.com/"}})", "not supported");
}

TEST(JsonLd, BoundsWhatShortNamesComeTo) {
  const std::string long_iri = "http://e/" + std::string(5000, 'e');
  json_ld_refused(R"({"@context": {"e": ")" + long_iri + R"("}, "@id": "s"})", "longer than 4096");
  // Each adds to the one before.
  std::string chain = R"({"@context": {"a0": "http://e/")";
  for (int i = 1; i < 200; ++i)
    chain += fmt::format(R"(, "a{}": "a{}:{}/")", i, i - 1, std::string(50, 'x'));
  json_ld_refused(chain + R"(}, "@id": "s"})", "longer than 4096");
}

TEST(JsonLd, RefusesWhatItDoesNotKnowInsteadOfMisreadingIt) {
  json_ld_refused(R"({"@context": {"e": {"@id": "http://e/", "@container": "@index"}}})",
                  "container");
  json_ld_refused(R"({"@context": {"e": {"@id": "http://e/", "@context": {}}}})", "not supported");
  json_ld_refused(R"({"@id": "s", "http://e/p": "x", "@graph": []})", "named graphs");
  json_ld_refused(R"({"http://e/p": {"@graph": [{"@id": "x"}]}})", "graphs inside");
  json_ld_refused(R"({"http://e/p": {"@value": {"a": 1}, "@type": "@json"}})", "@value must be");
  json_ld_refused(R"({"@nest": {}})", "not supported here");
}

TEST(JsonLd, RefusesWhatIsWrong) {
  json_ld_refused("[", "not JSON");
  json_ld_refused("3", "must be an object");
  json_ld_refused(R"({"@id": 3})", "@id must be a string");
  json_ld_refused(R"({"@id": "a b"})", "'a b' is no IRI");
  json_ld_refused(R"({"@type": [3]})", "@type must be");
  json_ld_refused(R"({"@context": {"a": "b:c", "b": "a:c"}})", "defined by itself");
  json_ld_refused(R"({"@context": {"a": "nothing"}})", "stands for no IRI");
  json_ld_refused(R"({"@context": 3})", "@context must be");
  json_ld_refused(R"({"http://e/p": {"@value": "x", "@language": "en", "@type": "http://e/t"}})",
                  "more than one");
  json_ld_refused(R"({"http://e/p": {"@value": "x", "@id": "y"}})", "may have only");
  json_ld_refused(R"({"http://e/p": {"@value": "x", "@language": "e n"}})", "no language tag");
}

TEST(JsonLd, LetsNobodyChangeWhatIsProtected) {
  const auto with = [](std::string_view second) {
    return fmt::format(
        R"({{"@context": [{{"@protected": true, "p": "http://e/p", "n": null}}, {}],
            "@id": "http://e/s", "p": "x"}})",
        second);
  };
  for (const char* same : {"{}", R"({"p": "http://e/p"})", R"({"q": "http://e/q"})"})
    json_ld_says(with(same), "e:s e:p 'x' .");
  json_ld_refused(with(R"({"p": "http://e/other"})"), "'p' is protected");
  json_ld_refused(with(R"({"p": {"@id": "http://e/p", "@type": "@id"}})"), "'p' is protected");
  json_ld_refused(with(R"({"n": "http://e/n"})"), "'n' is protected");
  json_ld_refused(with("null"), "would undo protected terms");
  json_ld_refused(R"({"@context": {"@protected": 1}})", "@protected must be");
}

TEST(JsonLd, TakesNamesThatLookLikeIrisForThese) {
  json_ld_says(R"({"@context": {"e": "http://e/", "e:p": {"@id": "http://e/p", "@type": "@id"}},
                   "@id": "s", "e:p": "o"})",
               "b:s e:p b:o .");
  json_ld_refused(R"({"@context": {"e": "http://e/", "e:p": "e:q"}})", "looks like another");
  json_ld_refused(R"({"@context": {"./p": "http://e/p"}})", "looks like another");
  json_ld_refused(R"({"@context": {"http://e/p": "@type"}})", "looks like another");
}

TEST(JsonLd, RefusesWhatStandsWhereItMayNot) {
  json_ld_refused(R"({"@reverse": {"@id": "x"}})", "@reverse must hold properties");
  json_ld_refused(R"({"@reverse": {"http://e/p": {"@list": []}}})", "a list cannot be");
  json_ld_refused(R"({"@context": {"r": {"@reverse": "http://e/p"}}, "r": {"@list": []}})",
                  "a list cannot be");
  json_ld_refused(R"({"@included": {"@value": "x"}})", "@included must hold nodes");
  json_ld_refused(R"({"@index": true})", "@index must be");
  json_ld_refused(R"({"@context": {"t": {"@id": "@type", "@prefix": true}}})",
                  "cannot be a prefix");
}

TEST(JsonLd, NamesTheLineThatIsNoJson) {
  json_ld_refused("{\n\"@id\": \"s\",\n oops}", "JSON-LD, line 3: ");
  json_ld_refused("{\n\"@id\": \"s\"\n\n", "JSON-LD, line 4: ");
  json_ld_refused("{}\n{}", "JSON-LD, line 2: ");
  json_ld_refused(R"({"@id": "s", "@id": "t"})", "JSON-LD: The member '@id' is given twice");
}

TEST(JsonLdWriter, WritesOneNodeCompactly) {
  Graph graph;
  graph.prefixes = {{"e", "http://e/"}, {"unused", "http://unused/"}, {"xsd", std::string(kXsd)}};
  const Term plan = iri("http://x/plan");
  graph.add(plan, iri(kType), iri("http://e/Plan"));
  graph.add(plan, iri("http://e/count"), literal("3", kInteger));
  graph.add(plan, iri("http://e/at"), literal("now", kDateTime));
  graph.add(plan, iri("http://e/part"), blank("n"));
  graph.add(blank("n"), iri("http://e/name"), literal("a"));
  graph.add(blank("n"), iri("http://e/name"), language_literal("b", "en"));
  EXPECT_EQ(*write_json_ld(graph), R"({
  "@context": {
    "e": "http://e/",
    "xsd": "http://www.w3.org/2001/XMLSchema#"
  },
  "@id": "http://x/plan",
  "@type": "e:Plan",
  "e:count": 3,
  "e:at": {
    "@value": "now",
    "@type": "xsd:dateTime"
  },
  "e:part": {
    "e:name": [
      "a",
      {
        "@value": "b",
        "@language": "en"
      }
    ]
  }
})");
}

TEST(JsonLdWriter, KeepsClearOfPrefixesThatWouldBeMisread) {
  Graph graph;
  // "urn" would turn urn:z into http://e/z; "h" ends in no separator.
  graph.prefixes = {{"urn", "http://e/"}, {"h", "http://e/h"}, {"http", "http://e/x#"}};
  graph.add(iri("urn:z"), iri("http://e/p"), iri("http://e/hello"));
  graph.add(iri("http://e/x#y"), iri("http://e/x#//p"), literal("x"));
  EXPECT_TRUE(isomorphic(graph, *read_json_ld(*write_json_ld(graph), "")));
}

TEST(LegacyJson, ReadsAResource) {
  legacy_says(
      R"({"prefixes": {"e": "http://e/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
                  "rdf:about": "s", "rdf:type": [{"rdf:resource": "http://e/T"}, "http://e/U"],
                  "e:title": "x", "e:n": 3, "e:cost": 0.25, "e:done": false, "e:none": null,
                  "e:link": {"rdf:resource": "o"}, "e:part": [{"e:a": "1"}, {"rdf:about": "i", "e:a": "2"}],
                  "e:same": [{"rdf:nodeID": "n"}, {"rdf:about": "j", "e:p": {"rdf:nodeID": "n", "e:a": "3"}}]})",
      "b:s a e:T, e:U ; e:title 'x' ; e:n 3 ; e:cost 0.25 ; e:done false ; e:link b:o ;"
      "e:part [ e:a '1' ], b:i ; e:same _:n, b:j . b:i e:a '2' . b:j e:p _:n . _:n e:a '3' .");
}

TEST(LegacyJson, TakesLabelsOfLinksForStatementsAboutThem) {
  legacy_says(R"({"prefixes": {"e": "http://e/"}, "rdf:about": "s",
                  "e:link": {"rdf:resource": "o", "e:title": "L"}})",
              "b:s e:link b:o . [] a rdf:Statement ; rdf:subject b:s ; rdf:predicate e:link ;"
              "rdf:object b:o ; e:title 'L' .");
}

TEST(LegacyJson, GivesJsonLdToItsOwnReader) {
  legacy_says(R"({"@id": "s", "http://e/p": "x"})", "b:s e:p 'x' .");
}

TEST(LegacyJson, RefusesWhatIsWrong) {
  legacy_refused("{", "not JSON");
  legacy_refused("[3]", "must be an object");
  legacy_refused(R"({"title": "x"})", "'title' has no prefix");
  legacy_refused(R"({"e:title": "x"})", "not in 'prefixes'");
  legacy_refused(R"({"prefixes": {"e": 3}})", "must stand for an IRI");
  legacy_refused(R"({"prefixes": []})", "'prefixes' must be");
  legacy_refused(R"({"rdf:about": 3})", "must be a string");
  legacy_refused(R"({"rdf:about": "a b"})", "is no IRI");
  legacy_refused(R"({"rdf:resource": "x"})", "not a resource of its own");
  legacy_refused(R"({"rdf:value": [["x"]]})", "may not hold arrays");
  legacy_refused(R"({"rdf:value": {"rdf:resource": "x", "rdf:about": "y"}})",
                 "may not stand beside");
}

TEST(LegacyJsonWriter, PutsEverythingUnderTheRoot) {
  Graph graph;
  graph.prefixes = {{"e", "http://e/"}};
  const Term plan = iri("http://x/plan");
  graph.add(iri("http://x/other"), iri("http://e/title"), literal("t", kXmlLiteral));
  graph.add(plan, iri(kType), iri("http://e/Plan"));
  graph.add(plan, iri("http://e/part"), iri("http://x/other"));
  graph.add(plan, iri("http://e/cost"), literal("0.25", kDecimal));
  graph.add(plan, iri("http://e/price"), literal("1.50", kDecimal));
  EXPECT_EQ(*write_legacy_json(graph, {.root = "http://x/plan"}), R"({
  "prefixes": {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "e": "http://e/"
  },
  "rdf:about": "http://x/plan",
  "rdf:type": [
    {
      "rdf:resource": "http://e/Plan"
    }
  ],
  "e:part": {
    "rdf:about": "http://x/other",
    "e:title": "t"
  },
  "e:cost": 0.25,
  "e:price": "1.50"
})");
}

}  // namespace
}  // namespace mayfly::rdf
