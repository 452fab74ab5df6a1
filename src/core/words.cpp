#include "core/words.h"

#include <algorithm>

namespace mayfly {

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const auto* begin = std::ranges::find_if(text, is_word_char);
    text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
    if (text.empty()) return words;
    const auto* end = std::ranges::find_if_not(text, is_word_char);
    const auto size = static_cast<std::size_t>(end - text.begin());
    words.push_back(lower(text.substr(0, std::min(size, kWordBytesMax))));
    text.remove_prefix(size);
  }
}

}  // namespace mayfly
