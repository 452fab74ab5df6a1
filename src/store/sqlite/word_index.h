// The words of a text as the tokens of FTS5, and a search as its question. A token is a word behind
// 13 characters that stand for collection and scope, so that a question meets nobody else's
// (FORMAT.md). Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"

namespace mayfly::store::sqlite {

std::string tokens_of(std::string_view collection, std::string_view scope, std::string_view text);
std::string question_of(const Search& search);

// The row of a text: its moment, and a number among those of one moment, from 1: no text has row 0.
inline constexpr int kTextNumberBits = 20;
constexpr std::int64_t first_row_of(std::int64_t moment) {
  return moment << kTextNumberBits;
}
constexpr std::int64_t last_row_of(std::int64_t moment) {
  return first_row_of(moment + 1) - 1;
}
constexpr std::int64_t moment_of(std::int64_t row) {
  return row >> kTextNumberBits;
}

}  // namespace mayfly::store::sqlite
