#include "fixture.h"

namespace mayfly::oslc {
namespace {

using OslcBadInput = OslcDoor;

TEST_F(OslcBadInput, NamesWhatIsWrongWithARequest) {
  struct Case {
    std::string body;
    std::string word;
  };
  const std::string vm = mine("plans/vm");
  std::string many;
  for (int at = 0; at <= 64; ++at) many += given(fmt::format("unknown{}", at), "1");
  const std::vector<Case> cases = {
      {request_for(vm, given("memory_gib", "1")), "vcpus"},
      {request_for(vm, small() + given("arch", "\"vax\"")), "arch"},
      {request_for(vm, small() + given("vcpus", "2")), "vcpus"},
      {request_for(vm, small() + given("public_ip", "\"203.0.113.7\"")), "public_ip"},
      {request_for(mine("plans/template:none"), small()), "plan"},
      {request_for("http://elsewhere.test/plan", small()), "plan"},
      {request_for(mine("plans/cluster"), ""), "nodes"},
      {request_for(vm, small() + given("shelf", '"' + std::string(2001, 'x') + '"')), "shelf"},
      {request_for(vm, small() + many), "unknown parameter"},
      {request_for(vm, small(), ""), "title"},
      {request_for(vm, small(), std::string(501, 't')), "title"},
      {std::string(kPrefixes) + "<> a oslc_auto:AutomationRequest .", "AutomationPlan"},
      {std::string(kPrefixes), "AutomationRequest"},
      {"<> a nonsense", ""},
  };
  for (const Case& wrong : cases) {
    const Reply reply = ask("POST", mine("requests"), wrong.body);
    EXPECT_EQ(reply.status, 400) << wrong.body << reply.body;
    EXPECT_THAT(reply.error(), HasSubstr(wrong.word));
    EXPECT_THAT(reply.header("Link"), HasSubstr("constrainedBy"));
  }
}

// What was made must not be lost to the client, whatever it can be told of it.
TEST_F(OslcBadInput, ThatNoXmlCanHoldIsKeptAndToldInOtherForms) {
  std::string body = request_for(mine("plans/vm"), small());
  body.replace(body.find("A test"), 6, "A \\u0001 test");
  const http::Headers xml = {{"Accept", "application/rdf+xml"}};
  const Reply created = ask("POST", mine("prepared"), body, xml);
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string made = created.header("Location");
  EXPECT_EQ(created.body, "");
  EXPECT_EQ(ask("GET", made, {}, xml).status, 406);
  EXPECT_EQ(ask("GET", made).status, 200);
}

TEST_F(OslcBadInput, RefusesWhatHttpSaysIsWrong) {
  EXPECT_EQ(ask("POST", mine("requests"), "", {{"Content-Type", "text/turtle"}}).status, 400);
  EXPECT_EQ(ask("POST", mine("requests"), "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(ask("GET", mine("plans/vm"), {}, {{"Accept", "invalid/content-type"}}).status, 406);
  EXPECT_EQ(ask("GET", mine("plans/vm"), {}, {{"Accept", "text/n3"}}).status, 200);
  EXPECT_EQ(ask("DELETE", mine("plans/vm")).status, 405);
  for (const char* unknown :
       {"plans/nothing", "results/r-nothing", "requests/r-nothing", "prepared/d-nothing",
        "deployments/r-nothing", "nowhere", "plans/vm/future-stop/creation?targetId=r-nothing",
        "plans/vm/future-stop/results/t-nothing", "results/%00"})
    EXPECT_EQ(ask("GET", mine(unknown)).status, 404) << unknown;
}

TEST_F(OslcBadInput, LeavesWhatIsNotItsOwnToRest) {
  const Reply reply = ask("GET", "/nowhere");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.header("Content-Type"), "application/problem+json");
}

// CORE-20: what we do not know is kept, and what is not kept is told.
TEST_F(OslcBadInput, PropertiesThatWeDoNotKnowAreKeptOrTold) {
  const std::string simple =
      "; dcterms:subject \"nightly\" ; dcterms:creator <http://people.test/ann> ; "
      "oslc_auto:colour 7 ";
  for (const char* place : {"requests", "prepared"}) {
    const Reply created = ask("POST", mine(place), request_for(mine("plans/vm"), small() + simple));
    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.header("Warning"), "");
    const std::string iri = created.header("Location");
    const Reply kept = ask("GET", iri);
    EXPECT_EQ(kept.one(iri, dublin::kSubject), "nightly");
    EXPECT_TRUE(kept.has(iri, dublin::kCreator, "http://people.test/ann"));
    EXPECT_EQ(kept.one(iri, std::string(automation::kNamespace) + "colour"), "7");
  }
  const std::string much = "; dcterms:creator [ dcterms:title \"Ann\" ] ";
  const Reply warned = ask("POST", mine("prepared"), request_for(mine("plans/vm"), small() + much));
  EXPECT_EQ(warned.status, 201) << warned.body;
  EXPECT_THAT(warned.header("Warning"), HasSubstr("not kept"));
}

}  // namespace
}  // namespace mayfly::oslc
