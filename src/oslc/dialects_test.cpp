// What each dialect may say and must say, over everything that we describe: where the published
// texts and their drafts disagree, no document has a word of the other.
#include <array>

#include "oslc/fixture_test.h"
#include "oslc/follow_ups.h"
#include "oslc/plans.h"

namespace mayfly::oslc {
namespace {

using namespace testing;

constexpr std::array kPublishedWords = {core::kFutureAction, core::kExecutes,
                                        automation::kTeardownAction, core::kFinalStatusLocation,
                                        core::kDefaultUsage};
constexpr std::array kDraftWords = {automation::kFutureAction, automation::kExecutes,
                                    core::kTeardownAction, core::kStopAction,
                                    core::kContentFromRepresentation};

// A plan, its running and its ended result, the deployment, and each follow-up in each document.
rdf::Graph everything_in(Dialect dialect) {
  const Addresses here = addresses(dialect);
  rdf::Graph graph = new_graph();
  describe_plan(built_in_plan(Kind::vm), "ann", here, graph);
  Reservation running = ready();
  running.expires_at = at(60);
  Reservation gone = over(releasing(ready(), "x"), Phase::released);
  gone.id = "r-2";
  for (const Reservation* reservation : {&running, &gone}) {
    const Launch launch = launch_of(*reservation, {}, at(10));
    describe_request(launch, here, graph);
    describe_result(launch, here, graph);
    describe_deployment(launch, here, graph);
    describe_redeploy_template(launch, here, graph);
  }
  for (const FollowUp& follow_up : follow_ups()) {
    const Target target{follow_up, running, "vm", "Tonight's"};
    describe_target_plan(target, here, graph);
    describe_target_template(target, here, graph);
    const service::Automation automation{.id = "t-1",
                                         .user = "ann",
                                         .kind = follow_up.kind,
                                         .plan = "vm",
                                         .reservation = "r-1",
                                         .title = "x",
                                         .created_at = at(3),
                                         .until = at(90)};
    describe_asked_request({automation, running}, here, graph);
    describe_asked_result({automation, running}, here, graph);
  }
  return graph;
}

bool uses_word(const rdf::Graph& graph, std::string_view word) {
  for (const rdf::Triple& triple : graph.triples()) {
    if (graph.term(triple.predicate).text == word || graph.term(triple.object).text == word)
      return true;
  }
  return false;
}

bool has_markup(const rdf::Graph& graph) {
  for (const rdf::Triple& triple : graph.triples())
    if (graph.term(triple.object).datatype == rdf::kXmlLiteral) return true;
  return false;
}

TEST(Dialects, PublishedSaysNothingOfTheDraft) {
  const rdf::Graph graph = everything_in(Dialect::published);
  for (const std::string_view word : kPublishedWords) EXPECT_TRUE(uses_word(graph, word)) << word;
  for (const std::string_view word : kDraftWords) EXPECT_FALSE(uses_word(graph, word)) << word;
  EXPECT_TRUE(has_markup(graph));
}

TEST(Dialects, DraftSaysNothingThatCameLater) {
  const rdf::Graph graph = everything_in(Dialect::draft_2014);
  for (const std::string_view word : kDraftWords) EXPECT_TRUE(uses_word(graph, word)) << word;
  for (const std::string_view word : kPublishedWords) EXPECT_FALSE(uses_word(graph, word)) << word;
  EXPECT_FALSE(has_markup(graph));
}

TEST(Dialects, BothSayBoth) {
  const rdf::Graph graph = everything_in(Dialect::both);
  for (const std::string_view word : kPublishedWords) EXPECT_TRUE(uses_word(graph, word)) << word;
  for (const std::string_view word : kDraftWords) EXPECT_TRUE(uses_word(graph, word)) << word;
}

// A client of either text that knows one word for each thing finds the same things.
TEST(Dialects, LeadToTheSameActions) {
  const std::string plan = "http://mayfly.test/oslc/users/ann/plans/vm";
  const rdf::Graph both = everything_in(Dialect::both);
  const auto announced = texts(both, plan, core::kFutureAction);
  EXPECT_EQ(announced, texts(both, plan, automation::kFutureAction));
  EXPECT_EQ(announced, texts(everything_in(Dialect::published), plan, core::kFutureAction));
  EXPECT_EQ(announced, texts(everything_in(Dialect::draft_2014), plan, automation::kFutureAction));
}

// One naive step: the binding of an action has one body, whatever it is (3.4).
TEST(Dialects, HaveOneBodyForEachBinding) {
  for (const Dialect dialect : {Dialect::both, Dialect::published, Dialect::draft_2014}) {
    const rdf::Graph graph = everything_in(dialect);
    for (const rdf::Id subject : graph.subjects()) {
      const rdf::Term& thing = graph.term(subject);
      if (!graph.contains(thing, rdf::iri(rdf::kType), rdf::iri(http_terms::kRequest))) continue;
      EXPECT_EQ(graph.objects(thing, http_terms::kBody).size(), 1u) << thing.text;
      EXPECT_EQ(graph.objects(thing, http_terms::kRequestURI).size(), 1u) << thing.text;
    }
  }
}

}  // namespace
}  // namespace mayfly::oslc
