#include "oslc/launches.h"

#include "oslc/description.h"
#include "oslc/fixture_test.h"
#include "oslc/states.h"

namespace mayfly::oslc {
namespace {

using namespace testing;

constexpr char kRequestIri[] = "http://mayfly.test/oslc/users/ann/requests/r-1";
constexpr char kDeployed[] = "http://mayfly.test/oslc/users/ann/deployments/r-1";

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

}  // namespace
}  // namespace mayfly::oslc
