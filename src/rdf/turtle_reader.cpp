#include <fmt/format.h>

#include <map>
#include <string>

#include "rdf/iri.h"
#include "rdf/reader.h"
#include "rdf/turtle_cursor.h"

namespace mayfly::rdf {
namespace {

// How many the graph remembers, for writing it again.
constexpr std::size_t kPrefixesMax = 256;

// Recursive descent along the grammar of RDF 1.1 Turtle, section 6.5. A false or kNone says that
// the cursor holds the error.
class TurtleReader {
 public:
  TurtleReader(std::string_view text, std::string_view base, const Limits& limits)
      : cursor_(text), base_(base), limits_(limits) {}

  Result<Graph> read() {
    graph_.reserve(cursor_.size() / kBytesOfTriple);
    cursor_.skip_space();
    while (!cursor_.at_end()) {
      if (!statement()) return fail_at("Turtle", cursor_.error_line(), cursor_.error());
      cursor_.skip_space();
    }
    return std::move(graph_);
  }

 private:
  bool statement();
  bool directive(std::string_view word, bool with_dot);
  bool predicates(Id subject);
  bool objects(Id subject, Id predicate);
  bool add(Id subject, Id predicate, Id object);
  bool end_of_statement();
  bool deeper();

  Id subject(bool& may_stand_alone);
  Id predicate();
  Id object();
  Id iri_term();
  bool resolved(std::string_view& iri);
  Id prefixed_name(std::string_view prefix);
  Id word_or_name(bool is_object);
  Id labelled_blank();
  Id property_list(bool& had_properties);
  Id collection();
  Id string_term();
  Id datatype_of(std::string_view text);
  Id number_term();

