// What a delegated dialog looks like from outside: how it is found, what a browser is told, and
// what can be filled in beforehand. What happens in one: tests/e2e/dialogs_test.py.
#include "fixture.h"
#include "web/assets.h"

namespace mayfly::oslc {
namespace {

constexpr char kBrowser[] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

std::vector<std::string> links_of(const Reply& reply) {
  std::vector<std::string> links;
  for (const http::Header& header : reply.headers) {
    if (http::equals_ignoring_case(header.name, "Link")) links.push_back(header.value);
  }
  return links;
}

class OslcDialogs : public OslcDoor {
 protected:
  static void start(DoorOptions options) {
    installation_ = std::make_unique<rest::Installation>(rest::InstallationOptions{
        .world = rest::quick_world(),
        .beside = [options](service::Service& service) { return make_handler(service, options); }});
  }
  static void SetUpTestSuite() { start({.dialog_hosts = {"https://jazz.example.com"}}); }

  Reply page(const std::string& where) {
    return ask("GET", where, {}, {{"Accept", kBrowser}}, false);
  }
};

class OslcDialogsAsPublished : public OslcDialogs {
 protected:
  static void SetUpTestSuite() { start({.dialect = Dialect::published}); }
};

class OslcDialogsOf2014 : public OslcDialogs {
 protected:
  static void SetUpTestSuite() { start({.dialect = Dialect::draft_2014}); }
};

// ---- discovery

TEST_F(OslcDialogs, AreFoundInTheServiceOneDefaultForEachType) {
  const std::string iri = fmt::format("{}/oslc/users/{}", base(), user_);
  const Reply provider = ask("GET", iri);
  const auto service = provider.graph.object(rdf::iri(iri), core::kService);
  ASSERT_TRUE(service);
  for (const auto& [property, names] :
       {std::pair{core::kSelectionDialog, std::vector{"plans", "results"}},
        std::pair{core::kCreationDialog, std::vector{"run", "prepare"}}}) {
    const auto found = provider.graph.objects(*service, property);
    ASSERT_EQ(found.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
      EXPECT_EQ(found[i].text, mine(fmt::format("dialogs/{}", names[i])));
  }
  for (const char* name : {"plans", "results", "run"})
    EXPECT_TRUE(
        provider.has(mine(fmt::format("dialogs/{}", name)), core::kUsage, core::kDefaultUsage));
  EXPECT_FALSE(provider.has(mine("dialogs/prepare"), core::kUsage, core::kDefaultUsage));
  EXPECT_TRUE(provider.has(mine("dialogs/run"), core::kUsage, automation::kImmediateExecution));
  EXPECT_TRUE(provider.has(mine("dialogs/prepare"), core::kUsage, automation::kDeferredExecution));
}

TEST_F(OslcDialogs, DescribeThemselvesToWhoReadsRdf) {
  for (const char* name : {"plans", "results", "run", "prepare", "action?targetId=r-1",
                           "action-teardown?targetId=r-1"}) {
    const std::string iri = mine(fmt::format("dialogs/{}", name));
    const Reply reply = ask("GET", iri, {}, {{"Accept", "text/turtle"}}, false);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(reply.has(iri, rdf::kType, core::kDialogType));
    EXPECT_EQ(reply.one(iri, core::kDialog), iri);
    EXPECT_NE(reply.one(iri, dublin::kTitle), "");
    EXPECT_THAT(reply.one(iri, core::kHintWidth), ::testing::MatchesRegex("[1-9][0-9]*px"));
    EXPECT_THAT(reply.one(iri, core::kHintHeight), ::testing::MatchesRegex("[1-9][0-9]*px"));
  }
}

TEST_F(OslcDialogs, OfResultsActAndSaySo) {
  const std::string iri = mine("dialogs/action?targetId=r-1");
  const Reply reply = ask("GET", iri, {}, {{"Accept", "text/turtle"}});
  EXPECT_TRUE(reply.has(iri, core::kUsage, core::kActionDialog));
  EXPECT_TRUE(reply.has(iri, core::kFinalStatusLocation, core::kActionDialog));
}

// AUTO-12: whoever executes what was prepared finds the factory by the dialog's binding.
void expect_binding(const Reply& reply, const std::string& dialog, const std::string& requests) {
  const std::string factory = reply.one(dialog, core::kBinding);
  EXPECT_EQ(reply.one(dialog, automation::kBinding), factory);
  EXPECT_TRUE(reply.has(factory, rdf::kType, core::kCreationFactoryType));
  EXPECT_EQ(reply.one(factory, core::kCreation), requests);
  EXPECT_TRUE(reply.has(factory, core::kUsage, automation::kImmediateExecution));
  EXPECT_TRUE(reply.has(factory, core::kResourceType, automation::kAutomationRequest));
  EXPECT_TRUE(reply.has(factory, core::kFinalStatusLocation, automation::kAutomationResult));
}

TEST_F(OslcDialogs, OfLaterBindToTheFactoryInBothDialects) {
  const std::string dialog = mine("dialogs/prepare");
  const Reply reply = ask("GET", dialog, {}, {{"Accept", "text/turtle"}});
  expect_binding(reply, dialog, mine("requests"));
  EXPECT_TRUE(reply.has(dialog, core::kFinalStatusLocation, core::kDialogType));
  EXPECT_TRUE(reply.has(dialog, rdf::kType, automation::kTemplateDialog));
}

// A second binding could confuse a client that takes "the" binding, so only who hears the published
// text alone is offered the dialog beside the request.
TEST_F(OslcDialogsAsPublished, OfActionsAreASecondBindingAndNoDefault) {
  const Reply result = launch();
  const std::string action = action_of(result, result_, automation::kTeardownAction);
  const auto bindings = result.graph.objects(rdf::iri(action), core::kBinding);
  ASSERT_EQ(bindings.size(), 2u);
  EXPECT_TRUE(result.has(bindings[0].text, rdf::kType, http_terms::kRequest));
  EXPECT_TRUE(result.has(bindings[0].text, core::kUsage, core::kDefaultUsage));
  const std::string dialog(bindings[1].text);
  EXPECT_TRUE(result.has(dialog, rdf::kType, core::kDialogType));
  EXPECT_TRUE(result.has(dialog, core::kUsage, core::kActionDialog));
  EXPECT_FALSE(result.has(dialog, core::kUsage, core::kDefaultUsage));
  EXPECT_TRUE(result.has(dialog, core::kFinalStatusLocation, core::kActionDialog));
  EXPECT_THAT(page(dialog).body, HasSubstr("data-dialog=\"action-teardown\""));
}

TEST_F(OslcDialogs, OfActionsAreNoSecondBindingWhereBothDialectsAreHeard) {
  const Reply result = launch();
  const std::string action = action_of(result, result_, automation::kTeardownAction);
  EXPECT_EQ(result.graph.objects(rdf::iri(action), core::kBinding).size(), 1u);
}

TEST_F(OslcDialogsAsPublished, OfLaterAreNoTemplateDialogs) {
  const std::string dialog = mine("dialogs/prepare");
  const Reply reply = ask("GET", dialog, {}, {{"Accept", "text/turtle"}});
  expect_binding(reply, dialog, mine("requests"));
  EXPECT_FALSE(reply.has(dialog, rdf::kType, automation::kTemplateDialog));
  EXPECT_FALSE(reply.has(dialog, core::kUsage, automation::kTemplateDialog));
}

TEST_F(OslcDialogsOf2014, OfLaterAreTemplateDialogsWithoutABinding) {
  const std::string dialog = mine("dialogs/prepare");
  const Reply reply = ask("GET", dialog, {}, {{"Accept", "text/turtle"}});
  EXPECT_TRUE(reply.has(dialog, rdf::kType, automation::kTemplateDialog));
  EXPECT_EQ(reply.one(dialog, core::kBinding), "");
  EXPECT_EQ(reply.one(dialog, automation::kBinding), "");
}

TEST_F(OslcDialogs, OfAContainerAreInItsLinks) {
  for (const auto& [container, dialog, relation] :
       {std::tuple{"plans", "plans", core::kSelectionDialog},
        std::tuple{"results", "results", core::kSelectionDialog},
        std::tuple{"requests", "run", core::kCreationDialog},
        std::tuple{"prepared", "prepare", core::kCreationDialog}}) {
    const std::string link =
        fmt::format("<{}>; rel=\"{}\"", mine(fmt::format("dialogs/{}", dialog)), relation);
    for (const char* method : {"GET", "OPTIONS"}) {
      const auto links = links_of(ask(method, mine(container)));
      EXPECT_THAT(links, ::testing::Contains(link)) << method << " " << container;
    }
  }
}

TEST_F(OslcDialogs, ArePreferredBesideOrInsteadOfMembers) {
  const std::string both =
      R"(return=representation; include="http://open-services.net/ns/core#PreferDialog")";
  const std::string only =
      R"(return=representation; include="http://open-services.net/ns/core#PreferDialog )"
      R"(http://www.w3.org/ns/ldp#PreferMinimalContainer")";
  const Reply beside = ask("GET", mine("plans"), {}, {{"Prefer", both}});
  EXPECT_TRUE(beside.has(mine("plans"), core::kSelectionDialog, mine("dialogs/plans")));
  EXPECT_TRUE(beside.has(mine("dialogs/plans"), rdf::kType, core::kDialogType));
  EXPECT_TRUE(beside.has(mine("plans"), kMember, mine("plans/vm")));
  EXPECT_EQ(beside.header("Preference-Applied"), "return=representation");
  EXPECT_THAT(beside.header("Vary"), HasSubstr("Prefer"));
  const Reply instead = ask("GET", mine("plans"), {}, {{"Prefer", only}});
  EXPECT_TRUE(instead.has(mine("plans"), core::kSelectionDialog, mine("dialogs/plans")));
  EXPECT_FALSE(instead.has(mine("plans"), kMember, mine("plans/vm")));
  const Reply neither = ask("GET", mine("plans"));
  EXPECT_FALSE(neither.has(mine("plans"), core::kSelectionDialog, mine("dialogs/plans")));
}

// ---- the page

TEST_F(OslcDialogs, ArePagesForBrowsersWithoutAnythingOfTheUser) {
  const Reply reply = page(mine("dialogs/run"));
  ASSERT_EQ(reply.status, 200);
  EXPECT_THAT(reply.header("Content-Type"), HasSubstr("text/html"));
  EXPECT_THAT(reply.body, HasSubstr("data-dialog=\"run\""));
  EXPECT_THAT(reply.body, ::testing::Not(HasSubstr(user_)));
  EXPECT_THAT(reply.body, HasSubstr(web::asset_of(web::Bundle::dialogs_script).name));
  EXPECT_THAT(reply.body, HasSubstr(web::asset_of(web::Bundle::dialogs_style).name));
  EXPECT_EQ(page(mine("dialogs/none")).status, 404);
}

TEST_F(OslcDialogs, HoldWhatTheAddressSaysOnlyAsText) {
  const Reply reply = page(mine("dialogs/action?targetId=%22%3E%3Cscript%3E"));
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(page(mine("dialogs/action?targetId=r-1")).body, HasSubstr("data-target=\"r-1\""));
}

TEST_F(OslcDialogs, MayDoLittleAndAreFramedByWhoIsNamed) {
  const Reply reply = page(mine("dialogs/plans"));
  const std::string policy = reply.header("Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'self' https://jazz.example.com"));
  EXPECT_THAT(policy, ::testing::Not(HasSubstr("unsafe")));
  EXPECT_EQ(reply.header("X-Frame-Options"), "");  // it cannot name a host
  EXPECT_EQ(reply.header("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
}

TEST_F(OslcDialogsAsPublished, AreFramedByOursOnlyUnlessOthersAreNamed) {
  const Reply reply = page(mine("dialogs/plans"));
  EXPECT_TRUE(reply.header("Content-Security-Policy").ends_with("frame-ancestors 'self'"));
  EXPECT_EQ(reply.header("X-Frame-Options"), "SAMEORIGIN");
}

TEST_F(OslcDialogs, ConsistOfFilesThatNeverChange) {
  const web::Asset& script = web::asset_of(web::Bundle::dialogs_script);
  const std::string where = fmt::format("{}/oslc/assets/{}", base(), script.name);
  const Reply reply = ask("GET", where, {}, {{"Accept", "*/*"}}, false);
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, script.body);
  EXPECT_EQ(reply.header("Content-Type"), script.content_type);
  EXPECT_THAT(reply.header("Cache-Control"), HasSubstr("immutable"));
  const Reply again = ask("GET", where, {}, {{"If-None-Match", reply.header("ETag")}}, false);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(ask("GET", base() + "/oslc/assets/dialogs.js", {}, {}, false).status, 404);
}

// ---- filled in beforehand

TEST_F(OslcDialogs, CanBeFilledInBeforehandAndKeepItToTheUser) {
  EXPECT_THAT(ask("OPTIONS", mine("dialogs/run"), {}, {}, false).header("Allow"),
              HasSubstr("POST"));
  const Reply created =
      ask("POST", mine("dialogs/run"), request_for(mine("plans/vm"), given("vcpus", "2")));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string where = created.header("Location");
  EXPECT_THAT(page(where).body, HasSubstr("data-dialog=\"run\""));
  EXPECT_EQ(page(where).status, 200);
  EXPECT_EQ(ask("GET", where, {}, {{"Accept", "text/turtle"}}, false).status, 401);
  const Reply filled = ask("GET", where, {}, {{"Accept", "text/turtle"}});
  EXPECT_EQ(filled.one(where, automation::kExecutesAutomationPlan), mine("plans/vm"));
  EXPECT_THAT(filled.body, HasSubstr("vcpus"));
}

TEST_F(OslcDialogs, AreFilledInWithWhateverThereIs) {
  for (const char* body :
       {"", "<> dcterms:title \"Only a title\" .", "[] a oslc_auto:AutomationRequest .",
        "<> oslc_auto:inputParameter \"none\" , [] , [ oslc:name \"x\" ] ."}) {
    const std::string sent = *body ? fmt::format("{}{}", kPrefixes, body) : std::string();
    const Reply created = ask("POST", mine("dialogs/prepare"), sent);
    EXPECT_EQ(created.status, 201) << body << created.body;
    EXPECT_EQ(ask("GET", created.header("Location"), {}, {{"Accept", "text/turtle"}}).status, 200);
  }
}

TEST_F(OslcDialogs, RefuseWhatIsNoRepresentation) {
  EXPECT_EQ(ask("POST", mine("dialogs/run"), "not turtle").status, 400);
  EXPECT_EQ(ask("POST", mine("dialogs/none"), kPrefixes).status, 404);
  EXPECT_EQ(ask("POST", mine("dialogs/run"), kPrefixes, {}, false).status, 401);
  EXPECT_EQ(ask("POST", mine("dialogs/run"), std::string(70'000, ' ')).status, 413);
}

// A prefix is sent once and kept as often as it is used.
TEST_F(OslcDialogs, RefuseMuchThatIsMadeOfLittle) {
  std::string body = fmt::format("{}@prefix p: <http://x/{}> .\n<> a oslc_auto:AutomationRequest",
                                 kPrefixes, std::string(10'000, 'a'));
  for (int i = 0; i < 10; ++i) body += given("clouds", fmt::format("p:n{}", i));
  const Reply refused = ask("POST", mine("dialogs/run"), body + " .");
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_THAT(refused.error(), HasSubstr("too much"));
}

TEST_F(OslcDialogs, ThatWereFilledInTooLongAgoSaySo) {
  const Reply gone = page(mine("prefilled/f-0"));
  EXPECT_EQ(gone.status, 404);
  EXPECT_THAT(gone.body, HasSubstr("data-dialog=\"gone\""));
  EXPECT_EQ(ask("GET", mine("prefilled/f-0"), {}, {{"Accept", "text/turtle"}}).status, 404);
}

// ---- errors for forms

TEST_F(OslcDialogs, HearWhichParametersAreWrong) {
  const Reply refused =
      ask("POST", mine("requests"),
          request_for(mine("plans/vm"), given("vcpus", "0") + given("memory_gib", "1")));
  ASSERT_EQ(refused.status, 400);
  std::vector<std::string> wrong;
  for (const rdf::Triple& triple : refused.graph.triples()) {
    if (refused.graph.term(triple.predicate).text == ours::kParameter)
      wrong.emplace_back(refused.graph.term(triple.object).text);
  }
  EXPECT_EQ(wrong, std::vector<std::string>{"vcpus"});
}

}  // namespace
}  // namespace mayfly::oslc
