#include <gtest/gtest.h>

#include <fmt/format.h>

#include "rdf/expect_test.h"
#include "rdf/format.h"
#include "rdf/xml_canonical.h"

namespace mayfly::rdf {
namespace {

// Inside rdf:RDF, with the prefixes that the tests use.
std::string rdf_xml(std::string_view inside, std::string_view attributes = "") {
  return fmt::format(
      "<?xml version='1.0'?>\n<rdf:RDF xmlns:rdf='{}' xmlns:e='http://e/' {}>{}</rdf:RDF>\n", kRdf,
      attributes, inside);
}
// N-Triples with prefixes, which is to say Turtle.
std::string turtle(std::string_view triples) {
  return fmt::format(
      "@prefix rdf: <{}> . @prefix e: <http://e/> . @prefix b: <http://base.example/dir/> . {}",
      kRdf, triples);
}
void xml_says(std::string_view inside, std::string_view triples) {
  expect_says(read_rdf_xml, rdf_xml(inside), turtle(triples));
}
void xml_refused(std::string_view inside, std::string_view reason, const Limits& limits = {}) {
  expect_refused(read_rdf_xml, rdf_xml(inside), reason, limits);
}

TEST(RdfXml, ReadsTypedNodesAndTheirProperties) {
  xml_says("<e:T rdf:about='s' e:attribute='x'><e:p>text</e:p><e:q rdf:resource='o'/><e:r/></e:T>",
           "b:s a e:T ; e:attribute 'x' ; e:p 'text' ; e:q b:o ; e:r '' .");
}

TEST(RdfXml, NamesNodesInEveryWay) {
  xml_says(
      "<rdf:Description rdf:ID='i'><e:p rdf:nodeID='n'/></rdf:Description>"
      "<rdf:Description rdf:nodeID='n' rdf:type='t'/><rdf:Description e:p='x'/>"
      "<rdf:Description about='old'><e:p resource='new'/></rdf:Description>",
      "<http://base.example/dir/doc#i> e:p _:n . _:n a b:t . [] e:p 'x' . b:old e:p b:new .");
}

TEST(RdfXml, NestsNodesInProperties) {
  xml_says(
      "<e:A rdf:about='a'><e:p><!-- c --><e:B rdf:about='b'><e:q><rdf:Description/></e:q></e:B> "
      "</e:p></e:A>",
      "b:a a e:A ; e:p b:b . b:b a e:B ; e:q [] .");
}

TEST(RdfXml, ReadsParseTypes) {
  xml_says(
      "<rdf:Description rdf:about='s'>"
      "<e:p rdf:parseType='Resource'><e:q>x</e:q><rdf:li>y</rdf:li></e:p>"
      "<e:p rdf:parseType='Collection'><e:T rdf:about='t'/><rdf:Description/></e:p>"
      "<e:p rdf:parseType='Collection'/></rdf:Description>",
      "b:s e:p [ e:q 'x' ; rdf:_1 'y' ] , ( b:t [] ) , () . b:t a e:T .");
}

TEST(RdfXml, ReadsXmlLiteralsInCanonicalForm) {
  xml_says(
      "<rdf:Description rdf:about='s'><e:p rdf:parseType='Literal'>a &amp; <b z='2' y='1'/><e:c "
      "xmlns:f='http://f/'><![CDATA[<]]></e:c><!--c--><?pi d?></e:p>"
      "<e:q rdf:parseType='unheard-of'/></rdf:Description>",
      R"(b:s e:p 'a &amp; <b y="1" z="2"></b><e:c xmlns:e="http://e/">&lt;</e:c><!--c--><?pi d?>'^^rdf:XMLLiteral ;
          e:q ''^^rdf:XMLLiteral .)");
  xml_says(
      "<rdf:Description rdf:about='s'><e:p rdf:parseType='Literal' xmlns='http://d/'><x><y "
      "xmlns=''/></x>"
      "</e:p></rdf:Description>",
      R"(b:s e:p '<x xmlns="http://d/"><y xmlns=""></y></x>'^^rdf:XMLLiteral .)");
}

TEST(RdfXml, CountsMembersPerElement) {
  xml_says(
      "<rdf:Bag "
      "rdf:about='s'><rdf:li>a</rdf:li><rdf:_7>c</rdf:_7><rdf:li><rdf:Seq><rdf:li>x</rdf:li>"
      "</rdf:Seq></rdf:li></rdf:Bag>",
      "b:s a rdf:Bag ; rdf:_1 'a' ; rdf:_7 'c' ; rdf:_2 [ a rdf:Seq ; rdf:_1 'x' ] .");
}

TEST(RdfXml, ReifiesPropertiesWithAnId) {
  xml_says(
      "<rdf:Description rdf:about='s'><e:p rdf:ID='st' rdf:resource='o'/></rdf:Description>"
      "<rdf:Description rdf:about='#st' e:label='L'/>",
      "b:s e:p b:o . <http://base.example/dir/doc#st> a rdf:Statement ; rdf:subject b:s ;"
      "rdf:predicate e:p ; rdf:object b:o ; e:label 'L' .");
}

TEST(RdfXml, HandsDownBaseAndLanguage) {
  xml_says(
      "<rdf:Description rdf:about='s' xml:base='http://o/x/' xml:lang='en' e:a='1'>"
      "<e:p>2</e:p><e:p xml:lang=''>3</e:p><e:p rdf:datatype='t'>4</e:p><e:p xml:base='y/' "
      "rdf:resource='z'/><e:p xml:lang='de'><rdf:Description e:q='5'/></e:p></rdf:Description>",
      "<http://o/x/s> e:a '1'@en ; e:p '2'@en, '3', '4'^^<http://o/x/t>, <http://o/x/y/z>,"
      "[ e:q '5'@de ] .");
}

TEST(RdfXml, DescribesEmptyPropertiesByAttributes) {
  xml_says(
      "<rdf:Description rdf:about='s'><e:p rdf:resource='o' e:q='x'/><e:p e:q='y'></e:p>"
      "<e:p rdf:type='t'/></rdf:Description>",
      "b:s e:p b:o, [ e:q 'y' ], [ a b:t ] . b:o e:q 'x' .");
}

TEST(RdfXml, KeepsWhiteSpaceOfText) {
  xml_says(
      "<rdf:Description rdf:about='s'><e:p> a\r\nb<!-- x -->c<![CDATA[ <d> ]]></e:p><e:q>  </e:q>"
      "</rdf:Description>",
      "b:s e:p ' a\\nbc <d> ' ; e:q '  ' .");
}

TEST(RdfXml, PrefixesMeanWhatTheInnermostElementSays) {
  xml_says(
      "<e:T rdf:about='s' e:p='1'>"
      "<e:q><e:T xmlns:e='http://f/' rdf:about='o' e:p='2'><e:q>3</e:q></e:T></e:q>"
      "<e:q><e:T xmlns:e='http://g/' rdf:about='r' e:p='4'/></e:q><e:p>5</e:p></e:T>",
      "b:s a e:T ; e:p '1', '5' ; e:q b:o, b:r . b:o a <http://f/T> ; <http://f/p> '2' ; "
      "<http://f/q> '3' . b:r a <http://g/T> ; <http://g/p> '4' .");
  // The default namespace is none of attributes.
  xml_says(
      "<T xmlns='http://e/' rdf:about='s'><about>1</about><x:about xmlns:x='http://e/'>2</x:about>"
      "<p><T about='o' xmlns='http://f/'/></p></T>",
      "b:s a e:T ; e:about '1', '2' ; e:p b:o . b:o a <http://f/T> .");
  xml_refused("<e:T><f:p xmlns:f='http://f/'>x</f:p><f:p>y</f:p></e:T>", "'f:' is not declared");
}

TEST(RdfXml, TellsManyNamesApart) {
  std::string elements;
  std::string triples = "b:s e:p0 '0'";
  for (int i = 0; i < 1000; ++i) {
    elements += fmt::format("<e:p{0} e:a{1}='{0}' rdf:nodeID='n{1}'/>", i, i % 7);
    triples += fmt::format(" . b:s e:p{0} _:n{1} . _:n{1} e:a{1} '{0}'", i, i % 7);
  }
  xml_says("<rdf:Description rdf:about='s' e:p0='0'>" + elements + "</rdf:Description>",
           triples + " .");
}

TEST(RdfXml, NeedsNoRdfElement) {
  expect_says(
      read_rdf_xml,
      "<T xmlns='http://e/' xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' r:about=''/>",
      "<http://base.example/dir/doc> a <http://e/T> .");
  expect_says(read_rdf_xml, rdf_xml(""), "");
}

TEST(RdfXml, IgnoresUnknownAttributesOfXml) {
  xml_says("<rdf:Description rdf:about='s' xml:space='preserve' xmlfuture='x' e:p='y'/>",
           "b:s e:p 'y' .");
}

TEST(RdfXml, RefusesWhatItsGrammarForbids) {
  xml_refused("text", "there is text");
  xml_refused("<rdf:li/>", "rdf:li may not be the element of a resource");
  xml_refused("<rdf:Description rdf:li='x'/>", "rdf:li may not be an attribute");
  xml_refused("<rdf:Description rdf:bagID='x'/>", "rdf:bagID");
  xml_refused("<rdf:Description rdf:aboutEach='x'/>", "rdf:aboutEach");
  xml_refused("<rdf:Description rdf:about='a' rdf:ID='b'/>", "only one of");
  xml_refused("<rdf:Description rdf:ID='1'/>", "no XML name");
  xml_refused("<rdf:Description rdf:ID='a'/><rdf:Description rdf:ID='a'/>", "given twice");
  xml_refused("<rdf:Description rdf:nodeID='a b'/>", "no XML name");
  xml_refused("<rdf:Description rdf:resource='x'/>", "belong on properties");
  xml_refused("<rdf:Description><rdf:Description/></rdf:Description>",
              "may not be the element of a property");
  xml_refused("<e:T><e:p rdf:about='x'/></e:T>", "rdf:about may not be on a property");
  xml_refused("<e:T><e:p rdf:resource='x' rdf:nodeID='y'/></e:T>", "only one of");
  xml_refused("<e:T><e:p rdf:resource='x'>y</e:p></e:T>", "may hold no text");
  xml_refused("<e:T><e:p><e:A/><e:B/></e:p></e:T>", "only one resource");
  xml_refused("<e:T><e:p>x<e:A/></e:p></e:T>", "nothing else");
  xml_refused("<e:T><e:p rdf:parseType='Literal' rdf:resource='x'/></e:T>", "no other attributes");
  xml_refused("<e:T><e:p rdf:parseType='Collection'>x</e:p></e:T>", "text in a collection");
  xml_refused("<T/>", "has no namespace");
  xml_refused("<e:T p='x'/>", "has no namespace");
  xml_refused("<f:T/>", "'f:' is not declared");
  xml_refused("<e:T f:p='x'/>", "'f:' is not declared");
  xml_refused("<e:T rdf:about='a b'/>", "an IRI may not have");
  xml_refused("<e:T xml:lang='a b'/>", "no language tag");
}

TEST(RdfXml, RefusesWhatIsNotXml) {
  expect_refused(read_rdf_xml, "", "is not XML");
  expect_refused(read_rdf_xml, "<!-- nothing -->", "is not XML");
  expect_refused(read_rdf_xml, "plain text", "is not XML");
  expect_refused(read_rdf_xml, "<a xmlns='http://e/'/><b xmlns='http://e/'/>", "second root");
  xml_refused("<e:T>", "is not XML");
  xml_refused("<e:T a:b:c='x'/>", "is no name");
  xml_refused("<e:T e:p='x' e:p='y'/>", "given twice");
  xml_refused("<e:T xmlns:f='http://e/' e:p='x' f:p='y'/>", "given twice");
  xml_refused("<e:T e:p='<'/>", "'<' must not be in the value");
  xml_refused("<e:T><e:p>&unknown;</e:p></e:T>", "'&unknown;' is not declared");
  xml_refused("<e:T><e:p>a & b</e:p></e:T>", "'&' must be written");
  xml_refused("<e:T><e:p>&#0;</e:p></e:T>", "no character that XML has");
  xml_refused("<e:T><e:p>\1</e:p></e:T>", "a character that XML does not have");
  xml_refused("<e:T><e:p>]]></e:p></e:T>", "must not be in text");
  xml_refused("<!-- a -- b -->", "'--' must not be");
  xml_refused("<e:T xmlns:x=''/>", "binds nothing");
}

TEST(RdfXml, NamesTheLineThatIsWrong) {
  const Result<Graph> graph =
      read_rdf_xml(rdf_xml("\n\n<e:T>\n <e:p rdf:about='x'/>\n</e:T>"), kTestBase);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().message, "RDF/XML, line 5: rdf:about may not be on a property");
}

TEST(RdfXml, PutsEntitiesOfTheInternalSubsetInPlace) {
  expect_says(read_rdf_xml,
              "<!DOCTYPE rdf:RDF [\n<!ENTITY ns 'http://e/'> <!-- c --> <!ENTITY q \"a'&#34;b\">"
              "<!ENTITY both '&ns;&q;'> <!ENTITY el '<x:p xmlns:x=\"&ns;\">y</x:p>'>]>" +
                  rdf_xml("<rdf:Description rdf:about='&ns;s' e:p='&q;'><e:q>&both;</e:q>&el;"
                          "</rdf:Description>")
                      .substr(22),
              turtle("e:s e:p 'a\\'\"b' ; e:q 'http://e/a\\'\"b' ; e:p 'y' ."));
}

TEST(RdfXml, NeverFetchesAnything) {
  const std::string inside = rdf_xml("<e:T><e:p>&x;</e:p></e:T>").substr(22);
  expect_refused(read_rdf_xml, "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + inside,
                 "nothing is fetched");
  expect_refused(read_rdf_xml, "<!DOCTYPE r [<!ENTITY x PUBLIC 'p' 'http://x/'>]>" + inside,
                 "nothing is fetched");
  expect_refused(read_rdf_xml, "<!DOCTYPE r SYSTEM 'http://x/dtd'>" + inside, "not declared");
  expect_refused(read_rdf_xml, "<!DOCTYPE r [<!ENTITY % y SYSTEM 'http://x/'> %y;]>" + inside,
                 "parameter entities");
  expect_refused(read_rdf_xml, "<!DOCTYPE r [<!ATTLIST e:T e:p CDATA 'x'>]>" + inside,
                 "default values");
}

TEST(RdfXml, RefusesEntityBombs) {
  std::string laughs = "<!DOCTYPE r [<!ENTITY a0 'ha ha ha ha ha ha'>";
  for (int i = 1; i < 8; ++i) {
    laughs += fmt::format("<!ENTITY a{} '", i);
    for (int j = 0; j < 20; ++j) laughs += fmt::format("&a{};", i - 1);
    laughs += "'>";
  }
  expect_refused(read_rdf_xml, laughs + "]>" + rdf_xml("<e:T><e:p>&a7;</e:p></e:T>").substr(22),
                 "too large");
  expect_refused(read_rdf_xml,
                 "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>" +
                     rdf_xml("<e:T><e:p>&a;</e:p></e:T>").substr(22),
                 "deeper than 8 levels");
}

TEST(RdfXml, StaysWithinItsLimits) {
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<e:T><e:p>";
  std::string close;
  for (int i = 0; i < 50'000; ++i) close += "</e:p></e:T>";
  xml_refused(deep + close, "deeper than 100 levels");
  std::string literal = "<e:T><e:p rdf:parseType='Literal'>";
  for (int i = 0; i < 50'000; ++i) literal += "<b>";
  for (int i = 0; i < 50'000; ++i) literal += "</b>";
  xml_refused(literal + "</e:p></e:T>", "too deeply");
  xml_refused("<e:T e:p='x'/>", "more triples", {.triples_max = 1});
  xml_refused("<e:T e:p='x'/>", "names are written out", {.text_bytes_max = 10});
  std::string namespaces = "<e:T";
  for (int i = 0; i < 300; ++i) namespaces += fmt::format(" xmlns:a{0}='http://a{0}'", i);
  xml_refused(namespaces + "/>", "more than 256 namespaces");
}

TEST(RdfXml, ReadsOtherEncodings) {
  const std::string utf8 =
      rdf_xml("<rdf:Description rdf:about='s' e:p='\xC3\xA9\xF0\x9F\x92\xA1'/>");
  const std::string_view wanted = "b:s e:p '\xC3\xA9\xF0\x9F\x92\xA1' .";
  expect_says(read_rdf_xml, "\xEF\xBB\xBF" + utf8, turtle(wanted));
  std::string little;
  std::string big;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    std::string units(1, utf8[i]);
    if (utf8[i] == '\xC3') units = std::string("\xE9", 1), ++i;
    if (utf8[i] == '\xF0') {  // U+1F4A1 as two units
      little += "\x3D\xD8\xA1\xDC";
      big += "\xD8\x3D\xDC\xA1";
      i += 3;
      continue;
    }
    little += units + std::string(1, '\0');
    big += std::string(1, '\0') + units;
  }
  expect_says(read_rdf_xml, "\xFF\xFE" + little, turtle(wanted));
  expect_says(read_rdf_xml, "\xFE\xFF" + big, turtle(wanted));
  expect_says(read_rdf_xml, little, turtle(wanted));
  expect_says(read_rdf_xml,
              "<?xml version='1.0' encoding='ISO-8859-1'?><e:T xmlns:e='http://e/' e:p='\xE9'/>",
              turtle("[] a e:T ; e:p '\xC3\xA9' ."));
  expect_refused(read_rdf_xml, "<?xml version='1.0' encoding='KOI8-R'?><a/>", "send UTF-8");
  expect_refused(read_rdf_xml, "<a>\xE9</a>", "not UTF-8");
}

Graph sample() {
  Graph graph;
  graph.prefixes = {{"e", "http://e/"}, {"unused", "http://unused/"}};
  const Term plan = iri("http://x/plan?a=1&b=2");
  graph.add(plan, iri("http://e/title"), literal(xml_literal("a < b & c"), kXmlLiteral));
  graph.add(plan, iri(kType), iri("http://e/Plan"));
  graph.add(plan, iri("http://e/part"), blank("n"));
  graph.add(blank("n"), iri("http://other/size#of"), literal("3", kInteger));
  graph.add(plan, iri("http://e/label"), language_literal("\"x\"\r", "en"));
  return graph;
}

TEST(RdfXmlWriter, WritesPlainNodesSideBySide) {
  EXPECT_EQ(*write_rdf_xml(sample()), R"(<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:e="http://e/"
    xmlns:ns1="http://other/size#">
  <e:Plan rdf:about="http://x/plan?a=1&amp;b=2">
    <e:title rdf:parseType="Literal">a &lt; b &amp; c</e:title>
    <e:part rdf:nodeID="b0"/>
    <e:label xml:lang="en">"x"&#xD;</e:label>
  </e:Plan>
  <rdf:Description rdf:nodeID="b0">
    <ns1:of rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">3</ns1:of>
  </rdf:Description>
</rdf:RDF>
)");
}

TEST(RdfXmlWriter, NestsWhenAbbreviated) {
  EXPECT_EQ(*write_rdf_xml_abbreviated(sample()), R"(<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:e="http://e/"
    xmlns:ns1="http://other/size#">
  <e:Plan rdf:about="http://x/plan?a=1&amp;b=2">
    <e:title rdf:parseType="Literal">a &lt; b &amp; c</e:title>
    <e:part>
      <rdf:Description>
        <ns1:of rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">3</ns1:of>
      </rdf:Description>
    </e:part>
    <e:label xml:lang="en">"x"&#xD;</e:label>
  </e:Plan>
</rdf:RDF>
)");
}

TEST(RdfXmlWriter, NestsWhatHasAnIriOnRequest) {
  Graph graph;
  graph.prefixes = {{"e", "http://e/"}};
  graph.add(iri("http://a"), iri("http://e/p"), iri("http://b"));
  graph.add(iri("http://b"), iri(kType), iri("http://e/T"));
  EXPECT_NE(write_rdf_xml_abbreviated(graph, {.root = "http://a", .nest_iris = true})
                ->find("<e:p>\n      <e:T rdf:about=\"http://b\"/>\n    </e:p>"),
            std::string::npos);
}

TEST(RdfXmlWriter, WritesAnIllFormedXmlLiteralAsText) {
  for (const auto* lexical : {"<b", "a & b", "<b/>", "</e:p>", "<x:y></x:y>", "a > b"}) {
    Graph graph;
    graph.add(iri("http://a"), iri("http://e/p"), literal(lexical, kXmlLiteral));
    const std::string text = *write_rdf_xml(graph);
    EXPECT_NE(text.find("#XMLLiteral\""), std::string::npos) << text;
    EXPECT_TRUE(isomorphic(graph, *read_rdf_xml(text, ""))) << text;
  }
}

// Exclusive XML Canonicalization has one way to write each text.
TEST(RdfXmlWriter, WritesAnXmlLiteralAsItIsOnlyWhenItIsCanonical) {
  for (const auto* canonical :
       {"", "a \"b\" 'c'\n", "&amp;&lt;&gt;&#xD;", "\xC3\xA9", "<b x=\"&quot;\"></b> &amp;"}) {
    EXPECT_TRUE(is_canonical_xml(canonical)) << canonical;
  }
  for (const auto* other : {"&", "&amp", "&quot;", "&apos;", "&#13;", "&#xd;", "&#x41;", "a > b",
                            "]]>", "\r", "\1", "&e;", "<b/>", "<b></b> &quot;"}) {
    EXPECT_FALSE(is_canonical_xml(other)) << other;
  }
}

TEST(RdfXmlWriter, SaysWhatItCannotWrite) {
  for (const auto* predicate : {"http://e/1", "http://e/", "http://e/a(b)",
                                "http://www.w3.org/1999/02/22-rdf-syntax-ns#li"}) {
    Graph graph;
    graph.add(iri("http://a"), iri(predicate), literal("x"));
    const Result<std::string> text = write_rdf_xml(graph);
    ASSERT_FALSE(text) << *text;
    EXPECT_EQ(text.error().code, ErrorCode::invalid);
    EXPECT_NE(text.error().message.find(predicate), std::string::npos);
  }
  Graph graph;
  graph.add(iri("http://a"), iri("http://e/p"), literal("\1"));
  EXPECT_FALSE(write_rdf_xml(graph));
}

TEST(RdfXmlWriter, KeepsClearOfPrefixesThatXmlForbids) {
  Graph graph;
  graph.prefixes = {
      {"rdf", "http://e/"}, {"xml", "http://f/"}, {"1", "http://g/"}, {"", "http://h/"}};
  for (const auto* predicate : {"http://e/p", "http://f/p", "http://g/p", "http://h/p"})
    graph.add(iri("http://a"), iri(predicate), literal("x"));
  EXPECT_TRUE(isomorphic(graph, *read_rdf_xml(*write_rdf_xml(graph), "")));
}

}  // namespace
}  // namespace mayfly::rdf
