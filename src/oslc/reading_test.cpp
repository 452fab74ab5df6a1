// What clients write: addresses, bodies, queries, selections.
#include <gtest/gtest.h>

#include "oslc/fixture_test.h"
#include "oslc/intake.h"
#include "oslc/query.h"
#include "oslc/selection.h"
#include "rdf/reader.h"

namespace mayfly::oslc {
namespace {

using namespace testing;

constexpr char kPrefixes[] = R"(
@prefix oslc: <http://open-services.net/ns/core#> .
@prefix oslc_auto: <http://open-services.net/ns/auto#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
)";
constexpr char kHere[] = "http://mayfly.test/oslc/users/ann/requests";

rdf::Graph turtle(const std::string& text) {
  auto graph = rdf::read_turtle(kPrefixes + text, kHere);
  EXPECT_TRUE(graph) << graph.error().message;
  return graph ? *std::move(graph) : rdf::Graph();
}

Outcome<Intake> intake_of_turtle(const std::string& text) {
  return read_intake(turtle(text), kHere, addresses());
}

TEST(Addresses, ReadBackWhatTheyMake) {
  const Addresses all = addresses();
  const std::vector<Address> some = {
      {.place = Place::catalog},
      {.place = Place::provider, .user = "ann"},
      {.place = Place::plan, .user = "ann", .plan = "template:web"},
      {.place = Place::future_action, .user = "ann", .plan = "vm"},
      {.place = Place::future_action, .user = "ann", .plan = "vm", .target = "r-1"},
      {.place = Place::action_creation, .user = "ann", .plan = "vm", .target = "r-1"},
      {.place = Place::action_result, .user = "ann", .plan = "template:a.b", .id = "t-1"},
      {.place = Place::action_creation,
       .user = "ann",
       .plan = "vm",
       .target = "r-1",
       .follow_up = service::AutomationKind::extension},
      {.place = Place::action_request,
       .user = "ann",
       .plan = "vm",
       .id = "s-1",
       .follow_up = service::AutomationKind::restart,
       .view = View::small_preview},
      {.place = Place::deployment, .user = "ann", .id = "r-1", .view = View::compact},
      {.place = Place::prepared, .user = "ann", .id = "d-1"},
  };
  for (const Address& address : some)
    EXPECT_EQ(all.read(all.of(address)), address) << all.of(address);
}

TEST(Addresses, OfOthersMeanNothing) {
  EXPECT_FALSE(addresses().read("http://elsewhere.test/oslc/users/ann/plans/vm"));
  EXPECT_FALSE(addresses().read("http://mayfly.test.evil/oslc/catalog"));
  EXPECT_FALSE(addresses().read("http://mayfly.test/oslc/users/ann/plans/vm/more/of/it"));
  EXPECT_FALSE(addresses().read("http://mayfly.test/oslc/users//plans"));
}

TEST(Intake, ReadsWhatTheScenarioSends) {
  const auto intake = intake_of_turtle(R"(
    <> a oslc_auto:AutomationRequest ; dcterms:title "Two <b>big</b> ones &amp; more"^^rdf:XMLLiteral ;
      dcterms:identifier "whatever" ; oslc_auto:state oslc_auto:new ; <urn:x:unknown> 1 ;
      oslc_auto:executesAutomationPlan <http://mayfly.test/oslc/users/ann/plans/vm> ;
      oslc_auto:inputParameter [ a oslc_auto:ParameterInstance ; oslc:name "vcpus" ; rdf:value 2 ] ,
        [ oslc:name "name" ] .)");
  ASSERT_TRUE(intake) << intake.error().message;
  EXPECT_EQ(intake->title, "Two big ones & more");
  EXPECT_EQ(intake->plan.plan, "vm");
  ASSERT_EQ(intake->parameters.size(), 1u);
  EXPECT_EQ(intake->parameters[0].name, "vcpus");
  EXPECT_EQ(intake->parameters[0].value, "2");
}

TEST(Intake, RefusesWhatIsNoRequest) {
  for (const char* body : {
           "",
           "<> dcterms:title \"x\" .",
           "<> a oslc_auto:AutomationRequest ; dcterms:title \"x\" .",
           "<> a oslc_auto:AutomationRequest ; oslc_auto:executesAutomationPlan "
           "<http://mayfly.test/oslc/users/ann/plans/vm> .",
           "<> a oslc_auto:AutomationRequest ; dcterms:title \"x\" ; "
           "oslc_auto:executesAutomationPlan <http://elsewhere.test/plan> .",
           "<> a oslc_auto:AutomationRequest ; dcterms:title \"x\" ; "
           "oslc_auto:executesAutomationPlan [] .",
           "<#a> a oslc_auto:AutomationRequest . <#b> a oslc_auto:AutomationRequest .",
       }) {
    const auto intake = intake_of_turtle(body);
    ASSERT_FALSE(intake) << body;
    EXPECT_EQ(intake.error().status, 400) << body;
  }
}

bool is_hit(const std::string& where) {
  const rdf::Graph graph = turtle(R"(
    <#r> dcterms:identifier "r-2" ; oslc_auto:state oslc_auto:complete ; oslc_auto:progress 100 ;
      dcterms:created "2026-01-02T03:04:05Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> ;
      dcterms:title "a &lt; b"^^rdf:XMLLiteral .)");
  const rdf::Prefixes prefixes = new_graph().prefixes;
  const auto terms = read_where(where, prefixes);
  EXPECT_TRUE(terms) << where << ": " << terms.error().message;
  return terms && fits(graph, std::string(kHere) + "#r", *terms);
}

TEST(Markup, IsReadAsItsText) {
  EXPECT_EQ(text_of_markup("<b>R&amp;D</b> &lt;x&gt; &quot;&apos;"), "R&D <x> \"'");
  EXPECT_EQ(text_of_markup("a & b; &nbsp; &amp"), "a & b; &nbsp; &amp");
  EXPECT_EQ(text_of_markup("cut <of"), "cut ");
  // Whoever looks for the semicolon from each of them looks for seconds.
  const std::string ampersands(1 << 20, '&');
  EXPECT_EQ(text_of_markup(ampersands + ";"), ampersands + ";");
}

TEST(Where, ComparesAsTheTypesDo) {
  EXPECT_TRUE(is_hit("dcterms:identifier=\"r-2\""));
  EXPECT_TRUE(
      is_hit("dcterms:identifier=\"r-2\"^^xsd:string and oslc_auto:state=oslc_auto:complete"));
  EXPECT_TRUE(is_hit("oslc_auto:state=<http://open-services.net/ns/auto#complete>"));
  EXPECT_TRUE(is_hit("oslc_auto:state in [oslc_auto:new, oslc_auto:complete]"));
  EXPECT_TRUE(is_hit("dcterms:identifier<=\"r-3\" and dcterms:identifier>\"r-1\""));
  EXPECT_TRUE(is_hit("oslc_auto:progress>=100"));
  EXPECT_TRUE(is_hit("dcterms:created<\"2026-01-02T03:04:06Z\"^^xsd:dateTime"));
  EXPECT_TRUE(is_hit("dcterms:title=\"a < b\""));
  EXPECT_TRUE(is_hit("*=\"r-2\""));
  EXPECT_FALSE(is_hit("dcterms:identifier!=\"r-2\""));
  EXPECT_FALSE(is_hit("oslc_auto:state=oslc_auto:new"));
  EXPECT_FALSE(is_hit("dcterms:description=\"x\""));
}

TEST(Where, RefusesWhatItDoesNotUnderstand) {
  const rdf::Prefixes prefixes = new_graph().prefixes;
  for (const char* wrong :
       {"", "dcterms:title", "dcterms:title=", "title=\"x\"", "nope:title=\"x\"",
        "dcterms:title=\"x", "dcterms:title=\"x\" or dcterms:title=\"y\"",
        "dcterms:title in [\"x\"", "dcterms:title=<http://x", "dcterms:title{", "dcterms:title{}",
        "oslc_auto:x{dcterms:title=\"y\"", "dcterms:title=\"x\"}"}) {
    const auto where = read_where(wrong, prefixes);
    ASSERT_FALSE(where) << wrong;
    EXPECT_EQ(where.error().status, 400) << wrong;
  }
}

TEST(Prefixes, OfTheClientComeOntoTheKnownOnes) {
  const auto prefixes = read_prefixes("a=<http://a.test/>,b=<http://b.test#>");
  ASSERT_TRUE(prefixes);
  EXPECT_EQ(prefixes->expand("a:x"), "http://a.test/x");
  EXPECT_EQ(prefixes->expand("dcterms:title"), "http://purl.org/dc/terms/title");
  EXPECT_FALSE(read_prefixes("a"));
  EXPECT_FALSE(read_prefixes("a=<http://a"));
  EXPECT_FALSE(read_prefixes("a=<http://" + std::string(3000, 'a') + ">"));
}

TEST(Selection, TakesWhatIsNamedAndNothingElse) {
  const rdf::Graph graph = turtle(R"(
    <#r> a oslc_auto:AutomationResult ; dcterms:title "t" ; dcterms:identifier "1" ;
      oslc:action <#a> ; oslc_auto:inputParameter [ oslc:name "n" ; rdf:value 1 ] .
    <#a> dcterms:title "act" ; dcterms:identifier "2" .)");
  const std::string resource = std::string(kHere) + "#r";
  const auto size_of = [&](const char* text) {
    const auto selection = read_selection("oslc.properties", text, new_graph().prefixes);
    EXPECT_TRUE(selection) << text;
    rdf::Graph selected;
    select(graph, resource, *selection, selected);
    return selected.size();
  };
  EXPECT_EQ(size_of("dcterms:title"), 2u);  // and the type
  EXPECT_EQ(size_of("oslc:action{dcterms:title}"), 3u);
  EXPECT_EQ(size_of("oslc_auto:inputParameter"), 4u);
  EXPECT_EQ(size_of("*"), 7u);
  EXPECT_EQ(size_of("*{*}"), 9u);
  EXPECT_EQ(size_of("rdf:nil"), 1u);
  EXPECT_FALSE(read_selection("oslc.properties", "dcterms:title{", new_graph().prefixes));
  EXPECT_FALSE(read_selection("oslc.properties", "x y", new_graph().prefixes));
  std::string many = "dcterms:title";
  for (int i = 0; i < 1000; ++i) many += ",dcterms:title";
  EXPECT_FALSE(read_selection("oslc.properties", many, new_graph().prefixes));
}

}  // namespace
}  // namespace mayfly::oslc
