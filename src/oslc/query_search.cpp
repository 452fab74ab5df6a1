#include "oslc/query_search.h"

#include <algorithm>

#include "http/message.h"
#include "oslc/query_order.h"
#include "oslc/vocabulary.h"
#include "rdf/term.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kSearchTermsMax = 16;

// How near a text is to a term; a title or identifier counts all of it, other texts half.
constexpr int kIsIt = 100;
constexpr int kHasTheWord = 80;
constexpr int kHasABeginning = 60;
constexpr int kHasItSomewhere = 40;

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

int nearness(std::string_view text, std::string_view term) {
  if (text == term) return kIsIt;
  int best = 0;
  for (std::size_t at = text.find(term); at != text.npos; at = text.find(term, at + 1)) {
    const std::size_t end = at + term.size();
    const bool begins = at == 0 || !is_word_char(text[at - 1]);
    const bool ends = end == text.size() || !is_word_char(text[end]);
    best = std::max(best, begins && ends ? kHasTheWord : begins ? kHasABeginning : kHasItSomewhere);
  }
  return best;
}

struct SearchedText {
  std::string text;
  bool names_it = false;  // a title, an identifier
};

bool names_it(std::string_view property) {
  return property == dublin::kTitle || property == dublin::kIdentifier;
}

bool is_plan_link(std::string_view property) {
  return property == automation::kReportsOnAutomationPlan ||
         property == automation::kExecutesAutomationPlan;
}

std::string last_segment(std::string_view iri) {
  const std::string_view segment = iri.substr(iri.rfind('/') + 1);
  return http::percent_decode(segment).value_or(std::string(segment));
}

std::vector<SearchedText> texts_of(const rdf::Graph& graph, rdf::Id subject) {
  std::vector<SearchedText> texts;
  for (const std::uint32_t at : graph.of(subject)) {
    const rdf::Triple& triple = graph.triples()[at];
    const std::string_view property = graph.term(triple.predicate).text;
    const rdf::Term& object = graph.term(triple.object);
    if (object.is_literal() &&
        (names_it(property) || property == dublin::kDescription || property == ours::kReason)) {
      texts.push_back({lower(plain_text(object)), names_it(property)});
    } else if (object.is_iri() && is_plan_link(property)) {
      texts.push_back({lower(last_segment(object.text))});
    } else if (property == automation::kInputParameter ||
               property == automation::kOutputParameter) {
      for (const rdf::Term& value : graph.objects(object, kValue))
        texts.push_back({lower(value.text)});
    }
  }
  return texts;
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

int score_of(const rdf::Graph& graph, std::string_view resource,
             const std::vector<std::string>& terms) {
  const rdf::Id subject = graph.find(rdf::iri(resource));
  if (subject == rdf::kNone) return 0;
  const std::vector<SearchedText> texts = texts_of(graph, subject);
  int sum = 0;
  for (const std::string& term : terms) {
    int best = 0;
    for (const SearchedText& text : texts)
      best = std::max(best, nearness(text.text, term) / (text.names_it ? 1 : 2));
    sum += best;
  }
  if (sum == 0) return 0;
  return std::max(1, sum / static_cast<int>(terms.size()));
}

}  // namespace mayfly::oslc
