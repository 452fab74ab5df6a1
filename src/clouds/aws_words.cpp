#include "clouds/aws_words.h"

#include <algorithm>

namespace mayfly::clouds {
namespace {

constexpr std::size_t kAwsWordsMax = 500;

}  // namespace

bool says(std::string_view message, std::string_view word) {
  return !std::ranges::search(message, word, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
          }).empty();
}

std::string aws_words(std::string_view message) {
  std::string_view words = message.substr(0, message.find_first_of("\r\n"));
  words = words.substr(0, words.find("Encoded authorization failure message"));
  if (words.size() > kAwsWordsMax) {
    std::size_t end = kAwsWordsMax;
    while (end > 0 && (words[end] & 0xC0) == 0x80) --end;  // a UTF-8 character stays whole
    words = words.substr(0, end);
  }
  while (words.ends_with('.') || words.ends_with(' ')) words.remove_suffix(1);
  // They go to terminals and logs: no control characters.
  std::string shown(words);
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return shown;
}

}  // namespace mayfly::clouds
