// Templates, written as Automation Plans.
#include "fixture.h"

namespace mayfly::oslc {
namespace {

class OslcPlans : public OslcDoor {
 protected:
  std::string parameter(std::string_view name, std::string_view turtle_value) {
    return fmt::format(
        "; oslc_auto:parameterDefinition [ a oslc:Property ; oslc:name \"{}\" ; "
        "oslc:defaultValue {} ]",
        name, turtle_value);
  }
  std::string plan_of(std::string_view title, std::string_view parameters,
                      std::string_view subject = "") {
    return fmt::format("{}<{}> a oslc_auto:AutomationPlan ; dcterms:title \"{}\" {} .", kPrefixes,
                       subject, title, parameters);
  }
  std::string shape() { return parameter("vcpus", "1") + parameter("memory_gib", "1"); }

  // The default of a parameter, as the plan tells it.
  static std::string value_of(const Reply& reply, std::string_view plan, std::string_view name) {
    for (const rdf::Term& definition :
         reply.graph.objects(rdf::iri(plan), automation::kParameterDefinition)) {
      const auto called = reply.graph.object(definition, core::kName);
      const auto value = reply.graph.object(definition, core::kDefaultValue);
      if (called && called->text == name) return value ? std::string(value->text) : "";
    }
    return "no such parameter";
  }
};

TEST_F(OslcPlans, AreMadeAndLaunched) {
  const Reply created = ask("POST", mine("plans"), plan_of("Web servers, small", shape()));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string plan = created.header("Location");
  EXPECT_EQ(plan, mine("plans/template:Web-servers-small"));
  EXPECT_NE(created.header("ETag"), "");
  EXPECT_EQ(created.one(plan, dublin::kTitle), "Web servers, small");
  EXPECT_EQ(value_of(ask("GET", plan), plan, "vcpus"), "1");
  EXPECT_TRUE(ask("GET", mine("plans")).has(mine("plans"), kMember, plan));
  const Reply launched = ask("POST", mine("requests"), request_for(plan, ""));
  EXPECT_EQ(launched.status, 201) << launched.body;
  const Reply of_rest = ask("GET", fmt::format("/users/{}/templates/Web-servers-small", user_), {},
                            {{"Accept", "application/json"}});
  EXPECT_EQ(of_rest.status, 200) << of_rest.body;
}

// What a client does that knows no more than the specification: it copies, and changes.
TEST_F(OslcPlans, AreCopiesOfABuiltInOne) {
  for (const char* type : {"application/rdf+xml", "text/turtle", "application/ld+json"}) {
    const rdf::Graph copy = ask("GET", mine("plans/vm")).graph;
    rdf::Graph changed;
    for (const rdf::Triple& triple : copy.triples()) {
      const rdf::Id subject = changed.intern(copy.term(triple.subject));
      const std::string_view property = copy.term(triple.predicate).text;
      const rdf::Term& object = copy.term(triple.object);
      const bool title =
          copy.term(triple.subject) == rdf::iri(mine("plans/vm")) && property == dublin::kTitle;
      changed.add(subject, changed.intern(copy.term(triple.predicate)),
                  changed.intern(title ? rdf::literal("Copied") : object));
      if (property == core::kName && (object.text == "vcpus" || object.text == "memory_gib"))
        changed.add(subject, changed.intern(rdf::iri(core::kDefaultValue)),
                    changed.intern(rdf::literal("2", rdf::kInteger)));
    }
    const auto format = rdf::format_of_body(type);
    const auto body = rdf::write(*format, changed, {.root = mine("plans/vm")});
    ASSERT_TRUE(body);
    const Reply created = ask("POST", mine("plans"), *body, {{"Content-Type", type}});
    ASSERT_EQ(created.status, 201) << type << created.body;
    const std::string plan = created.header("Location");
    EXPECT_EQ(plan, mine("plans/template:Copied"));
    EXPECT_EQ(value_of(created, plan, "vcpus"), "2");
    EXPECT_EQ(ask("DELETE", plan).status, 204);
    EXPECT_EQ(ask("GET", plan).status, 404);
  }
}

TEST_F(OslcPlans, ChangeByWhatIsPutBack) {
  const std::string plan = ask("POST", mine("plans"), plan_of("web", shape())).header("Location");
  const Reply before = ask("GET", plan);
  std::string body = before.body;
  const Reply same = ask("PUT", plan, body, {{"If-Match", before.header("ETag")}});
  ASSERT_EQ(same.status, 200) << same.body;
  EXPECT_EQ(same.header("Warning"), "");
  EXPECT_EQ(value_of(same, plan, "disk_gib"), "25");

  const std::string changed = plan_of("The web", shape() + parameter("disk_gib", "80"), plan);
  EXPECT_EQ(ask("PUT", plan, changed).status, 400);
  EXPECT_EQ(ask("PUT", plan, changed, {{"If-Match", "\"other\""}}).status, 412);
  const Reply after = ask("PUT", plan, changed, {{"If-Match", same.header("ETag")}});
  ASSERT_EQ(after.status, 200) << after.body;
  EXPECT_NE(after.header("ETag"), same.header("ETag"));
  const Reply kept = ask("GET", plan);
  EXPECT_EQ(value_of(kept, plan, "disk_gib"), "80");
  EXPECT_EQ(kept.one(plan, dublin::kTitle), "The web");
}

TEST_F(OslcPlans, ChangeInPartAndSayWhatWasLeft) {
  const std::string plan = ask("POST", mine("plans"), plan_of("web", shape())).header("Location");
  const Reply titled = ask("PUT", plan + "?oslc.properties=dcterms:title",
                           plan_of("Renamed", "", plan), {{"If-Match", "*"}});
  ASSERT_EQ(titled.status, 200) << titled.body;
  const Reply kept = ask("GET", plan);
  EXPECT_EQ(kept.one(plan, dublin::kTitle), "Renamed");
  EXPECT_EQ(value_of(kept, plan, "vcpus"), "1");
  const Reply warned =
      ask("PUT", plan, plan_of("Renamed", shape() + "; dcterms:identifier \"other\"", plan),
          {{"If-Match", "*"}});
  EXPECT_EQ(warned.status, 200) << warned.body;
  EXPECT_THAT(warned.header("Warning"), HasSubstr("left"));
  const Reply unknown =
      ask("PUT", plan, plan_of("x", shape() + parameter("colour", "1"), plan), {{"If-Match", "*"}});
  EXPECT_THAT(unknown.header("Warning"), HasSubstr("not kept"));
}

TEST_F(OslcPlans, NameTheParameterThatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {plan_of("web", ""), "vcpus"},
      {plan_of("web", shape() + parameter("count", "1000")), "count"},
      {plan_of("web", shape() + parameter("arch", "\"vax\"")), "arch"},
      {plan_of("web", shape() + parameter("vcpus", "2")), "vcpus"},
      {plan_of("web", shape() + "; oslc_auto:parameterDefinition [ oslc:defaultValue 1 ]"),
       "oslc:name"},
      {plan_of("web", shape() + "; oslc_auto:parameterDefinition \"vcpus\""), "oslc:name"},
      {plan_of("", shape()), "title"},
      {plan_of("???", shape()), "identifier"},
      {plan_of("web", shape() + "; dcterms:identifier \"a/b\""), "TemplateId"},
      {std::string(kPrefixes) + "<> a oslc_auto:AutomationRequest .", "AutomationPlan"},
  };
  for (const auto& [body, word] : cases) {
    const Reply reply = ask("POST", mine("plans"), body);
    EXPECT_EQ(reply.status, 400) << body << reply.body;
    EXPECT_THAT(reply.error(), HasSubstr(word)) << body;
    EXPECT_THAT(reply.header("Link"), HasSubstr("shapes/plan"));
  }
}

TEST_F(OslcPlans, AreNotOverwrittenNorTakenFromUs) {
  ASSERT_EQ(ask("POST", mine("plans"), plan_of("web", shape())).status, 201);
  EXPECT_EQ(ask("POST", mine("plans"), plan_of("web", shape())).status, 409);
  for (const char* method : {"PUT", "DELETE"}) {
    const Reply reply = ask(method, mine("plans/vm"), plan_of("x", shape()), {{"If-Match", "*"}});
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD, OPTIONS");
  }
  EXPECT_EQ(ask("DELETE", mine("plans/template:nobody")).status, 404);
  EXPECT_EQ(ask("DELETE", mine("plans/template:web"), {}, {{"If-Match", "\"old\""}}).status, 412);
  EXPECT_EQ(ask("DELETE", mine("plans/template:web")).status, 204);
}

// One factory of each type that a client takes without asking further (P33).
TEST_F(OslcPlans, HaveTheOneDefaultFactoryOfTheirType) {
  const Reply provider = ask("GET", fmt::format("{}/oslc/users/{}", base(), user_));
  std::map<std::string, int> defaults;
  for (const rdf::Triple& triple : provider.graph.triples()) {
    const bool is_default = provider.graph.term(triple.predicate).text == core::kUsage &&
                            provider.graph.term(triple.object).text == core::kDefaultUsage;
    const rdf::Term& thing = provider.graph.term(triple.subject);
    if (!is_default || !provider.graph.object(thing, core::kCreation)) continue;
    ++defaults[std::string(provider.graph.object(thing, core::kResourceType)->text)];
  }
  EXPECT_EQ(defaults,
            (std::map<std::string, int>{{std::string(automation::kAutomationPlan), 1},
                                        {std::string(automation::kAutomationRequest), 1}}));
}

}  // namespace
}  // namespace mayfly::oslc
