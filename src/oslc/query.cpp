#include "oslc/query.h"

#include <algorithm>

#include "core/millionths.h"
#include "core/time.h"
#include "rdf/term.h"
#include "rdf/writer.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kTermsMax = 32;
constexpr std::size_t kValuesMax = 1000;
constexpr std::size_t kDepthMax = 8;

Outcome<QueryValue> read_value(Cursor& cursor) {
  if (cursor.peek() == '<') {
    TRY(std::string iri, cursor.iri());
    return QueryValue{QueryValue::Kind::iri, std::move(iri)};
  }
  if (cursor.peek() == '"') {
    TRY(std::string text, cursor.text());
    // The language or type of what is asked for changes nothing: values are compared by what they
    // say.
    if (cursor.take("@")) cursor.word();
    if (cursor.take("^^")) {
      if (cursor.peek() == '<') {
        TRY_VOID(cursor.iri());
      } else {
        TRY_VOID(cursor.name());
      }
    }
    return QueryValue{QueryValue::Kind::text, std::move(text)};
  }
  Cursor ahead = cursor;
  const std::string word(ahead.word());
  if (ahead.peek() == ':') {
    TRY(std::string iri, cursor.name());
    return QueryValue{QueryValue::Kind::iri, std::move(iri)};
  }
  cursor = ahead;
  if (word == "true" || word == "false") return QueryValue{QueryValue::Kind::boolean, word};
  if (parse_millionths(word)) return QueryValue{QueryValue::Kind::number, word};
  return cursor.wrong("a value belongs");
}

std::optional<Operator> read_operator(Cursor& cursor) {
  // Before an IRI's bracket, `<=` is an operator: longer ones first.
  if (cursor.take("!=")) return Operator::unequal;
  if (cursor.take("<=")) return Operator::at_most;
  if (cursor.take(">=")) return Operator::at_least;
  if (cursor.take("=")) return Operator::equal;
  if (cursor.take("<")) return Operator::less;
  if (cursor.take(">")) return Operator::greater;
  return std::nullopt;
}

Outcome<void> read_in(Cursor& cursor, QueryTerm& term) {
  term.op = Operator::in;
  cursor.skip_spaces();
  if (!cursor.take("[")) return cursor.wrong("a list in brackets belongs");
  do {
    cursor.skip_spaces();
    TRY(QueryValue value, read_value(cursor));
    term.values.push_back(std::move(value));
    cursor.skip_spaces();
  } while (cursor.take(",") && term.values.size() < kValuesMax);
  if (!cursor.take("]")) return cursor.wrong("a closing bracket belongs");
  return {};
}

Outcome<std::vector<QueryTerm>> read_terms(Cursor& cursor, std::size_t depth);

Outcome<QueryTerm> read_term(Cursor& cursor, std::size_t depth) {
  QueryTerm term;
  if (!cursor.take("*")) {
    TRY(term.property, cursor.name());
  }
  Cursor ahead = cursor;
  ahead.skip_spaces();
  if (ahead.take("{")) {
    if (depth == kDepthMax) return cursor.wrong("braces are too deep");
    cursor = ahead;
    TRY(term.inside, read_terms(cursor, depth + 1));
    if (!cursor.take("}")) return cursor.wrong("a closing brace belongs");
    return term;
  }
  if (ahead.take("in") && (ahead.peek() == ' ' || ahead.peek() == '[')) {
    cursor = ahead;
    TRY_VOID(read_in(cursor, term));
    return term;
  }
  cursor.skip_spaces();
  const auto op = read_operator(cursor);
  if (!op) return cursor.wrong("an operator belongs");
  term.op = *op;
  cursor.skip_spaces();
  TRY(QueryValue value, read_value(cursor));
  term.values.push_back(std::move(value));
  return term;
}

