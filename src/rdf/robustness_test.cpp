// Readers get whatever the network brings: documents cut off anywhere and documents with anything
// changed must be read or refused, in bounded time. tests/fuzz looks for more of the same.
#include <gtest/gtest.h>

#include <array>

#include "core/random.h"
#include "rdf/expect_test.h"
#include "rdf/format.h"
#include "rdf/random_graphs.h"

namespace mayfly::rdf {
namespace {

constexpr std::array kFormats{Format::turtle, Format::rdf_xml, Format::rdf_xml_abbreviated,
                              Format::json_ld, Format::legacy_json};

// Documents with as much syntax in them as fits; the writers' own are plainer.
constexpr std::array<std::pair<Format, std::string_view>, 5> kDocuments{{
    {Format::turtle,
     "@prefix e: <http://e/> .\nBASE <http://b/>\n<s> a e:T ; e:p 'x'@en-GB, "
     "\"\"\"y\\u00E9\"\"\"^^e:d ,"
     " 1.5e3, true, ( 1 [ e:q <o> ] ) . # c\n_:a.b e:\\,%20 [] ."},
    {Format::rdf_xml,
     "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE r [<!ENTITY n 'http://e/'>]>"
     "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='&n;'><!-- c -->"
     "<e:T rdf:about='&n;s' e:a='&#233;' xml:lang='en'><e:p rdf:ID='i'>x<![CDATA[<]]></e:p>"
     "<e:p rdf:parseType='Literal'><b x:c='d' xmlns:x='http://x/'/></e:p><e:q "
     "rdf:parseType='Collection'>"
     "<rdf:Description rdf:nodeID='n'/></e:q><rdf:li "
     "rdf:parseType='Resource'><e:p/></rdf:li></e:T></rdf:RDF>"},
    {Format::json_ld,
     R"({"@context": [null, {"@base": "http://b/", "e": "http://e/", "l": {"@id": "e:l", "@container": "@list"}}],
         "@graph": [{"@id": "s", "@type": ["e:T"], "l": [1, 2.5, [true]], "e:p": {"@value": "x", "@language": "en"},
         "@reverse": {"e:q": {"@id": "_:b", "e:p": {"@set": [null, "y"]}}}}]})"},
    {Format::legacy_json,
     R"({"prefixes": {"e": "http://e/"}, "rdf:about": "http://s/", "rdf:type": [{"rdf:resource": "http://e/T"}],
         "e:p": ["x", 1, 0.5, {"e:q": {"rdf:nodeID": "n"}}, {"rdf:resource": "http://o/", "e:t": "L"}]})"},
    {Format::turtle, "<http://s> <http://p> \"\\\\\\\"\\n\"@en . _:x <http://p> _:y .\n"},
}};

// A refusal has a reason; what is read can be written again and says the same.
void survives(Format format, std::string_view text) {
  const Result<Graph> graph = read(format, text, kTestBase);
  if (!graph) {
    ASSERT_FALSE(graph.error().message.empty());
    return;
  }
  ASSERT_TRUE(isomorphic(*graph, *read_turtle(write_turtle(*graph), ""))) << text;
}

TEST(Robustness, DocumentsCutOffAnywhere) {
  for (const auto& [format, document] : kDocuments) {
    ASSERT_TRUE(read(format, document, kTestBase))
        << read(format, document, kTestBase).error().message;
    for (std::size_t size = 0; size < document.size(); ++size)
      survives(format, document.substr(0, size));
  }
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Graph graph = RandomGraphs(seed).next(true);
    for (const Format format : kFormats) {
      const std::string text = *write(format, graph);
      for (std::size_t size = 0; size < text.size(); ++size)
        survives(format, std::string_view(text).substr(0, size));
    }
  }
}

TEST(Robustness, DocumentsWithAnythingChanged) {
  SeededRandom random(20);
  constexpr std::string_view kBytes = "<>\"'\\{}[]()@&;:#_.,/!- \n\r\t0aT\xC3\xA9\xF0\xFF\x01\x7F";
  for (int round = 0; round < 4'000; ++round) {
    const auto& [format, document] = kDocuments[random.below(kDocuments.size())];
    std::string text(document);
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0:
          text[at] = kBytes[random.below(kBytes.size())];
          break;
        case 1:
          text.erase(at, 1 + random.below(8));
          break;
        case 2:
          text.insert(at, 1, kBytes[random.below(kBytes.size())]);
          break;
        default:
          text.insert(at, text.substr(random.below(text.size()), random.below(40)));
      }
      if (text.empty()) text = " ";
    }
    survives(format, text);
    if (HasFatalFailure()) return;
  }
}

TEST(Robustness, DocumentsOfOneFormatInTheReaderOfAnother) {
  for (const auto& [unused, document] : kDocuments) {
    for (const Format format : kFormats) survives(format, document);
  }
}

}  // namespace
}  // namespace mayfly::rdf
