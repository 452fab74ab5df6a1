#include "fixture.h"

namespace mayfly::oslc {
namespace {

// Where nothing becomes ready while anybody watches.
class OslcDoorOfSlowClouds : public OslcDoor {
 protected:
  static void SetUpTestSuite() {
    sim::WorldSettings world = rest::quick_world();
    world.instance_boot = {1h, 1h};
    installation_ = std::make_unique<rest::Installation>(rest::InstallationOptions{
        .world = std::move(world),
        .beside = [](service::Service& service) { return make_handler(service); }});
  }
};

// Whether whoever follows the links from there comes by the same resource twice on one way.
bool leads_back(const rdf::Graph& graph, const rdf::Term& from, std::vector<rdf::Term> way = {}) {
  if (std::ranges::find(way, from) != way.end()) return true;
  way.push_back(from);
  for (const rdf::Triple& triple : graph.triples()) {
    if (graph.term(triple.subject) == from && leads_back(graph, graph.term(triple.object), way))
      return true;
  }
  return false;
}

TEST_F(OslcDoorOfSlowClouds, CancelsALaunchThatIsUnderWay) {
  const Reply created = ask("POST", mine("requests"), request_for(mine("plans/vm"), small()));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string request = created.header("Location");
  wait_for(request, automation::kInProgress);
  const std::string wish =
      fmt::format("{}<{}> oslc_auto:desiredState oslc_auto:canceled .", kPrefixes, request);
  // The tag of the 201 still fits, whatever we did meanwhile.
  const Reply canceled = ask("PUT", request, wish, {{"If-Match", created.header("ETag")}});
  ASSERT_EQ(canceled.status, 200) << canceled.body;
  const Reply over = wait_for(request, automation::kCanceled);
  EXPECT_TRUE(over.has(request, automation::kDesiredState, automation::kCanceled));
  const std::string result = over.one(request, automation::kProducedAutomationResult);
  EXPECT_TRUE(ask("GET", result).has(result, automation::kState, automation::kCanceled));
}

// ---- discovery

TEST_F(OslcDoor, LeadsFromRootServicesToTheFactory) {
  const Reply root = ask("GET", "/rootservices", {}, {}, false);
  ASSERT_EQ(root.status, 200) << root.body;
  const std::string catalog = root.one(base() + "/rootservices", core::kServiceProviderCatalog);
  const Reply listed = ask("GET", catalog);
  const std::string provider = listed.one(catalog, core::kServiceProvider);
  EXPECT_EQ(provider, fmt::format("{}/oslc/users/{}", base(), user_));
  EXPECT_NE(listed.one(provider, dublin::kTitle), "");
  const Reply described = ask("GET", provider);
  const auto services = described.graph.objects(rdf::iri(provider), core::kService);
  const auto of_automation = [&](const rdf::Term& each) {
    return described.graph.contains(each, rdf::iri(core::kDomain),
                                    rdf::iri(automation::kNamespace));
  };
  const auto service = std::ranges::find_if(services, of_automation);
  ASSERT_NE(service, services.end());
  EXPECT_EQ(std::ranges::count_if(services, of_automation), 1);
  EXPECT_TRUE(
      described.graph.contains(*service, rdf::iri(core::kUsage), rdf::iri(automation::kDeploy)));
  EXPECT_EQ(described.graph.objects(*service, core::kQueryCapability).size(), 3u);
  const Reply page =
      ask("GET", described.one(provider, core::kDetails), {}, {{"Accept", "text/html"}});
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.header("Content-Type"), HasSubstr("text/html"));
}

// A client that is told no usage takes whichever it finds: it must be the one that runs requests.
TEST_F(OslcDoor, OffersOneFactoryForRequestsThatRun) {
  const Reply reply = ask("GET", base() + "/oslc/users/" + user_);
  int factories = 0;
  for (const rdf::Term& service :
       reply.graph.objects(rdf::iri(base() + "/oslc/users/" + user_), core::kService)) {
    const bool ours =
        reply.graph.contains(service, rdf::iri(core::kDomain), rdf::iri(automation::kNamespace));
    for (const rdf::Term& factory : reply.graph.objects(service, core::kCreationFactory)) {
      if (!reply.graph.contains(factory, rdf::iri(core::kResourceType),
                                rdf::iri(automation::kAutomationRequest)))
        continue;
      factories += ours ? 1 : 0;
      EXPECT_TRUE(reply.graph.contains(
          factory, rdf::iri(core::kUsage),
          rdf::iri(ours ? automation::kImmediateExecution : automation::kDeferredExecution)));
    }
  }
  EXPECT_EQ(factories, 1);
}

TEST_F(OslcDoor, NamesOAuth1ForClientsThatLookForItAndSaysThatItIsNotThere) {
  const Reply root = ask("GET", "/rootservices", {}, {}, false);
  for (const char* step :
       {"oauthRequestTokenUrl", "oauthUserAuthorizationUrl", "oauthAccessTokenUrl"}) {
    const std::string address = root.one(
        base() + "/rootservices", fmt::format("http://jazz.net/xmlns/prod/jazz/jfs/1.0/{}", step));
    for (const char* method : {"GET", "POST"}) {
      const Reply refused = ask(method, address, {}, {}, false);
      EXPECT_EQ(refused.status, 501) << step;
      EXPECT_THAT(refused.error(), HasSubstr("/oauth2/token"));
    }
  }
}

// Clients that keep what they read as objects cannot write a circle.
TEST_F(OslcDoor, DescribesRequestsWithoutCircles) {
  const Reply created = ask("POST", mine("requests"), request_for(mine("plans/vm"), small()));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string request = created.header("Location");
  EXPECT_FALSE(leads_back(created.graph, rdf::iri(request)));
  wait_for(request, automation::kComplete);
  const Reply ready = ask("GET", request);
  EXPECT_FALSE(leads_back(ready.graph, rdf::iri(request)));
  const std::string result = ready.one(request, automation::kProducedAutomationResult);
  EXPECT_TRUE(ready.has(result, automation::kVerdict, automation::kPassed));

  const Reply running = ask("GET", result);
  const std::string action = running.one(result, core::kAction);
  const Reply asked =
      ask("POST", running.one(action, core::kBinding),
          ask("GET", running.one(running.one(action, core::kBinding), http_terms::kBody)).body);
  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_FALSE(leads_back(asked.graph, rdf::iri(asked.header("Location"))));
  EXPECT_FALSE(
      leads_back(ask("GET", asked.header("Location")).graph, rdf::iri(asked.header("Location"))));
}

TEST_F(OslcDoor, AnswersInEveryForm) {
  for (const char* type : {"application/rdf+xml", "text/turtle", "application/ld+json",
                           "application/xml", "application/json"}) {
    const Reply reply = ask("GET", mine("plans/vm"), {}, {{"Accept", type}});
    EXPECT_EQ(reply.status, 200) << type;
    EXPECT_EQ(reply.header("Content-Type"), type);
    EXPECT_TRUE(reply.has(mine("plans/vm"), rdf::kType, automation::kAutomationPlan)) << type;
  }
}

TEST_F(OslcDoor, SpeaksTheVersionThatIsAsked) {
  EXPECT_EQ(ask("GET", mine("plans/vm")).header("OSLC-Core-Version"), "2.0");
  EXPECT_EQ(
      ask("GET", mine("plans/vm"), {}, {{"OSLC-Core-Version", "3.0"}}).header("OSLC-Core-Version"),
      "3.0");
  EXPECT_EQ(ask("GET", mine("plans/vm"), {}, {{"OSLC-Core-Version", "1.0"}}).status, 400);
}

TEST_F(OslcDoor, LetsBrowsersAskWithoutCredentials) {
  const Reply reply = ask("OPTIONS", mine("requests"), {}, {}, false);
  EXPECT_EQ(reply.status, 204);
  EXPECT_THAT(reply.header("Allow"), HasSubstr("POST"));
  EXPECT_THAT(reply.header("Accept-Post"), HasSubstr("application/rdf+xml"));
  EXPECT_THAT(reply.header("Access-Control-Allow-Headers"), HasSubstr("OSLC-Core-Version"));
}

TEST_F(OslcDoor, ChallengesWhoIsNobody) {
  const Reply reply = ask("GET", mine("plans"), {}, {}, false);
  EXPECT_EQ(reply.status, 401);
  EXPECT_THAT(reply.header("WWW-Authenticate"), HasSubstr("Bearer"));
  EXPECT_TRUE(std::ranges::count(reply.headers, "WWW-Authenticate", &http::Header::name) == 2);
  EXPECT_NE(reply.error(), "");
  EXPECT_EQ(ask("GET", base() + "/oslc/users/somebody-else/plans").status, 403);
}

TEST_F(OslcDoor, HasAShapeForEachKind) {
  for (const char* name : {"plan", "request", "result", "deployment"})
    EXPECT_EQ(ask("GET", fmt::format("/oslc/shapes/{}", name), {}, {}, false).status, 200) << name;
  const Reply creation = ask("GET", mine("shapes/request"));
  EXPECT_THAT(creation.body, HasSubstr("plans/vm"));
}

// ---- the worked example

TEST_F(OslcDoor, DeploysAndTearsDownAsTheScenarioDoes) {
  const Reply result = launch();
  EXPECT_TRUE(result.has(result_, automation::kVerdict, automation::kPassed));
  const std::string action = result.one(result_, core::kAction);
  ASSERT_NE(action, "") << result.body;
  const std::string future = result.one(action, core::kExecutes);
  EXPECT_EQ(ask("GET", mine("plans/vm")).one(mine("plans/vm"), core::kFutureAction), future);
  const std::string binding = result.one(action, core::kBinding);
  const std::string body = result.one(binding, http_terms::kBody);
  EXPECT_EQ(ask("GET", binding).status, 200);
  const Reply form = ask("GET", body);
  EXPECT_EQ(ask("GET", form.one(body, automation::kExecutesAutomationPlan)).status, 200);

  const Reply asked = ask("POST", result.one(binding, http_terms::kRequestURI), form.body);
  ASSERT_EQ(asked.status, 201) << asked.body;
  const std::string request = asked.header("Location");
  const std::string teardown = asked.one(request, automation::kProducedAutomationResult);
  EXPECT_TRUE(wait_for(teardown, automation::kComplete)
                  .has(teardown, automation::kVerdict, automation::kPassed));
  const Reply after = ask("GET", result_);
  EXPECT_EQ(after.one(result_, core::kAction), result_ + "#redeploy");
  const std::string deployed = result.one(result_, automation::kContribution);
  EXPECT_TRUE(ask("GET", deployed).has(deployed, ours::kState, ours::kTornDown));

  const Reply again = ask("POST", binding, form.body);
  ASSERT_EQ(again.status, 201) << again.body;
  const std::string second =
      again.one(again.header("Location"), automation::kProducedAutomationResult);
  EXPECT_TRUE(again.has(second, automation::kVerdict, automation::kPassed));
  EXPECT_THAT(again.one(second, dublin::kDescription), HasSubstr("already torn down"));

  const std::string redeploy = after.one(result_ + "#redeploy", core::kBinding);
  const Reply same = ask("GET", after.one(redeploy, http_terms::kBody));
  const Reply deployed_again = ask("POST", after.one(redeploy, http_terms::kRequestURI), same.body);
  EXPECT_EQ(deployed_again.status, 201) << deployed_again.body;
  EXPECT_NE(deployed_again.header("Location"), "");
}

TEST_F(OslcDoor, FindsTheResultByItsRequest) {
  launch();
  const std::string id = result_.substr(result_.rfind('/') + 1);
  const std::string where = http::percent_encode(
      fmt::format("oslc_auto:producedByAutomationRequest=<{}>", mine("requests/" + id)));
  const Reply hits = ask("GET", mine("results") + "?oslc.where=" + where);
  ASSERT_EQ(hits.status, 200) << hits.body;
  EXPECT_TRUE(hits.has(mine("results"), kMember, result_));
  const std::string other = http::percent_encode("dcterms:identifier=\"r-nobody\"");
  EXPECT_EQ(ask("GET", mine("results") + "?oslc.where=" + other).one(mine("results"), kMember), "");
}

TEST_F(OslcDoor, TakesAQueryAsAForm) {
  const Reply hits = ask("POST", mine("plans"), "oslc.where=dcterms%3Aidentifier%3D%22vm%22",
                         {{"Content-Type", "application/x-www-form-urlencoded"}});
  ASSERT_EQ(hits.status, 200) << hits.body;
  EXPECT_EQ(hits.graph.objects(rdf::iri(mine("plans")), kMember).size(), 1u);
  EXPECT_TRUE(hits.has(mine("plans"), kMember, mine("plans/vm")));
  EXPECT_EQ(ask("POST", mine("results"), "<> a <urn:x> .").status, 415);
}

TEST_F(OslcDoor, PagesThroughResultsInAStableOrder) {
  std::vector<std::string> launched;
  for (int i = 0; i < 3; ++i) {
    launch();
    launched.insert(launched.begin(), result_);
  }
  std::string next = mine("results") + "?oslc.pageSize=1";
  std::vector<std::string> seen;
  while (!next.empty() && seen.size() < 5) {
    const Reply page = ask("GET", next);
    ASSERT_EQ(page.status, 200) << page.body;
    seen.push_back(page.one(mine("results"), kMember));
    next = page.one(next, core::kNextPage);
  }
  EXPECT_EQ(seen, launched);
}

TEST_F(OslcDoor, CancelsWhatIsUnderWayAndNothingElse) {
  launch();
  const std::string id = result_.substr(result_.rfind('/') + 1);
  const std::string request = mine("requests/" + id);
  const std::string wish =
      fmt::format("{}<{}> oslc_auto:desiredState oslc_auto:canceled .", kPrefixes, request);
  const std::string tag = ask("GET", request).header("ETag");
  EXPECT_EQ(ask("PUT", request, wish).status, 400);  // no If-Match
  EXPECT_EQ(ask("PUT", request, wish, {{"If-Match", "\"other\""}}).status, 412);
  EXPECT_EQ(ask("PUT", request, wish, {{"If-Match", tag}}).status, 409);
}

TEST_F(OslcDoor, LeavesReadOnlyPropertiesAndSaysSo) {
  launch();
  const std::string request = mine("requests/" + result_.substr(result_.rfind('/') + 1));
  const Reply before = ask("GET", request);
  const std::string renamed = fmt::format("{}<{}> dcterms:title \"Another\" .", kPrefixes, request);
  const Reply after = ask("PUT", request, renamed, {{"If-Match", before.header("ETag")}});
  EXPECT_EQ(after.status, 200) << after.body;
  EXPECT_NE(after.header("Warning"), "");
  EXPECT_EQ(after.one(request, dublin::kTitle), before.one(request, dublin::kTitle));
  const Reply same = ask("PUT", request, before.body, {{"If-Match", before.header("ETag")}});
  EXPECT_EQ(same.status, 200) << same.body;
  EXPECT_EQ(same.header("Warning"), "");
}

TEST_F(OslcDoor, SparesWhoHasItTheAnswer) {
  const Reply plan = ask("GET", mine("plans/vm"));
  EXPECT_EQ(ask("GET", mine("plans/vm"), {}, {{"If-None-Match", plan.header("ETag")}}).status, 304);
  EXPECT_EQ(ask("HEAD", mine("plans/vm")).header("Content-Length"),
            fmt::format("{}", plan.body.size()));
}

TEST_F(OslcDoor, LetsAdminsActForOthers) {
  const std::string admin = installation_->add_user(user_ + "-admin", true);
  const http::Headers as_admin = {{"Authorization", "Bearer " + admin}};
  EXPECT_EQ(ask("GET", mine("plans"), {}, as_admin).status, 200);
  EXPECT_EQ(ask("GET", "/oslc/users/nobody-at-all/plans", {}, as_admin).status, 404);
}

TEST_F(OslcDoor, KeepsPreparedRequestsWithoutRunningThem) {
  const Reply prepared = ask("POST", mine("prepared"), request_for(mine("plans/vm"), small()));
  ASSERT_EQ(prepared.status, 201) << prepared.body;
  const std::string iri = prepared.header("Location");
  const Reply kept = ask("GET", iri);
  EXPECT_TRUE(kept.has(iri, automation::kState, automation::kNewState));
  EXPECT_EQ(ask("GET", mine("requests")).one(mine("requests"), kMember), "");
  const Reply run = ask("POST", mine("requests"), kept.body);
  EXPECT_EQ(run.status, 201) << run.body;
  EXPECT_NE(run.header("Location"), iri);
  EXPECT_EQ(ask("DELETE", iri).status, 204);
  EXPECT_EQ(ask("GET", iri).status, 404);
}

TEST_F(OslcDoor, TakesEveryFormOfARequest) {
  for (const char* type : {"application/rdf+xml", "application/ld+json", "application/json",
                           "application/xml; charset=utf-8"}) {
    const std::string media(type, std::string_view(type).find(';') == std::string_view::npos
                                      ? std::string_view(type).size()
                                      : std::string_view(type).find(';'));
    const Reply prepared =
        ask("POST", mine("prepared"), request_for(mine("plans/vm"), small()), {{"Accept", media}});
    ASSERT_EQ(prepared.status, 201) << type;
    const Reply again = ask("POST", mine("prepared"), prepared.body, {{"Content-Type", type}});
    EXPECT_EQ(again.status, 201) << type << again.body;
  }
}

TEST_F(OslcDoor, SelectsProperties) {
  const Reply reply = ask("GET", mine("plans/vm") + "?oslc.properties=dcterms:title");
  EXPECT_EQ(reply.graph.size(), 2u) << reply.body;
}

}  // namespace
}  // namespace mayfly::oslc
