#include "store/sqlite/word_index.h"

#include <cstdint>
#include <set>

#include "core/words.h"

namespace mayfly::store::sqlite {
namespace {

// FNV-1a of 64 bits: part of the format. Should two scopes ever share one, the texts tell them
// apart.
std::uint64_t hash_of(std::string_view collection, std::string_view scope) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  const auto take = [&](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  };
  take(collection);
  take(std::string_view("\0", 1));
  take(scope);
  return hash;
}

std::string prefix_of(std::string_view collection, std::string_view scope) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const std::uint64_t hash = hash_of(collection, scope);
  std::string prefix;
  for (int shift = 60; shift >= 0; shift -= 5) prefix += kAlphabet[(hash >> shift) & 31];
  return prefix;
}

}  // namespace

std::string tokens_of(std::string_view collection, std::string_view scope, std::string_view text) {
  const std::string prefix = prefix_of(collection, scope);
  std::set<std::string> seen;
  std::string tokens;
  for (std::string& word : words_of(text)) {
    const auto [known, is_new] = seen.insert(std::move(word));
    if (is_new) tokens.append(prefix).append(*known) += ' ';
  }
  return tokens;
}

std::string question_of(const Search& search) {
  const std::string prefix = prefix_of(search.collection, search.scope);
  std::string question;
  for (const auto& all : search.any) {
    question += question.empty() ? "(" : " OR (";
    for (const SearchedWord& word : all) {
      if (&word != &all.front()) question += " AND ";
      question += '"' + prefix + word.word + '"';
      if (word.beginning) question += " *";
    }
    question += ')';
  }
  return question;
}

}  // namespace mayfly::store::sqlite