  TurtleCursor cursor_;
  std::string base_;
  const Limits limits_;
  Graph graph_;
  // Trees, not hash tables: nobody can make them slow.
  std::map<std::string, Id, std::less<>> labels_;
  std::map<std::string, std::string, std::less<>> prefixes_;
  std::string resolved_;
  std::string name_;
  std::string lexical_;
  std::size_t depth_ = 0;
};

bool TurtleReader::add(Id subject, Id predicate, Id object) {
  graph_.add(subject, predicate, object);
  const std::string_view excess = excess_of(graph_, limits_);
  return excess.empty() || cursor_.fail(std::string(excess));
}

bool TurtleReader::deeper() {
  if (++depth_ <= limits_.depth_max) return true;
  return cursor_.fail(fmt::format("brackets are nested deeper than {} levels", limits_.depth_max));
}

bool TurtleReader::end_of_statement() {
  cursor_.skip_space();
  return cursor_.take('.') || cursor_.fail_expected("'.', ';' or ',' after an object");
}

bool TurtleReader::statement() {
  const char c = cursor_.peek();
  if (c == '@' || c == 'b' || c == 'B' || c == 'p' || c == 'P') {
    const std::size_t start = cursor_.mark();
    const bool with_dot = cursor_.take('@');
    const std::string_view word = cursor_.word();
    if (with_dot ? word == "prefix" || word == "base"
                 : cursor_.peek() != ':' &&
                       (equal_ignoring_case(word, "PREFIX") || equal_ignoring_case(word, "BASE"))) {
      return directive(word, with_dot);
    }
    cursor_.rewind(start);
  }
  bool may_stand_alone = false;
  const Id about = subject(may_stand_alone);
  if (about == kNone) return false;
  cursor_.skip_space();
  if (may_stand_alone && cursor_.peek() == '.') return end_of_statement();
  return predicates(about) && end_of_statement();
}

bool TurtleReader::directive(std::string_view word, bool with_dot) {
  const bool is_prefix = equal_ignoring_case(word, "PREFIX");
  cursor_.skip_space();
  std::string_view prefix;
  if (is_prefix) {
    prefix = cursor_.word();
    if (!cursor_.take(':')) return cursor_.fail_expected("a prefix and ':'");
    cursor_.skip_space();
  }
  if (cursor_.peek() != '<') return cursor_.fail_expected("an IRI in '<' and '>'");
  std::string_view iri;
  if (!cursor_.iri_reference(iri) || !resolved(iri)) return false;
  if (is_prefix) {
    prefixes_.insert_or_assign(std::string(prefix), std::string(iri));
    if (prefixes_.size() <= kPrefixesMax) graph_.prefixes.set(prefix, iri);
  } else {
    base_ = std::string(iri);
  }
  if (!with_dot) return true;
  cursor_.skip_space();
  return cursor_.take('.') || cursor_.fail_expected("'.' after a directive that begins with '@'");
}

bool TurtleReader::predicates(Id about) {
  while (true) {
    const Id verb = predicate();
    if (verb == kNone || !objects(about, verb)) return false;
    cursor_.skip_space();
    if (cursor_.peek() != ';') return true;
    while (cursor_.take(';')) cursor_.skip_space();
    if (cursor_.peek() == '.' || cursor_.peek() == ']') return true;
  }
}

bool TurtleReader::objects(Id about, Id verb) {
  do {
    cursor_.skip_space();
    const Id value = object();
    if (value == kNone || !add(about, verb, value)) return false;
    cursor_.skip_space();
  } while (cursor_.take(','));
  return true;
}

Id TurtleReader::subject(bool& may_stand_alone) {
  switch (cursor_.peek()) {
    case '<':
      return iri_term();
    case '[':
      return property_list(may_stand_alone);
    case '(':
      return collection();
    case '_':
      return labelled_blank();
    default:
      return word_or_name(false);
  }
}

Id TurtleReader::predicate() {
  cursor_.skip_space();
  if (cursor_.peek() == '<') return iri_term();
  const std::string_view word = cursor_.word();
  if (cursor_.take(':')) return prefixed_name(word);
  if (word == "a") return graph_.intern(iri(kType));
  cursor_.fail_expected("a predicate");
  return kNone;
}

Id TurtleReader::object() {
  const char c = cursor_.peek();
  switch (c) {
    case '<':
      return iri_term();
    case '"':
    case '\'':
      return string_term();
    case '_':
      return labelled_blank();
    case '(':
      return collection();
    case '[': {
      bool had_properties = false;
      return property_list(had_properties);
    }
    default:
      if (is_digit(static_cast<unsigned char>(c)) || c == '+' || c == '-' ||
          (c == '.' && is_digit(static_cast<unsigned char>(cursor_.peek(1))))) {
        return number_term();
      }
      return word_or_name(true);
  }
}

bool TurtleReader::resolved(std::string_view& iri) {
  if (scheme_of(iri).empty()) {
    resolved_ = resolve(base_, iri);
    iri = resolved_;
    if (scheme_of(iri).empty())
      return cursor_.fail(fmt::format("<{}> is relative, and there is no base", iri));
  }
  return true;
}

Id TurtleReader::iri_term() {
  std::string_view text;
  if (!cursor_.iri_reference(text) || !resolved(text)) return kNone;
  return graph_.intern(iri(text));
}

Id TurtleReader::prefixed_name(std::string_view prefix) {
  const auto name_space = prefixes_.find(prefix);
  if (name_space == prefixes_.end()) {
    cursor_.fail(fmt::format("the prefix '{}:' is not declared", prefix));
    return kNone;
  }
  std::string_view local;
  if (!cursor_.local_name(local)) return kNone;
  name_.assign(name_space->second);
  name_.append(local);
  return graph_.intern(iri(name_));
}

Id TurtleReader::word_or_name(bool is_object) {
  const std::string_view word = cursor_.word();
  if (cursor_.take(':')) return prefixed_name(word);
  if (is_object && (word == "true" || word == "false"))
    return graph_.intern(literal(word, kBoolean));
  if (!word.empty()) {
    cursor_.fail(fmt::format("'{}' is neither a prefixed name nor a value", word));
  } else {
    cursor_.fail_expected(is_object ? "an object" : "a subject");
  }
  return kNone;
}

Id TurtleReader::labelled_blank() {
  if (cursor_.peek(1) != ':') {
    cursor_.fail_expected("'_:' and a label");
    return kNone;
  }
  std::string_view label;
  if (!cursor_.blank_label(label)) return kNone;
  const auto [known, added] = labels_.try_emplace(std::string(label), kNone);
  if (added) known->second = graph_.fresh_blank();
  return known->second;
}

Id TurtleReader::property_list(bool& had_properties) {
  if (!deeper()) return kNone;
  cursor_.skip(1);
  cursor_.skip_space();
  const Id node = graph_.fresh_blank();
  if (cursor_.peek() != ']') {
    had_properties = true;
    if (!predicates(node)) return kNone;
  }
  if (!cursor_.take(']')) {
    cursor_.fail_expected("']'");
    return kNone;
  }
  --depth_;
  return node;
}

Id TurtleReader::collection() {
  if (!deeper()) return kNone;
  cursor_.skip(1);
  const Id nil = graph_.intern(iri(kNil));
  Id head = nil;
  Id last = kNone;
  while (true) {
    cursor_.skip_space();
    if (cursor_.take(')')) break;
    const Id item = object();
    if (item == kNone) return kNone;
    const Id cell = graph_.fresh_blank();
    if (last == kNone) {
      head = cell;
    } else if (!add(last, graph_.intern(iri(kRest)), cell)) {
      return kNone;
    }
    if (!add(cell, graph_.intern(iri(kFirst)), item)) return kNone;
    last = cell;
  }
  if (last != kNone && !add(last, graph_.intern(iri(kRest)), nil)) return kNone;
  --depth_;
  return head;
}

Id TurtleReader::string_term() {
  std::string_view text;
  if (!cursor_.quoted(text)) return kNone;
  return datatype_of(text);
}

// What follows a string, perhaps after some space: a datatype, a language, or the next token.
Id TurtleReader::datatype_of(std::string_view text) {
  cursor_.skip_space();
  if (cursor_.peek() != '@' && cursor_.peek() != '^') return graph_.intern(literal(text));
  lexical_.assign(text);
  if (cursor_.peek() == '@') {
    std::string_view tag;
    if (!cursor_.language(tag)) return kNone;
    return graph_.intern(language_literal(lexical_, tag));
  }
  if (!cursor_.take("^^")) {
    cursor_.fail_expected("'^^' and a datatype");
    return kNone;
  }
  cursor_.skip_space();
  const Id datatype = cursor_.peek() == '<' ? iri_term() : word_or_name(false);
  if (datatype == kNone) return kNone;
  return graph_.intern(literal(lexical_, graph_.term(datatype).text));
}

Id TurtleReader::number_term() {
  std::string_view text;
  std::string_view datatype;
  if (!cursor_.number(text, datatype)) return kNone;
  return graph_.intern(literal(text, datatype));
}

}  // namespace

Result<Graph> read_turtle(std::string_view text, std::string_view base, const Limits& limits) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  TRY_VOID(check_text("Turtle", text, limits));
  return TurtleReader(text, base, limits).read();
}

}  // namespace mayfly::rdf
