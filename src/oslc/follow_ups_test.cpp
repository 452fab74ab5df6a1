// What follows a launch: the actions of both texts, and how each kind goes.
#include "oslc/follow_ups.h"

#include "oslc/fixture_test.h"
#include "oslc/launches.h"
#include "oslc/plans.h"

namespace mayfly::oslc {
namespace {

using namespace testing;

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
  const service::Automation asked = asked_at(minute);
  describe_asked_result({asked, reservation}, addresses(), graph);
  const auto told =
      texts(graph, "http://mayfly.test/oslc/users/ann/plans/vm/future-stop/results/t-1",
            dublin::kDescription);
  return told.empty() ? "" : told.front();
}

TEST(Teardown, IsInProgressUntilNothingIsLeftThenCompleteAndPassed) {
  using namespace automation;
  const Reservation under_way = releasing(ready(), "x");
  const service::Automation asked = asked_at(5);
  EXPECT_EQ(follow_up_progress({asked, under_way}), (Progress{kInProgress, kUnavailable}));
  const Reservation released = over(under_way, Phase::released);
  EXPECT_EQ(follow_up_progress({asked, released}), (Progress{kComplete, kPassed}));
}

TEST(Teardown, OfWhatIsGonePassesAndSaysSo) {
  const Reservation gone = over(releasing(ready(), "x"), Phase::released);
  EXPECT_NE(story(gone, 7).find("already torn down"), std::string::npos);
  EXPECT_NE(story(gone, 5).find("It was torn down at"), std::string::npos);
}

// ---- extension and restart

Reservation leased() {
  Reservation reservation = ready();
  reservation.expires_at = at(60);
  return reservation;
}

TEST(FollowUps, AreOfferedWhileThereIsSomethingToDo) {
  const auto actions = [](const Reservation& reservation) {
    return texts(result_of(reservation), kResult, core::kAction);
  };
  const std::string result = kResult;
  EXPECT_EQ(actions(leased()),
            (std::vector{result + "#teardown", result + "#extend", result + "#restart"}));
  EXPECT_EQ(actions(ready()), (std::vector{result + "#teardown", result + "#restart"}));
  EXPECT_TRUE(actions(provisioning()).empty());
  EXPECT_TRUE(actions(releasing(leased(), "x")).empty());
}

// What Actions 2.0 wants of each (P89-P95), whatever it does.
TEST(FollowUps, HaveOneShape) {
  const rdf::Graph graph = result_of(leased());
  for (const FollowUp& follow_up : follow_ups()) {
    const std::string action = std::string(kResult) + "#" + std::string(follow_up.fragment);
    const std::string future =
        "http://mayfly.test/oslc/users/ann/plans/vm/" + std::string(follow_up.segment);
    EXPECT_TRUE(has(graph, action, rdf::kType, core::kActionType));
    EXPECT_TRUE(has(graph, action, rdf::kType, follow_up.type));
    EXPECT_EQ(texts(graph, action, dublin::kTitle).size(), 1u);
    EXPECT_EQ(texts(graph, action, core::kExecutes), std::vector{future});
    const std::string binding = future + "/creation?targetId=r-1";
    EXPECT_EQ(texts(graph, action, core::kBinding), std::vector{binding});
    EXPECT_TRUE(has(graph, binding, rdf::kType, http_terms::kRequest));
    EXPECT_TRUE(has(graph, binding, http_terms::kMthd, kPost));
    const std::string body = future + "/request-template?targetId=r-1";
    EXPECT_TRUE(has(graph, binding, http_terms::kBody, body));
    EXPECT_TRUE(has(graph, body, rdf::kType, automation::kAutomationRequest));
    EXPECT_TRUE(has(graph, body, automation::kExecutesAutomationPlan, future + "?targetId=r-1"));
  }
}

TEST(FollowUps, AreAnnouncedByEachPlanWithoutABinding) {
  rdf::Graph graph = new_graph();
  describe_plan(built_in_plan(Kind::vm), "ann", addresses(), graph);
  const std::vector<std::string> announced =
      texts(graph, "http://mayfly.test/oslc/users/ann/plans/vm", core::kFutureAction);
  EXPECT_EQ(announced.size(), follow_ups().size());
  for (const std::string& action : announced) {
    EXPECT_TRUE(has(graph, action, rdf::kType, core::kActionType)) << action;
    EXPECT_TRUE(texts(graph, action, core::kBinding).empty()) << action;
  }
}

TEST(Extension, HasAParameterWithADefault) {
  rdf::Graph graph = new_graph();
  const Reservation reservation = leased();
  describe_target_plan({follow_up_of(service::AutomationKind::extension), reservation, "vm", "x"},
                       addresses(), graph);
  const std::string plan = "http://mayfly.test/oslc/users/ann/plans/vm/future-extend?targetId=r-1";
  EXPECT_TRUE(has(graph, plan, rdf::kType, automation::kAutomationPlan));
  const auto definitions = graph.objects(rdf::iri(plan), automation::kParameterDefinition);
  ASSERT_EQ(definitions.size(), 3u);
  EXPECT_EQ(graph.object(definitions[0], core::kName)->text, "extend");
  EXPECT_EQ(graph.object(definitions[0], core::kDefaultValue)->text, "1h");
  EXPECT_EQ(graph.object(definitions[1], core::kName)->text, "from");
  EXPECT_FALSE(graph.object(definitions[1], core::kDefaultValue));
  EXPECT_EQ(graph.object(definitions[2], core::kReadOnly)->text, "true");
}

// So that it may be sent again: what it says does not depend on when it arrives.
TEST(Extension, HasATemplateThatSaysWhatItCountsFrom) {
  rdf::Graph graph = new_graph();
  const Reservation reservation = leased();
  describe_target_template(
      {follow_up_of(service::AutomationKind::extension), reservation, "vm", "x"}, addresses(),
      graph);
  const std::string body =
      "http://mayfly.test/oslc/users/ann/plans/vm/future-extend/request-template?targetId=r-1";
  EXPECT_EQ(parameter(graph, body, automation::kInputParameter, "extend"),
            std::vector<std::string>{"1h"});
  EXPECT_EQ(parameter(graph, body, automation::kInputParameter, "from"),
            std::vector{to_string(at(60))});
}

TEST(Extension, ReadsHowLong) {
  const auto read = read_extension({});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->by, 1h);
  EXPECT_EQ(read->from, std::nullopt);
  EXPECT_EQ(read_extension({{"extend", "90m", ""}, {"colour", "red", ""}})->by, 90min);
  EXPECT_EQ(read_extension({{"from", to_string(at(60)), ""}})->from, at(60));
  for (const char* wrong : {"", "tomorrow", "1h", "2026-13-01T00:00:00Z"})
    EXPECT_FALSE(read_extension({{"from", wrong, ""}})) << wrong;
  EXPECT_FALSE(read_extension({{"from", to_string(at(1)), ""}, {"from", to_string(at(1)), ""}}));
  for (const char* wrong : {"", "soon", "0s", "-1h", "999999999999d"})
    EXPECT_FALSE(read_extension({{"extend", wrong, ""}})) << wrong;
  EXPECT_FALSE(read_extension({{"extend", "1h", ""}, {"extend", "1h", ""}}));
  EXPECT_FALSE(read_extension({{"expires_at", "2027-01-01T00:00:00Z", ""}}));
}

