// The small languages of queries, and where they lead.
#include <gtest/gtest.h>

#include "oslc/description.h"
#include "oslc/fixture_test.h"
#include "oslc/query_narrowing.h"
#include "oslc/query_question.h"
#include "oslc/query_search.h"
#include "rdf/format.h"

namespace mayfly::oslc {
namespace {

using service::Walk;
using testing::addresses;
using testing::at;

constexpr char kMember1[] = "http://mayfly.test/#r";

rdf::Graph described(std::string_view turtle) {
  const std::string prefixes = R"(
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix oslc: <http://open-services.net/ns/core#> .
    @prefix oslc_auto: <http://open-services.net/ns/auto#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . )";
  auto graph =
      rdf::read(rdf::Format::turtle, prefixes + std::string(turtle), "http://mayfly.test/");
  EXPECT_TRUE(graph) << graph.error().message;
  return *std::move(graph);
}

std::vector<QueryTerm> where(std::string_view text) {
  auto terms = read_where(text, new_graph().prefixes);
  EXPECT_TRUE(terms) << text << ": " << terms.error().message;
  return terms ? *std::move(terms) : std::vector<QueryTerm>{};
}

// ---- nested terms

TEST(NestedTerms, HoldOfOneAndTheSameValue) {
  const rdf::Graph graph = described(R"(
    <#r> oslc_auto:inputParameter [ oslc:name "cpu" ; rdf:value 2 ], [ oslc:name "disk" ; rdf:value 8 ] ;
      oslc_auto:executesAutomationPlan <#p> . <#p> dcterms:identifier "vm" .)");
  const auto is_hit = [&](std::string_view text) { return fits(graph, kMember1, where(text)); };
  EXPECT_TRUE(is_hit("oslc_auto:inputParameter{oslc:name=\"cpu\" and rdf:value=2}"));
  EXPECT_TRUE(
      is_hit("oslc_auto:inputParameter { oslc:name=\"cpu\" } and "
             "oslc_auto:inputParameter{rdf:value>=8}"));
  EXPECT_FALSE(is_hit("oslc_auto:inputParameter{oslc:name=\"cpu\" and rdf:value=8}"));
  EXPECT_FALSE(is_hit("oslc_auto:outputParameter{oslc:name=\"cpu\"}"));
  EXPECT_TRUE(is_hit("oslc_auto:executesAutomationPlan{dcterms:identifier=\"vm\"}"));
  EXPECT_TRUE(is_hit("oslc_auto:executesAutomationPlan{dcterms:identifier!=\"cluster\"}"));
  EXPECT_TRUE(is_hit("*{dcterms:identifier in [\"vm\",\"x\"]}"));
}

// ---- order

std::vector<SortTerm> order(std::string_view text) {
  auto terms = read_order(text, new_graph().prefixes);
  EXPECT_TRUE(terms) << text << ": " << terms.error().message;
  return terms ? *std::move(terms) : std::vector<SortTerm>{};
}

TEST(OrderBy, IsReadWithSignsAndBraces) {
  const auto terms = order("+dcterms:title,-dcterms:created, oslc:action{-dcterms:title}");
  ASSERT_EQ(terms.size(), 3u);
  EXPECT_FALSE(terms[0].descending);
  EXPECT_TRUE(terms[1].descending);
  EXPECT_EQ(terms[2].path.size(), 2u);
  EXPECT_TRUE(terms[2].descending);
  // As a plus arrives that nobody has encoded.
  EXPECT_EQ(order(" dcterms:title"), order("+dcterms:title"));
}

TEST(OrderBy, RefusesWhatItDoesNotUnderstand) {
  for (const char* wrong : {"", "+", "+title", "+nope:title", "+dcterms:title,", "+dcterms:title{",
                            "dcterms:title{}", "+oslc:score", "dcterms:title{+oslc:score}"}) {
    const auto terms = read_order(wrong, new_graph().prefixes);
    ASSERT_FALSE(terms) << wrong;
    EXPECT_EQ(terms.error().status, 400) << wrong;
  }
}

TEST(OrderBy, ComparesAsTheTypesDoAndPutsWhoHasNothingLast) {
  const rdf::Graph graph = described(R"(
    <#2> oslc_auto:progress 2 ; dcterms:created "2026-01-02T03:04:05Z"^^xsd:dateTime ; dcterms:title "b", "d" .
    <#10> oslc_auto:progress 10 ; dcterms:created "2026-01-02T03:04:05.5Z"^^xsd:dateTime ; dcterms:title "c" .
    <#none> dcterms:identifier "x" .)");
  const auto is_first = [&](std::string_view one, std::string_view other, const char* text) {
    const auto terms = order(text);
    const std::string base = "http://mayfly.test/#";
    return compare_keys(keys_of(graph, base + std::string(one), terms),
                        keys_of(graph, base + std::string(other), terms), terms) < 0;
  };
  EXPECT_TRUE(is_first("2", "10", "+oslc_auto:progress"));
  EXPECT_TRUE(is_first("10", "2", "-oslc_auto:progress"));
  EXPECT_TRUE(is_first("2", "10", "+dcterms:created"));
  // Of several values the first in this order.
  EXPECT_TRUE(is_first("2", "10", "+dcterms:title"));
  EXPECT_TRUE(is_first("2", "10", "-dcterms:title"));
  for (const char* text : {"+oslc_auto:progress", "-oslc_auto:progress", "-dcterms:title"}) {
    EXPECT_TRUE(is_first("2", "none", text)) << text;
    EXPECT_FALSE(is_first("none", "2", text)) << text;
  }
  EXPECT_TRUE(is_first("2", "10", "+oslc:unknown,+oslc_auto:progress"));
}

TEST(PageStart, ComesBackAsItWasWritten) {
  const PageStart start{.before = 200,
                        .id = "template:a,b",
                        .keys = {{SortKey::Kind::number, -5, {}},
                                 {SortKey::Kind::moment, 1'700'000'000'000'000, {}},
                                 {SortKey::Kind::text, 0, "a, b & %2C \xc3\xa9"},
                                 {}}};
  EXPECT_EQ(parse_start(print_start(start)), start);
  PageStart searched = start;
  searched.until = Time{} + 1'700'000'000'000ms;
  EXPECT_EQ(parse_start(print_start(searched)), searched);
  for (const char* wrong : {"", "x", "1", "1,", ",r-1", "1,r-1,", "1@,r-1", "1@x,r-1", "1@5",
                            "1,r-1,q", "1,r-1,nx", "1,%zz", "-1,r-1", "99999999999999999999,r-1"})
    EXPECT_FALSE(parse_start(wrong)) << wrong;
}

// ---- search

int score(std::string_view text) {
  const std::vector<std::string> texts = {
      print_search_texts({{"r-1", "Nightly & build"}, {"for the web team", "203.0.113.7"}}),
      print_search_texts({{}, {"template:shop"}})};
  const auto terms = read_search_terms(text, new_graph().prefixes);
  EXPECT_TRUE(terms) << text;
  return terms ? score_of(texts, *terms) : -1;
}

TEST(SearchTerms, ScoreByHowNearTheyAre) {
  EXPECT_EQ(score("\"nightly & build\""), 100);
  EXPECT_EQ(score("\"R-1\""), 100);
  EXPECT_GT(score("\"nightly\""), score("\"night\""));
  EXPECT_GT(score("\"build\""), score("\"web\""));  // what names it is nearer than what is about it
  EXPECT_GT(score("\"shop\""), 0);
  EXPECT_GT(score("\"203.0.113.7\""), 0);
  EXPECT_GT(score("\"nightly\",\"web\""), score("\"nightly\",\"nothing\""));
  EXPECT_GT(score("\"nothing\",\"web\""), 0);
}

TEST(SearchTerms, FitWhereAWordBegins) {
  EXPECT_GT(score("\"113\""), 0);
  EXPECT_GT(score("\"& bui\""), 0);
  EXPECT_EQ(score("\"ightly\""), 0);
  EXPECT_EQ(score("\"ly & build\""), 0);
  EXPECT_EQ(score("\"&\""), 0);  // no word at all
}

TEST(SearchTerms, OfAPlanAreItsTitleIdentifierAndDescription) {
  const rdf::Graph graph = described(R"(
    <#r> dcterms:title "Web &amp; shop"^^rdf:XMLLiteral ; dcterms:identifier "template:shop" ;
      dcterms:description "for the team" ; oslc_auto:state oslc_auto:complete .)");
  EXPECT_EQ(search_texts_of(graph, kMember1),
            (SearchTexts{{"Web & shop", "template:shop"}, {"for the team"}}));
}

TEST(SearchTerms, AreTextsInQuotes) {
  for (const char* wrong : {"", "web", "\"\"", "\"a", "\"a\",", "\"a\" \"b\"", "<http://a>"}) {
    const auto terms = read_search_terms(wrong, new_graph().prefixes);
    ASSERT_FALSE(terms) << wrong;
    EXPECT_EQ(terms.error().status, 400);
  }
}

// ---- narrowing

Narrowing narrowed(std::string_view text, Place members = Place::results) {
  return narrow(where(text), members, addresses(), "ann");
}

std::vector<std::string> courses(const Narrowing& narrowing) {
  std::vector<std::string> all;
  for (const Walk& walk : narrowing.walks) {
    if (walk.of == Walk::Of::course) all.push_back(engine::on_course("ann", walk.course));
  }
  return all;
}

bool walks_along(const Narrowing& narrowing, Walk::Of of) {
  return std::ranges::find(narrowing.walks, of, &Walk::of) != narrowing.walks.end();
}

TEST(Narrowing, TakesTheIdsThatAQuestionNames) {
  using Ids = std::vector<std::string>;
  const std::string base = std::string(testing::kBase) + "/oslc/users/ann/";
  EXPECT_EQ(narrowed("dcterms:identifier in [\"r-2\",\"t-1\",\"r-2\",\"not an id\"]").ids,
            (Ids{"r-2", "t-1"}));
  EXPECT_EQ(narrowed("oslc_auto:producedByAutomationRequest=<" + base + "requests/r-1>").ids,
            Ids{"r-1"});
  EXPECT_EQ(narrowed("oslc_auto:producedByAutomationRequest{dcterms:identifier=\"r-1\"}").ids,
            Ids{"r-1"});
  // Nobody else's, and nothing that is not ours.
  EXPECT_EQ(narrowed("oslc_auto:producedByAutomationRequest=<http://mayfly.test/oslc/users/bob/"
                     "requests/r-1>")
                .ids,
            Ids{});
  EXPECT_FALSE(narrowed("dcterms:identifier>\"r-1\"").ids);
}

TEST(Narrowing, WalksAlongWhatIsThatFar) {
  const Narrowing busy = narrowed("oslc_auto:state=oslc_auto:inProgress");
  EXPECT_FALSE(walks_along(busy, Walk::Of::launches));
  const auto of = courses(busy);
  EXPECT_NE(std::ranges::find(of, "ann/provisioning"), of.end());
  EXPECT_EQ(std::ranges::find(of, "ann/ready/was-ready"), of.end());
  EXPECT_EQ(std::ranges::find(of, "ann/released/was-ready"), of.end());
  EXPECT_TRUE(busy.unfinished_teardowns);
  const auto failed = courses(narrowed("oslc_auto:verdict in [oslc_auto:failed, oslc_auto:error]"));
  EXPECT_EQ(failed, (std::vector<std::string>{"ann/released", "ann/failed"}));
  EXPECT_EQ(courses(narrowed("oslc_auto:contribution{mayfly:state=mayfly:TearingDown}")).size(),
            6u);
  // Requests have no verdict: to be unequal to one says nothing.
  EXPECT_TRUE(walks_along(narrowed("oslc_auto:verdict!=oslc_auto:passed", Place::requests),
                          Walk::Of::launches));
  EXPECT_TRUE(walks_along(narrowed("dcterms:title=\"x\""), Walk::Of::launches));
}

TEST(Narrowing, WalksAlongThePlan) {
  const Narrowing saved =
      narrowed("oslc_auto:reportsOnAutomationPlan{dcterms:identifier=\"template:web\"}");
  ASSERT_EQ(saved.walks.size(), 1u);
  EXPECT_EQ(saved.walks[0].of, Walk::Of::plan);
  EXPECT_EQ(saved.walks[0].key, "template:web");
  const Narrowing target = narrowed(
      "oslc_auto:reportsOnAutomationPlan=<http://mayfly.test/oslc/users/ann/plans/vm/"
      "future-stop?targetId=r-1>");
  EXPECT_EQ(target.followed_up, std::vector<std::string>{"r-1"});
  EXPECT_TRUE(target.walks.empty());
  // What was launched over REST is of a built-in plan, and only looking at it tells.
  EXPECT_TRUE(walks_along(narrowed("oslc_auto:reportsOnAutomationPlan{dcterms:identifier=\"vm\"}"),
                          Walk::Of::launches));
}

TEST(Narrowing, LeavesRoomForClocks) {
  const Narrowing narrowing = narrowed(
      "dcterms:created>=\"2026-01-02T00:00:00Z\" and "
      "dcterms:created<\"2026-01-03T00:00:00Z\"");
  EXPECT_EQ(narrowing.from, *parse_time("2026-01-01T23:59:00Z"));
  EXPECT_EQ(narrowing.until, *parse_time("2026-01-03T00:01:00Z"));
}

}  // namespace
}  // namespace mayfly::oslc
