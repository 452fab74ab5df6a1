#include "pricing/ranking.h"

namespace mayfly::pricing {
namespace {

// `*` any run of characters, `?` any one. Steps back to the last star only: linear in practice, at
// worst pattern x text, and both are short.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

bool matches_region(std::string_view pattern, std::string_view cloud, std::string_view region) {
  const std::size_t colon = pattern.find(':');
  if (colon == std::string_view::npos) return matches_glob(pattern, region);
  return pattern.substr(0, colon) == cloud && matches_glob(pattern.substr(colon + 1), region);
}

}  // namespace mayfly::pricing
