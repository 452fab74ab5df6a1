// Looking for the first byte of some kind: what most of the time of reading a document goes to, so
// it is done for sixteen bytes at once where the processor can. Pure functions, any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace mayfly::rdf {

// The offset of the first byte from `at` on of which `test` is true, or the text's size; `at` is
// not beyond it. The test is a generic lambda that combines comparisons by & and |: it is asked
// about one signed char, and about sixteen of them, of which each comparison makes sixteen answers.
// (Bytes that are not ASCII are below zero.)
template <typename Test>
std::size_t find_byte(std::string_view text, std::size_t at, Test test) {
#ifdef __SSE2__
  using Lanes [[gnu::vector_size(16)]] = signed char;
  constexpr std::size_t kLanes = sizeof(Lanes);
  const auto found = [&](std::size_t start) {
    Lanes bytes;
    std::memcpy(&bytes, text.data() + start, kLanes);
    return static_cast<unsigned>(_mm_movemask_epi8(std::bit_cast<__m128i>(test(bytes))));
  };
  if (text.size() - at >= kLanes) {
    for (; text.size() - at >= kLanes; at += kLanes) {
      if (const unsigned lanes = found(at); lanes != 0)
        return at + static_cast<std::size_t>(std::countr_zero(lanes));
    }
    // What is left, together with bytes before that are known not to be it.
    at = text.size() - kLanes;
    const unsigned lanes = found(at);
    return lanes == 0 ? text.size() : at + static_cast<std::size_t>(std::countr_zero(lanes));
  }
#endif
  while (at < text.size() && !test(static_cast<signed char>(text[at]))) ++at;
  return at;
}

}  // namespace mayfly::rdf
