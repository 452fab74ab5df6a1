#include "oslc/launches.h"

#include "oslc/fixture_test.h"
#include "oslc/states.h"
#include "oslc/teardowns.h"

namespace mayfly::oslc {
namespace {

using namespace testing;

constexpr char kResult[] = "http://mayfly.test/oslc/users/ann/results/r-1";
constexpr char kRequestIri[] = "http://mayfly.test/oslc/users/ann/requests/r-1";
constexpr char kDeployed[] = "http://mayfly.test/oslc/users/ann/deployments/r-1";

rdf::Graph result_of(const Reservation& reservation, Dialect dialect = Dialect::both,
                     std::optional<service::Automation> said = {}) {
  rdf::Graph graph = new_graph();
  describe_result(launch_of(reservation, std::move(said), at(10)), addresses(dialect), graph);
  return graph;
}

rdf::Graph deployment_of(const Reservation& reservation) {
  rdf::Graph graph = new_graph();
  describe_deployment(launch_of(reservation, {}, at(10)), addresses(), graph);
  return graph;
}

TEST(LaunchState, IsQueuedThenInProgressThenCompleteAndPassed) {
  using namespace automation;
  EXPECT_EQ(launch_progress(pending()), (Progress{kQueued, kUnavailable}));
  EXPECT_EQ(launch_progress(provisioning()), (Progress{kInProgress, kUnavailable}));
  EXPECT_EQ(launch_progress(ready()), (Progress{kComplete, kPassed}));
}

TEST(LaunchState, StaysCompleteAndPassedWhateverBecomesOfWhatItMade) {
  using namespace automation;
  const Progress passed{kComplete, kPassed};
  EXPECT_EQ(launch_progress(releasing(ready(), "its owner asked for it")), passed);
  EXPECT_EQ(launch_progress(over(releasing(ready(), "x"), Phase::released)), passed);
  EXPECT_EQ(launch_progress(over(releasing(ready(), "lost"), Phase::failed)), passed);
}

TEST(LaunchState, OfWhatIsCalledOffIsCancelingThenCanceled) {
  using namespace automation;
  const Reservation called_off = releasing(provisioning(), "its owner asked for it");
  EXPECT_EQ(launch_progress(called_off), (Progress{kCanceling, kUnavailable}));
  EXPECT_EQ(launch_progress(over(called_off, Phase::released)),
            (Progress{kCanceled, kUnavailable}));
}

TEST(LaunchState, OfAFailureIsInProgressUntilNothingIsLeftThenCompleteAndFailed) {
  using namespace automation;
  Reservation failing = releasing(provisioning(), "no capacity");
  failing.failing = true;
  EXPECT_EQ(launch_progress(failing), (Progress{kInProgress, kUnavailable}));
  EXPECT_EQ(launch_progress(over(failing, Phase::failed)), (Progress{kComplete, kFailed}));
}

TEST(LaunchState, IsAnErrorWhenNothingWasEvenTried) {
  const Reservation untried = over(releasing(pending(), "the key is refused"), Phase::failed);
  EXPECT_EQ(launch_progress(untried), (Progress{automation::kComplete, automation::kError}));
}

TEST(Result, HasWhatTheShapeDemands) {
  const rdf::Graph graph = result_of(ready());
  EXPECT_TRUE(has(graph, kResult, rdf::kType, automation::kAutomationResult));
  EXPECT_EQ(texts(graph, kResult, dublin::kIdentifier), std::vector<std::string>{"r-1"});
  EXPECT_EQ(texts(graph, kResult, dublin::kTitle).size(), 1u);
  EXPECT_TRUE(has(graph, kResult, automation::kState, automation::kComplete));
  EXPECT_TRUE(has(graph, kResult, automation::kVerdict, automation::kPassed));
  EXPECT_TRUE(has(graph, kResult, automation::kProducedByAutomationRequest, kRequestIri));
  EXPECT_TRUE(has(graph, kResult, automation::kReportsOnAutomationPlan,
                  "http://mayfly.test/oslc/users/ann/plans/vm"));
  EXPECT_TRUE(has(graph, kResult, automation::kContribution, kDeployed));
}

TEST(Result, CopiesItsInputAndSaysWhatCameOut) {
  const rdf::Graph graph = result_of(ready());
  EXPECT_EQ(parameter(graph, kResult, automation::kInputParameter, "vcpus"),
            std::vector<std::string>{"2"});
  EXPECT_EQ(parameter(graph, kResult, automation::kOutputParameter, "public_ip"),
            std::vector<std::string>{"203.0.113.7"});
}

TEST(Result, SaysNothingOfWhatComesOutBeforeItIsComplete) {
  EXPECT_TRUE(texts(result_of(provisioning()), kResult, automation::kOutputParameter).empty());
}

TEST(Result, TellsWhatCameOutAsItWasFirstTold) {
  Reservation moved = ready();
  moved.attempts.front().machines.front().instance.public_ip = "203.0.113.8";
  const service::Automation kept{
      .outputs = {{{"public_ip", "203.0.113.7", std::string(rdf::kString)}}}};
  const rdf::Graph graph = result_of(moved, Dialect::both, kept);
  EXPECT_EQ(parameter(graph, kResult, automation::kOutputParameter, "public_ip"),
            std::vector<std::string>{"203.0.113.7"});
  EXPECT_EQ(parameter(deployment_of(moved), kDeployed, automation::kOutputParameter, "public_ip"),
            std::vector<std::string>{"203.0.113.8"});
}

TEST(Result, OfAFailureHasItsReasons) {
  Reservation failed = over(releasing(provisioning(), "No offer is left"), Phase::failed);
  failed.attempts.front().reason = "no capacity";
  const rdf::Graph graph = result_of(failed);
  EXPECT_EQ(texts(graph, kResult, dublin::kDescription),
            std::vector<std::string>{"No offer is left"});
  EXPECT_EQ(texts(graph, kResult, ours::kReason),
            std::vector<std::string>{"aws eu-west-1 t3.medium: no capacity"});
}

TEST(Result, KeepsParametersThatMeanNothingToUs) {
  const service::Automation said{.plan = "template:web",
                                 .title = "Tonight's",
                                 .parameters = {{"colour", "red", std::string(rdf::kString)}}};
  const rdf::Graph graph = result_of(ready(), Dialect::both, said);
  EXPECT_EQ(parameter(graph, kResult, automation::kInputParameter, "colour"),
            std::vector<std::string>{"red"});
  EXPECT_EQ(texts(graph, kResult, dublin::kTitle), std::vector<std::string>{"Tonight's"});
  EXPECT_TRUE(has(graph, kResult, automation::kReportsOnAutomationPlan,
                  "http://mayfly.test/oslc/users/ann/plans/template:web"));
}

TEST(Result, OffersItsTeardownOnlyWhileThereIsSomethingToEnd) {
  EXPECT_EQ(texts(result_of(ready()), kResult, core::kAction),
            std::vector<std::string>{std::string(kResult) + "#teardown"});
  EXPECT_TRUE(texts(result_of(provisioning()), kResult, core::kAction).empty());
  EXPECT_TRUE(texts(result_of(releasing(ready(), "x")), kResult, core::kAction).empty());
}

TEST(Result, OffersToDeployAgainOnceNothingIsLeft) {
  const std::string redeploy = std::string(kResult) + "#redeploy";
  for (const Phase phase : {Phase::released, Phase::failed}) {
    const rdf::Graph graph = result_of(over(releasing(ready(), "x"), phase));
    EXPECT_EQ(texts(graph, kResult, core::kAction), std::vector<std::string>{redeploy});
    const auto binding = graph.object(rdf::iri(redeploy), core::kBinding);
    ASSERT_TRUE(binding);
    EXPECT_EQ(graph.object(*binding, http_terms::kRequestURI),
              rdf::iri("http://mayfly.test/oslc/users/ann/requests"));
    const auto body = graph.object(*binding, http_terms::kBody);
    ASSERT_TRUE(body);
    EXPECT_TRUE(has(graph, body->text, rdf::kType, automation::kAutomationRequest));
  }
}

TEST(Deployment, TellsWhoWhenAndWhetherItMustBeTornDown) {
  const rdf::Graph graph = deployment_of(ready());
  EXPECT_TRUE(has(graph, kDeployed, ours::kState, ours::kActive));
  EXPECT_TRUE(has(graph, kDeployed, ours::kTeardown, ours::kTeardownRequired));
  EXPECT_EQ(texts(graph, kDeployed, ours::kMayTearDown), std::vector<std::string>{"ann"});
  EXPECT_TRUE(texts(graph, kDeployed, ours::kChargingStopped).empty());
}

TEST(Deployment, WithALeaseMayBeLeftToItsEnd) {
  Reservation leased = ready();
  leased.expires_at = at(60);
  const rdf::Graph graph = deployment_of(leased);
  EXPECT_TRUE(has(graph, kDeployed, ours::kTeardown, ours::kTeardownOptional));
  EXPECT_EQ(texts(graph, kDeployed, ours::kExpires), std::vector<std::string>{to_string(at(60))});
}

TEST(Deployment, IsChargedUntilItsTeardownWasAskedFor) {
  const rdf::Graph graph = deployment_of(over(releasing(ready(), "x"), Phase::released));
  EXPECT_TRUE(has(graph, kDeployed, ours::kState, ours::kTornDown));
  EXPECT_TRUE(has(graph, kDeployed, ours::kTeardown, ours::kTeardownImpossible));
  EXPECT_EQ(texts(graph, kDeployed, ours::kChargingStopped),
            std::vector<std::string>{to_string(at(5))});
  EXPECT_EQ(texts(graph, kDeployed, ours::kTornDownAt), std::vector<std::string>{to_string(at(6))});
}

// ---- teardown

constexpr char kStop[] = "http://mayfly.test/oslc/users/ann/plans/vm/future-stop";
constexpr char kAction[] = "http://mayfly.test/oslc/users/ann/results/r-1#teardown";
constexpr char kBinding[] =
    "http://mayfly.test/oslc/users/ann/plans/vm/future-stop/creation?targetId=r-1";
constexpr char kTemplate[] =
    "http://mayfly.test/oslc/users/ann/plans/vm/future-stop/request-template?targetId=r-1";
constexpr char kStopPlan[] = "http://mayfly.test/oslc/users/ann/plans/vm/future-stop?targetId=r-1";

// The worked example of the temporary-deployment scenario, triple by triple.
TEST(TeardownAction, IsWhatBothTheTextAndItsDraftDescribe) {
  const rdf::Graph graph = result_of(ready());
  EXPECT_TRUE(has(graph, kResult, core::kAction, kAction));
  for (const std::string_view type :
       {core::kActionType, automation::kTeardownAction, core::kTeardownAction, core::kStopAction})
    EXPECT_TRUE(has(graph, kAction, rdf::kType, type)) << type;
  EXPECT_TRUE(has(graph, kAction, core::kExecutes, kStop));
  EXPECT_TRUE(has(graph, kAction, automation::kExecutes, kStop));
  EXPECT_TRUE(has(graph, kAction, core::kBinding, kBinding));
  EXPECT_TRUE(has(graph, kBinding, rdf::kType, http_terms::kRequest));
  EXPECT_EQ(texts(graph, kBinding, http_terms::kHttpVersion), std::vector<std::string>{"1.1"});
  EXPECT_TRUE(has(graph, kBinding, http_terms::kMthd, kPost));
  EXPECT_TRUE(has(graph, kBinding, http_terms::kRequestURI, kBinding));
  EXPECT_TRUE(has(graph, kBinding, core::kUsage, core::kDefaultUsage));
  EXPECT_TRUE(has(graph, kBinding, core::kFinalStatusLocation, automation::kAutomationResult));
  EXPECT_TRUE(has(graph, kBinding, http_terms::kBody, kTemplate));
  EXPECT_TRUE(has(graph, kTemplate, rdf::kType, automation::kAutomationRequest));
  EXPECT_TRUE(has(graph, kTemplate, rdf::kType, core::kContentFromRepresentation));
  EXPECT_TRUE(has(graph, kTemplate, kValue, kTemplate));
  EXPECT_TRUE(has(graph, kTemplate, automation::kState, automation::kNewState));
  EXPECT_TRUE(has(graph, kTemplate, automation::kExecutesAutomationPlan, kStopPlan));
}

TEST(TeardownAction, OfThePublishedTextHasNothingOfTheDraft) {
  const rdf::Graph graph = result_of(ready(), Dialect::published);
  EXPECT_TRUE(has(graph, kAction, rdf::kType, automation::kTeardownAction));
  EXPECT_FALSE(has(graph, kAction, rdf::kType, core::kTeardownAction));
  EXPECT_FALSE(has(graph, kAction, rdf::kType, core::kStopAction));
  EXPECT_FALSE(has(graph, kAction, automation::kExecutes, kStop));
  EXPECT_FALSE(has(graph, kTemplate, rdf::kType, core::kContentFromRepresentation));
}

TEST(TeardownAction, OfTheDraftHasNothingOfThePublishedText) {
  const rdf::Graph graph = result_of(ready(), Dialect::draft_2014);
  EXPECT_TRUE(has(graph, kAction, rdf::kType, core::kStopAction));
  EXPECT_FALSE(has(graph, kAction, rdf::kType, automation::kTeardownAction));
  EXPECT_FALSE(has(graph, kAction, core::kExecutes, kStop));
  EXPECT_TRUE(texts(graph, kBinding, core::kFinalStatusLocation).empty());
  const auto body = graph.object(rdf::iri(kBinding), http_terms::kBody);
  ASSERT_TRUE(body);
  EXPECT_EQ(graph.object(*body, kValue), rdf::iri(kTemplate));
  EXPECT_EQ(graph.object(rdf::iri(kAction), dublin::kTitle)->datatype, rdf::kString);
}

service::Automation asked_at(int minute) {
  return {.id = "t-1",
          .user = "ann",
          .kind = service::AutomationKind::teardown,
          .plan = "vm",
          .reservation = "r-1",
          .title = "Tear down",
          .created_at = at(minute)};
}

std::string story(const Reservation& reservation, int minute) {
  rdf::Graph graph = new_graph();
  describe_stop_result(asked_at(minute), reservation, addresses(), graph);
  const auto told =
      texts(graph, "http://mayfly.test/oslc/users/ann/plans/vm/future-stop/results/t-1",
            dublin::kDescription);
  return told.empty() ? "" : told.front();
}

TEST(Teardown, IsInProgressUntilNothingIsLeftThenCompleteAndPassed) {
  using namespace automation;
  const Reservation under_way = releasing(ready(), "x");
  EXPECT_EQ(teardown_progress(under_way), (Progress{kInProgress, kUnavailable}));
  EXPECT_EQ(teardown_progress(over(under_way, Phase::released)), (Progress{kComplete, kPassed}));
}

TEST(Teardown, OfWhatIsGonePassesAndSaysSo) {
  const Reservation gone = over(releasing(ready(), "x"), Phase::released);
  EXPECT_NE(story(gone, 7).find("already torn down"), std::string::npos);
  EXPECT_NE(story(gone, 5).find("It was torn down at"), std::string::npos);
}

}  // namespace
}  // namespace mayfly::oslc
