// What somebody may remember of something: texts that name it, and others that are about it. They
// are kept beside the document as one text, of which the store finds words: the names, a line each,
// an empty line, the others, a line each. What does not fit is left out: others first. Pure
// functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/reservation.h"

namespace mayfly {

inline constexpr std::size_t kSearchTextsBytesMax = 4000;
inline constexpr std::int64_t kSearchMomentMax = (std::int64_t{1} << 42) - 1;  // the year 2109

struct SearchTexts {
  std::vector<std::string> names;
  std::vector<std::string> others;

  bool operator==(const SearchTexts&) const = default;
};

// Milliseconds: that of its id, so that all that is kept of one thing has the same; otherwise that
// of its making.
std::int64_t search_moment(std::string_view id, Time created_at);

std::string print_search_texts(const SearchTexts& texts);

// Its id and name; where it may be and is, its machines' addresses, and, if it never became ready,
// why. Not what it runs at boot, nor keys, nor numbers.
SearchTexts search_texts_of(const Reservation& reservation);

}  // namespace mayfly
