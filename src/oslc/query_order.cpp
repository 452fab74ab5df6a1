#include "oslc/query_order.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/millionths.h"
#include "core/time.h"
#include "oslc/vocabulary.h"
#include "rdf/term.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kSortTermsMax = 8;
constexpr std::size_t kSortDepthMax = 4;
constexpr std::size_t kKeyBytesMax = 200;

Outcome<void> read_sort_terms(Cursor& cursor, const std::vector<std::string>& outer,
                              std::vector<SortTerm>& terms) {
  if (outer.size() == kSortDepthMax) return cursor.wrong("braces are too deep");
  do {
    cursor.skip_spaces();
    SortTerm term{.path = outer, .descending = cursor.take("-")};
    if (!term.descending) cursor.take("+");
    TRY(std::string property, cursor.name());
    if (property == core::kScore)
      return refuse(400, "oslc:score cannot be named in oslc.orderBy",
                    "With oslc.searchTerms the score comes first by itself.");
    term.path.push_back(std::move(property));
    cursor.skip_spaces();
    if (cursor.take("{")) {
      TRY_VOID(read_sort_terms(cursor, term.path, terms));
      if (!cursor.take("}")) return cursor.wrong("a closing brace belongs");
      cursor.skip_spaces();
      continue;
    }
    if (terms.size() == kSortTermsMax) return cursor.wrong("there are too many properties");
    terms.push_back(std::move(term));
  } while (cursor.take(","));
  return {};
}

SortKey text_key(std::string_view text) {
  return {SortKey::Kind::text, 0, std::string(text.substr(0, kKeyBytesMax))};
}

SortKey key_of(const rdf::Term& object) {
  if (object.is_blank()) return {};
  if (object.datatype == rdf::kDateTime) {
    if (const auto moment = parse_time(object.text))
      return {SortKey::Kind::moment, moment->time_since_epoch().count(), {}};
  }
  const bool numeric = object.datatype == rdf::kInteger || object.datatype == rdf::kDecimal ||
                       object.datatype == rdf::kDouble;
  if (numeric) {
    if (const auto number = parse_millionths(object.text))
      return {SortKey::Kind::number, *number, {}};
  }
  return text_key(object.is_literal() ? plain_text(object) : std::string(object.text));
}

std::strong_ordering compare_key(const SortKey& one, const SortKey& other, bool descending) {
  const bool lacking = one.kind == SortKey::Kind::none;
  const bool lacks = other.kind == SortKey::Kind::none;
  if (lacking || lacks) return lacking <=> lacks;
  const auto order = one.kind != other.kind       ? one.kind <=> other.kind
                     : one.number != other.number ? one.number <=> other.number
                                                  : one.text.compare(other.text) <=> 0;
  return descending ? 0 <=> order : order;
}

SortKey first_key(const rdf::Graph& graph, rdf::Id subject, const SortTerm& term,
                  std::size_t depth) {
  SortKey first;
  for (const std::uint32_t at : graph.of(subject)) {
    const rdf::Triple& triple = graph.triples()[at];
    if (graph.term(triple.predicate).text != term.path[depth]) continue;
    SortKey key = depth + 1 < term.path.size() ? first_key(graph, triple.object, term, depth + 1)
                                               : key_of(graph.term(triple.object));
    if (compare_key(key, first, term.descending) < 0) first = std::move(key);
  }
  return first;
}

}  // namespace

std::string plain_text(const rdf::Term& literal) {
  std::string text(literal.text);
  if (literal.datatype != rdf::kXmlLiteral || text.find('&') == text.npos) return text;
  constexpr std::array<std::pair<std::string_view, char>, 5> kReferences = {
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}}};
  std::string plain;
  for (std::string_view rest = text; !rest.empty();) {
    const auto* found = std::ranges::find_if(
        kReferences, [&](const auto& reference) { return rest.starts_with(reference.first); });
    plain += found == kReferences.end() ? rest.front() : found->second;
    rest.remove_prefix(found == kReferences.end() ? 1 : found->first.size());
  }
  return plain;
}

Outcome<std::vector<SortTerm>> read_order(std::string_view text, const rdf::Prefixes& prefixes) {
  Cursor cursor("oslc.orderBy", text, prefixes);
  std::vector<SortTerm> order;
  TRY_VOID(read_sort_terms(cursor, {}, order));
  if (!cursor.at_end()) return cursor.wrong("a comma belongs");
  return order;
}

std::vector<SortKey> keys_of(const rdf::Graph& graph, std::string_view resource,
                             const std::vector<SortTerm>& order) {
  std::vector<SortKey> keys(order.size());
  const rdf::Id subject = graph.find(rdf::iri(resource));
  if (subject == rdf::kNone) return keys;
  for (std::size_t at = 0; at < order.size(); ++at)
    keys[at] = first_key(graph, subject, order[at], 0);
  return keys;
}

std::strong_ordering compare_keys(const std::vector<SortKey>& one,
                                  const std::vector<SortKey>& other,
                                  const std::vector<SortTerm>& order) {
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto compared = compare_key(one[at], other[at], order[at].descending);
    if (compared != 0) return compared;
  }
  return std::strong_ordering::equal;
}

std::string print_key(const SortKey& key) {
  switch (key.kind) {
    case SortKey::Kind::number:
      return "n" + std::to_string(key.number);
    case SortKey::Kind::moment:
      return "m" + std::to_string(key.number);
    case SortKey::Kind::text:
      return "t" + key.text;
    case SortKey::Kind::none:
      break;
  }
  return "-";
}

std::optional<SortKey> parse_key(std::string_view text) {
  if (text == "-") return SortKey{};
  if (text.empty()) return std::nullopt;
  const char kind = text.front();
  text.remove_prefix(1);
  if (kind == 't') return text_key(text);
  if (kind != 'n' && kind != 'm') return std::nullopt;
  SortKey key{.kind = kind == 'n' ? SortKey::Kind::number : SortKey::Kind::moment};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key.number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return key;
}

}  // namespace mayfly::oslc