// Up to the end, or to a brace that closes.
Outcome<std::vector<QueryTerm>> read_terms(Cursor& cursor, std::size_t depth) {
  std::vector<QueryTerm> terms;
  while (true) {
    cursor.skip_spaces();
    TRY(QueryTerm term, read_term(cursor, depth));
    terms.push_back(std::move(term));
    cursor.skip_spaces();
    if (cursor.at_end() || cursor.peek() == '}') return terms;
    if (!cursor.take("and")) return cursor.wrong("'and' belongs");
    if (terms.size() == kTermsMax) return cursor.wrong("there are too many terms");
  }
}

// -1, 0, 1: less, equal, greater; nothing when they cannot be compared.
std::optional<int> compare(const rdf::Term& object, const QueryValue& value) {
  const auto sign = [](auto order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  if (object.is_iri() != (value.kind == QueryValue::Kind::iri)) return std::nullopt;
  if (object.is_blank()) return std::nullopt;
  if (value.kind == QueryValue::Kind::number) {
    const auto ours = parse_millionths(object.text);
    const auto theirs = parse_millionths(value.text);
    if (!ours || !theirs) return std::nullopt;
    return sign(*ours <=> *theirs);
  }
  if (object.datatype == rdf::kDateTime) {
    const auto ours = parse_time(object.text);
    const auto theirs = parse_time(value.text);
    if (!ours || !theirs) return std::nullopt;
    return sign(*ours <=> *theirs);
  }
  if (object.datatype == rdf::kXmlLiteral && object.text != value.text)
    return sign(object.text.compare(rdf::xml_literal(value.text)));
  return sign(object.text.compare(value.text));
}

bool holds(Operator op, int order) {
  switch (op) {
    case Operator::equal:
    case Operator::in:
      return order == 0;
    case Operator::unequal:
      return order != 0;
    case Operator::less:
      return order < 0;
    case Operator::greater:
      return order > 0;
    case Operator::at_most:
      return order <= 0;
    case Operator::at_least:
      return order >= 0;
  }
  return false;
}

bool fits_all(const rdf::Graph& graph, rdf::Id subject, const std::vector<QueryTerm>& where);

bool fits_term(const rdf::Graph& graph, rdf::Id subject, const QueryTerm& term) {
  bool equal = false;
  for (const std::uint32_t at : graph.of(subject)) {
    const rdf::Triple& triple = graph.triples()[at];
    if (!term.property.empty() && graph.term(triple.predicate).text != term.property) continue;
    if (term.nested()) {
      if (!graph.of(triple.object).empty() && fits_all(graph, triple.object, term.inside))
        return true;
      continue;
    }
    for (const QueryValue& value : term.values) {
      const auto order = compare(graph.term(triple.object), value);
      if (!order) continue;
      equal = equal || *order == 0;
      if (term.op != Operator::unequal && holds(term.op, *order)) return true;
    }
  }
  // Unequal: none of the values is it.
  return !term.nested() && term.op == Operator::unequal && !equal;
}

bool fits_all(const rdf::Graph& graph, rdf::Id subject, const std::vector<QueryTerm>& where) {
  return std::ranges::all_of(
      where, [&](const QueryTerm& term) { return fits_term(graph, subject, term); });
}

}  // namespace

Outcome<std::vector<QueryTerm>> read_where(std::string_view text, const rdf::Prefixes& prefixes) {
  Cursor cursor("oslc.where", text, prefixes);
  TRY(std::vector<QueryTerm> where, read_terms(cursor, 0));
  if (!cursor.at_end()) return cursor.wrong("'and' belongs");
  return where;
}

bool fits(const rdf::Graph& graph, std::string_view resource, const std::vector<QueryTerm>& where) {
  const rdf::Id subject = graph.find(rdf::iri(resource));
  return subject != rdf::kNone && fits_all(graph, subject, where);
}

std::optional<std::vector<QueryValue>> wanted(const std::vector<QueryTerm>& where,
                                              std::string_view property) {
  for (const QueryTerm& term : where) {
    if (term.property == property && !term.nested() &&
        (term.op == Operator::equal || term.op == Operator::in))
      return term.values;
  }
  return std::nullopt;
}

}  // namespace mayfly::oslc
