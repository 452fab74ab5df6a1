// What a word is, for search() and for whoever says how well something was found: the longest run
// of ASCII letters, digits and bytes beyond ASCII; letters of ASCII in lower case. Of a word its
// first 64 bytes count. So "build 12 of Café-3" has the words build, 12, of, café and 3. Pure
// functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

inline constexpr std::size_t kWordBytesMax = 64;

constexpr bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// ASCII only; all else stays.
std::string lower(std::string_view text);

// In their order, as often as they are there.
std::vector<std::string> words_of(std::string_view text);

}  // namespace mayfly