service::Automation asked_for(service::AutomationKind kind) {
  service::Automation asked = asked_at(3);
  asked.kind = kind;
  asked.open = true;
  return asked;
}

TEST(Extension, HasPassedWhenTheLeaseIsLongerAndSaysUntilWhen) {
  service::Automation asked = asked_for(service::AutomationKind::extension);
  asked.until = at(120);
  const Reservation reservation = leased();
  EXPECT_EQ(follow_up_progress({asked, reservation}),
            (Progress{automation::kInProgress, automation::kUnavailable}));
  asked.open = false;
  EXPECT_EQ(follow_up_progress({asked, reservation}),
            (Progress{automation::kComplete, automation::kPassed}));
  rdf::Graph graph = new_graph();
  describe_asked_result({asked, reservation}, addresses(), graph);
  EXPECT_EQ(parameter(graph, "http://mayfly.test/oslc/users/ann/plans/vm/future-extend/results/t-1",
                      automation::kOutputParameter, "expires_at"),
            std::vector{to_string(at(120))});
}

TEST(FollowUps, ThatWereRefusedHaveFailedAndSayWhy) {
  service::Automation asked = asked_for(service::AutomationKind::restart);
  asked.open = false;
  asked.refusal = "Over your limit of machines";
  const Reservation gone = over(releasing(ready(), "x"), Phase::released);
  EXPECT_EQ(follow_up_progress({asked, gone}),
            (Progress{automation::kComplete, automation::kFailed}));
  rdf::Graph graph = new_graph();
  describe_asked_result({asked, gone}, addresses(), graph);
  EXPECT_EQ(texts(graph, "http://mayfly.test/oslc/users/ann/plans/vm/future-restart/results/t-1",
                  dublin::kDescription),
            std::vector<std::string>{"Over your limit of machines."});
}

TEST(Restart, GoesAsItsLaunchGoesAndLeadsToIt) {
  service::Automation asked = asked_for(service::AutomationKind::restart);
  const Reservation old = releasing(ready(), "it was restarted");
  EXPECT_EQ(follow_up_progress({asked, old}),
            (Progress{automation::kInProgress, automation::kUnavailable}));
  asked.open = false;
  asked.replacement = "r-2";
  Reservation fresh = provisioning();
  fresh.id = "r-2";
  EXPECT_EQ(follow_up_progress({asked, old, &fresh}),
            (Progress{automation::kInProgress, automation::kUnavailable}));
  Reservation running = ready();
  running.id = "r-2";
  EXPECT_EQ(follow_up_progress({asked, old, &running}),
            (Progress{automation::kComplete, automation::kPassed}));
  rdf::Graph graph = new_graph();
  describe_asked_result({asked, old, &running}, addresses(), graph);
  const char result[] = "http://mayfly.test/oslc/users/ann/plans/vm/future-restart/results/t-1";
  EXPECT_TRUE(has(graph, result, automation::kContribution,
                  "http://mayfly.test/oslc/users/ann/deployments/r-2"));
  EXPECT_TRUE(has(graph, result, automation::kContribution,
                  "http://mayfly.test/oslc/users/ann/results/r-2"));
}

}  // namespace
}  // namespace mayfly::oslc
