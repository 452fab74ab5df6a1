#include "http/message.h"

#include <gtest/gtest.h>

namespace mayfly::http {
namespace {

TEST(Headers, AreFoundWithoutCaseAndTheFirstWins) {
  const Headers headers = {{"X-One", "1"}, {"x-one", "2"}, {"Empty", ""}};
  EXPECT_EQ(find_header(headers, "x-ONE"), "1");
  EXPECT_EQ(find_header(headers, "empty"), "");
  EXPECT_EQ(find_header(headers, "x-on"), std::nullopt);
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/c+&=%\xC3\xA4"), "a%20b%2Fc%2B%26%3D%25%C3%A4");
}

TEST(PercentEncoding, IsUndoneByDecoding) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(every_byte)), every_byte);
}

TEST(PercentDecoding, RefusesBrokenEscapes) {
  for (const char* text : {"%", "a%2", "%zz", "%2x", "100%", "%-1", "% 1"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
}

TEST(PercentDecoding, ReadsPlusAsSpaceOnlyInForms) {
  EXPECT_EQ(percent_decode("a+b%2bc"), "a+b+c");
  EXPECT_EQ(percent_decode("a+b%2bc", true), "a b+c");
}

TEST(Form, KeepsOrderAndRepeatedNames) {
  const std::vector<Parameter> expected = {{"x[]", "1"}, {"x[]", "a b"}, {"flag", ""}, {"e", ""}};
  EXPECT_EQ(parse_form("x[]=1&&x%5B%5D=a+b&flag&e="), expected);
  EXPECT_EQ(parse_form(""), std::vector<Parameter>());
  EXPECT_EQ(parse_form("a=b=c"), (std::vector<Parameter>{{"a", "b=c"}}));
}

TEST(Form, RefusesBrokenEscapes) {
  EXPECT_EQ(parse_form("a=1&b=%"), std::nullopt);
  EXPECT_EQ(parse_form("%=1"), std::nullopt);
}

TEST(Utf8, AcceptsCharactersOfEveryLength) {
  for (const char* text : {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x90\x9D", "\xEF\xBF\xBF",
                           "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndCutCharacters) {
  for (const char* text :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x90", "\xFF", "\xC3\x28"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Token, HasNoSeparators) {
  EXPECT_TRUE(is_token("X-Api_Key!"));
  for (const char* text : {"", "a b", "a:b", "a\r", "a\xC3\xA4", "(a)", "a/b", "a@b"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

TEST(ReasonPhrase, NamesAStatus) {
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(799), "Unknown");
}

}  // namespace
}  // namespace mayfly::http
