#include "rdf/iri.h"

#include <gtest/gtest.h>

#include "rdf/chars.h"

namespace mayfly::rdf {
namespace {

TEST(Resolve, FollowsTheExamplesOfRfc3986) {
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"http:g", "http:g"},
  };
  for (const auto& [reference, target] : examples)
    EXPECT_EQ(resolve("http://a/b/c/d;p?q", reference), target) << reference;
}

TEST(Resolve, WorksFromOtherBases) {
  EXPECT_EQ(resolve("http://a", "b"), "http://a/b");
  EXPECT_EQ(resolve("http://a#f", ""), "http://a");
  EXPECT_EQ(resolve("urn:a:b", "#c"), "urn:a:b#c");
  EXPECT_EQ(resolve("http://a/b?c", "#d"), "http://a/b?c#d");
  EXPECT_EQ(resolve("", "b"), "b");
}

TEST(Resolve, LeavesAbsoluteIrisAsTheyAre) {
  EXPECT_EQ(resolve("http://a/", "http://b/x/../y"), "http://b/x/../y");
}

TEST(Iri, MayNotHoldWhatNoSyntaxCanWrite) {
  EXPECT_TRUE(is_absolute_iri("http://a/\xC3\xA9?x=y&z#w"));
  EXPECT_FALSE(is_absolute_iri("a/b"));
  for (const char c : std::string_view("<>\"{}|^`\\ \t\n")) {
    EXPECT_FALSE(is_absolute_iri(std::string("http://a/") + c)) << c;
  }
}

TEST(Chars, DecodeOnlyShortestFormsOfCharacters) {
  using namespace std::string_view_literals;
  for (const std::string_view bad : {"\xC0\x80"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\x80"sv,
                                     "\xE2\x82"sv, "\xF0\x82\x82\xAC"sv, "\xFF"sv}) {
    EXPECT_EQ(find_invalid_utf8(std::string("12345678ab") + std::string(bad)), 10U);
  }
  std::string all;
  for (const char32_t c : {U'\x24', U'\xA2', U'\x20AC', U'\x10348'}) append_utf8(c, all);
  EXPECT_EQ(all, "\x24\xC2\xA2\xE2\x82\xAC\xF0\x90\x8D\x88");
  EXPECT_EQ(find_invalid_utf8(all), std::string_view::npos);
}

TEST(Chars, KnowLanguageTags) {
  for (const auto* good : {"en", "en-GB", "sr-Latn-RS", "x-1"}) EXPECT_TRUE(is_language_tag(good));
  for (const auto* bad : {"", "-", "en-", "1", "e n", "en--a", "e_n"})
    EXPECT_FALSE(is_language_tag(bad));
}

}  // namespace
}  // namespace mayfly::rdf
