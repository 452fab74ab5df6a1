#include "rdf/format.h"

#include <gtest/gtest.h>

#include <array>

namespace mayfly::rdf {
namespace {

std::string_view answered(std::string_view accept) {
  const Offer* offer = negotiate(accept);
  return offer == nullptr ? "406" : offer->media_type;
}

TEST(Negotiate, TakesTheHighestQuality) {
  EXPECT_EQ(answered("text/turtle;q=0.5, application/rdf+xml;q=0.4"), "text/turtle");
  EXPECT_EQ(answered("text/turtle;q=0.5, application/ld+json"), "application/ld+json");
  EXPECT_EQ(answered("text/html, application/xml;q=0.9, */*;q=0.8"), "application/xml");
  EXPECT_EQ(answered("application/json"), "application/json");
  EXPECT_EQ(answered("application/n-triples"), "application/n-triples");
}

TEST(Negotiate, AnswersInTheNameThatWasAskedFor) {
  EXPECT_EQ(answered("application/x-turtle"), "application/x-turtle");
  EXPECT_EQ(answered("text/xml"), "text/xml");
}

TEST(Negotiate, PrefersByItselfAmongEquals) {
  for (const auto* accept :
       {"", "  ", "*/*", "*", "application/*", "text/turtle, application/rdf+xml"})
    EXPECT_EQ(answered(accept), "application/rdf+xml") << accept;
  EXPECT_EQ(answered("text/*"), "text/turtle");
}

TEST(Negotiate, LetsTheClosestRangeDecide) {
  EXPECT_EQ(answered("*/*;q=0.1, application/*;q=0, text/turtle;q=0"), "text/xml");
  EXPECT_EQ(answered("application/rdf+xml;q=0, */*"), "text/turtle");
  EXPECT_EQ(answered("*/*;q=0"), "406");
}

TEST(Negotiate, IsNotPutOffByOddHeaders) {
  EXPECT_EQ(answered("TEXT/Turtle ; charset=\"a,b;c\" ; Q=1.000"), "text/turtle");
  EXPECT_EQ(answered("nonsense, ;;, text/turtle;q=oops, application/ld+json;q=0.1"),
            "application/ld+json");
  EXPECT_EQ(answered("text/turtle;q=1.5"), "406");
  EXPECT_EQ(answered("invalid/content-type"), "406");
  EXPECT_EQ(answered("text/turtle;q=0.1234"), "406");
  EXPECT_EQ(answered("\"unclosed, text/turtle"), "406");
}

TEST(Negotiate, KnowsOffersThatAreNoRdf) {
  constexpr std::array<Offer, 2> kOffers{{{"text/turtle", Format::turtle}, {"text/html"}}};
  const Offer* browser =
      negotiate("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", kOffers);
  ASSERT_NE(browser, nullptr);
  EXPECT_EQ(browser->media_type, "text/html");
  EXPECT_FALSE(browser->format);
}

TEST(Body, IsReadInTheFormatThatItsTypeNames) {
  EXPECT_EQ(format_of_body("text/turtle"), Format::turtle);
  EXPECT_EQ(format_of_body(" Application/RDF+XML; charset=utf-8"), Format::rdf_xml);
  EXPECT_EQ(format_of_body("application/xml;charset=ISO-8859-1"), Format::rdf_xml_abbreviated);
  EXPECT_EQ(format_of_body("application/x-turtle; charset=\"UTF-8\""), Format::turtle);
  EXPECT_EQ(format_of_body("application/ld+json;profile=\"x;y\""), Format::json_ld);
  EXPECT_EQ(format_of_body("application/json"), Format::legacy_json);
  EXPECT_EQ(format_of_body("text/turtle; charset=latin1"), std::nullopt);
  EXPECT_EQ(format_of_body("text/plain"), std::nullopt);
  EXPECT_EQ(format_of_body(""), std::nullopt);
}

TEST(Format, HasANameAndAMediaType) {
  EXPECT_EQ(media_type_of(Format::rdf_xml), "application/rdf+xml");
  EXPECT_EQ(media_type_of(Format::rdf_xml_abbreviated), "application/xml");
  EXPECT_EQ(name_of(Format::json_ld), "JSON-LD");
}

}  // namespace
}  // namespace mayfly::rdf
