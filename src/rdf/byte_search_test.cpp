#include "rdf/byte_search.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly::rdf {
namespace {

constexpr auto kSpecial = [](auto c) { return (c == '<') | (c == '&') | (c < 0); };

// With something to be found before where the search begins and behind where the text ends.
TEST(FindByte, FindsTheFirstOneWhereverItIs) {
  for (std::size_t size = 0; size <= 70; ++size) {
    for (std::size_t from = 0; from <= size; ++from) {
      for (std::size_t place = from; place <= size; ++place) {
        std::string text(from, '<');
        text.append(size - from, 'x');
        text += '&';
        if (place < size) text[place] = '\xC3';
        if (place + 3 < size) text[place + 3] = '&';
        ASSERT_EQ(find_byte(std::string_view(text).substr(0, size), from, kSpecial), place);
      }
    }
  }
}

TEST(FindByte, AsksAboutEveryByte) {
  const auto digit = [](auto c) { return (c >= '0') & (c <= '9'); };
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::size_t around : {0U, 9U, 40U}) {
      const std::string rest(around, '.');
      const std::string text = rest + static_cast<char>(byte) + rest;
      const std::size_t expected = byte >= '0' && byte <= '9' ? around : text.size();
      ASSERT_EQ(find_byte(text, 0, digit), expected) << byte;
    }
  }
}

}  // namespace
}  // namespace mayfly::rdf
