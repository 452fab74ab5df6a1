// What other tools and browsers show of a resource.
#include "fixture.h"
#include "json/parse.h"

namespace mayfly::oslc {
namespace {

class OslcPreviews : public OslcDoor {
 protected:
  static http::Headers accept(std::string type) { return {{"Accept", std::move(type)}}; }
  // The Link header with that relation; the first one.
  static std::string link(const Reply& reply, std::string_view relation) {
    for (const http::Header& header : reply.headers) {
      if (!http::equals_ignoring_case(header.name, "Link")) continue;
      if (header.value.find(fmt::format("rel=\"{}\"", relation)) != std::string::npos)
        return header.value.substr(1, header.value.find('>') - 1);
    }
    return "";
  }
  std::string id() const { return result_.substr(result_.rfind('/') + 1); }
  std::vector<std::string> resources() const {
    return {mine("plans/vm"), mine("requests/" + id()), result_, mine("deployments/" + id())};
  }
  static std::string text(const json::object& object, const char* name) {
    return std::string(object.at(name).as_string());
  }
};

TEST_F(OslcPreviews, AreFoundByALinkAndToldInEachForm) {
  launch(small() + given("lease", "\"2h\""));
  for (const std::string& iri : resources()) {
    const Reply resource = ask("HEAD", iri);
    const std::string compact = link(resource, core::kCompactType);
    ASSERT_NE(compact, "") << iri;
    const Reply told = ask("GET", compact, {}, accept("application/json"));
    ASSERT_EQ(told.status, 200) << told.body;
    const auto tree = json::parse(told.body);
    ASSERT_TRUE(tree && tree->is_object()) << told.body;
    const json::object& object = tree->as_object();
    EXPECT_NE(text(object, "title"), "");
    EXPECT_EQ(ask("GET", text(object, "icon"), {}, accept("*/*"), false).header("Content-Type"),
              "image/svg+xml");
    for (const char* size : {"smallPreview", "largePreview"}) {
      const json::object& preview = object.at(size).as_object();
      EXPECT_THAT(text(preview, "hintWidth"), ::testing::EndsWith("px"));
      const Reply shown = ask("GET", text(preview, "document"), {}, accept("text/html"));
      EXPECT_EQ(shown.status, 200) << shown.body;
      EXPECT_THAT(shown.header("Content-Type"), HasSubstr("text/html"));
      EXPECT_THAT(shown.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
      EXPECT_THAT(shown.header("Content-Security-Policy"), HasSubstr("frame-ancestors 'self'"));
      EXPECT_THAT(shown.body, ::testing::Not(HasSubstr("<script")));
    }
    for (const char* type : {"text/turtle", "application/ld+json", "application/rdf+xml"}) {
      const Reply graph = ask("GET", compact, {}, accept(type));
      EXPECT_EQ(graph.header("Content-Type"), type);
      EXPECT_TRUE(graph.has(iri, rdf::kType, core::kCompactType)) << graph.body;
      EXPECT_NE(graph.one(iri, core::kIcon), "");
    }
    EXPECT_EQ(ask("GET", compact, {}, accept("image/png")).status, 406);
  }
}

// As clients of OSLC 2.0 read it: by element names.
TEST_F(OslcPreviews, AnswerTheTypeOfCore2AtTheResourceItself) {
  launch();
  const Reply compact = ask("GET", result_, {}, accept("application/x-oslc-compact+xml"));
  ASSERT_EQ(compact.status, 200) << compact.body;
  EXPECT_EQ(compact.header("Content-Type"), "application/x-oslc-compact+xml");
  for (const std::string& part :
       {fmt::format("<oslc:Compact rdf:about=\"{}\"", result_), std::string("<oslc:smallPreview>"),
        std::string("<oslc:Preview>"),
        fmt::format("<oslc:document rdf:resource=\"{}/small-preview\"", result_)})
    EXPECT_THAT(compact.body, HasSubstr(part));
}

TEST_F(OslcPreviews, AnswerWhoPrefersThem) {
  launch();
  http::Headers preferring = accept("application/json");
  preferring.push_back(
      {"Prefer",
       "return=representation; include=\"http://open-services.net/ns/core#PreferCompact\""});
  const Reply wrapped = ask("GET", result_, {}, preferring);
  EXPECT_EQ(wrapped.status, 200);
  EXPECT_EQ(wrapped.header("Preference-Applied"), "return=representation");
  EXPECT_THAT(wrapped.header("Vary"), HasSubstr("Prefer"));
  const auto tree = json::parse(wrapped.body);
  ASSERT_TRUE(tree) << wrapped.body;
  EXPECT_EQ(text(tree->at("compact").at("smallPreview").as_object(), "document"),
            result_ + "/small-preview");
  EXPECT_EQ(ask("GET", mine("results/r-none"), {}, preferring).status, 404);
}

TEST_F(OslcPreviews, SayHowItStandsAndWhatItCosts) {
  launch(small() + given("lease", "\"2h\""));
  const std::string shown = ask("GET", result_ + "/small-preview", {}, accept("text/html")).body;
  const std::string deployed = mine("deployments/" + id());
  const Reply facts = ask("GET", deployed);
  for (const std::string& fact :
       {std::string("complete"), std::string("passed"), std::string("active"), std::string(" USD"),
        facts.one(deployed, ours::kExpires), std::string("public_ip")})
    EXPECT_THAT(shown, HasSubstr(fact));
}

TEST_F(OslcPreviews, BelongToTheirUserAndToKnownResources) {
  launch();
  EXPECT_EQ(ask("GET", result_ + "/compact", {}, {}, false).status, 401);
  EXPECT_EQ(ask("GET", result_ + "/small-preview", {}, accept("text/html"), false).status, 401);
  for (const char* unknown : {"results/r-none/compact", "results/compact", "plans/compact",
                              "plans/vm/future-stop/compact", "prepared/d-1/compact"})
    EXPECT_EQ(ask("GET", mine(unknown)).status, 404) << unknown;
  EXPECT_EQ(ask("GET", result_ + "/small-preview").status, 406);
  EXPECT_EQ(ask("GET", "/oslc/icon.svg").status, 406);
  EXPECT_EQ(ask("PUT", result_ + "/compact", "<> a <urn:x> .").status, 405);
  EXPECT_EQ(ask("OPTIONS", result_ + "/compact", {}, {}, false).header("Allow"),
            "GET, HEAD, OPTIONS");
}

TEST_F(OslcPreviews, OfWhatIsMadeAreToldAtOnce) {
  const Reply created = ask("POST", mine("requests"), request_for(mine("plans/vm"), small()));
  const std::string made = created.header("Location");
  EXPECT_EQ(link(created, core::kCompactType), made + "/compact");
  EXPECT_THAT(created.body, ::testing::Not(HasSubstr("core#Compact")));
}

// ---- pages

TEST_F(OslcPreviews, AreTheResourceItselfForBrowsers) {
  launch();
  const std::string browser =
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
  std::vector<std::string> all = resources();
  all.push_back(base() + "/oslc/catalog");
  all.push_back(fmt::format("{}/oslc/users/{}", base(), user_));
  for (const std::string& iri : all) {
    const Reply page = ask("GET", iri, {}, accept(browser));
    EXPECT_EQ(page.status, 200) << iri << page.body;
    EXPECT_THAT(page.header("Content-Type"), HasSubstr("text/html")) << iri;
    EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(page.body, HasSubstr("<h1>"));
    EXPECT_EQ(ask("GET", iri, {}, accept("text/html")).status, 200);
  }
}

// A client of the API that takes anything reads RDF.
TEST_F(OslcPreviews, AreNotForClientsThatTakeAnything) {
  for (const char* anything :
       {"*/*", "application/rdf+xml, */*;q=0.1", "application/*, text/html;q=0.5"})
    EXPECT_EQ(ask("GET", mine("plans/vm"), {}, accept(anything)).header("Content-Type"),
              "application/rdf+xml")
        << anything;
}

TEST_F(OslcPreviews, CannotBeMadeToSayMore) {
  std::string body =
      request_for(mine("plans/vm"), small() + given("note", "<javascript:alert(1)>"));
  body.replace(body.find("A test"), 6, "<script>alert('1')</script>&\\\"");
  const Reply created = ask("POST", mine("requests"), body);
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string made = created.header("Location");
  for (const std::string& iri : {made, made + "/large-preview", made + "/small-preview"}) {
    const Reply page = ask("GET", iri, {}, accept("text/html"));
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, ::testing::Not(HasSubstr("<script")));
    EXPECT_THAT(page.body, ::testing::Not(HasSubstr("href=\"javascript")));
    EXPECT_THAT(page.body, HasSubstr("alert(&#39;1&#39;)"));
  }
}

TEST_F(OslcPreviews, StandBesideTheShapeInTheLinks) {
  launch();
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    const Reply reply = ask(method, result_);
    EXPECT_EQ(link(reply, ldp::kConstrainedBy), base() + "/oslc/shapes/result") << method;
    EXPECT_EQ(link(reply, "type"), ldp::kResource) << method;
  }
  EXPECT_EQ(link(ask("GET", mine("plans/vm")), ldp::kConstrainedBy), base() + "/oslc/shapes/plan");
  EXPECT_EQ(link(ask("GET", mine("requests")), ldp::kConstrainedBy), mine("shapes/request"));
}

}  // namespace
}  // namespace mayfly::oslc
