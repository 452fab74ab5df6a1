#include "oslc/query_search.h"

#include <algorithm>

#include "core/words.h"
#include "oslc/query_order.h"
#include "oslc/vocabulary.h"
#include "rdf/term.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kSearchTermsMax = 16;

// How near a text is to a term; what names it counts all of it, other texts half.
constexpr int kIsIt = 100;
constexpr int kHasTheWord = 80;
constexpr int kHasABeginning = 60;

int nearness(std::string_view text, std::string_view term) {
  if (text == term) return kIsIt;
  int best = 0;
  for (std::size_t at = text.find(term); at != text.npos; at = text.find(term, at + 1)) {
    const std::size_t end = at + term.size();
    const bool begins = at == 0 || !is_word_char(text[at - 1]) || !is_word_char(term.front());
    const bool ends = end == text.size() || !is_word_char(text[end]) || !is_word_char(term.back());
    if (begins) best = std::max(best, ends ? kHasTheWord : kHasABeginning);
    if (best == kHasTheWord) break;
  }
  return best;
}

int best_of(std::string_view text, std::string_view term) {
  if (text.find(term) == text.npos) return 0;
  int best = 0;
  for (bool names = true; !text.empty();) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) names = false;
    best = std::max(best, nearness(line, term) / (names ? 1 : 2));
  }
  return best;
}

}  // namespace

Outcome<std::vector<std::string>> read_search_terms(std::string_view text,
                                                    const rdf::Prefixes& prefixes) {
  Cursor cursor("oslc.searchTerms", text, prefixes);
  std::vector<std::string> terms;
  do {
    cursor.skip_spaces();
    if (cursor.peek() != '"') return cursor.wrong("a text in quotes belongs");
    TRY(const std::string term, cursor.text());
    if (term.empty()) return cursor.wrong("an empty text is no term");
    if (terms.size() == kSearchTermsMax) return cursor.wrong("there are too many terms");
    terms.push_back(lower(term));
    cursor.skip_spaces();
  } while (cursor.take(","));
  if (!cursor.at_end()) return cursor.wrong("a comma belongs");
  return terms;
}

int score_of(const std::vector<std::string>& texts, const std::vector<std::string>& terms) {
  std::vector<std::string> lowered;
  for (const std::string& text : texts) lowered.push_back(lower(text));
  int sum = 0;
  for (const std::string& term : terms) {
    // An index of words finds it by some.
    if (std::ranges::none_of(term, is_word_char)) continue;
    int best = 0;
    for (const std::string& text : lowered) best = std::max(best, best_of(text, term));
    sum += best;
  }
  if (sum == 0) return 0;
  return std::max(1, sum / static_cast<int>(terms.size()));
}

SearchTexts search_texts_of(const rdf::Graph& graph, std::string_view plan) {
  SearchTexts texts;
  const rdf::Id subject = graph.find(rdf::iri(plan));
  if (subject == rdf::kNone) return texts;
  for (const std::uint32_t at : graph.of(subject)) {
    const rdf::Triple& triple = graph.triples()[at];
    const std::string_view property = graph.term(triple.predicate).text;
    const rdf::Term& object = graph.term(triple.object);
    if (property == dublin::kTitle || property == dublin::kIdentifier)
      texts.names.push_back(plain_text(object));
    if (property == dublin::kDescription) texts.others.push_back(plain_text(object));
  }
  return texts;
}

}  // namespace mayfly::oslc
