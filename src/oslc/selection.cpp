#include "oslc/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "rdf/term.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kBracesMax = 8;
constexpr std::size_t kPropertiesOfOneMax = 500;

Outcome<Selection> read_list(Cursor& cursor, std::size_t depth) {
  if (depth > kBracesMax) return cursor.wrong("braces are too deep");
  Selection selection;
  while (true) {
    cursor.skip_spaces();
    Selected selected;
    if (!cursor.take("*")) {
      TRY(selected.property, cursor.name());
    }
    if (cursor.take("{")) {
      TRY(selected.inside, read_list(cursor, depth + 1));
      selected.opens = true;
      if (!cursor.take("}")) return cursor.wrong("a closing brace belongs");
    }
    if (selected.property.empty()) selection.all = true;
    const bool nothing = selected.property == rdf::kNil;
    if (selection.properties.size() == kPropertiesOfOneMax)
      return cursor.wrong(fmt::format("there are more than {} properties", kPropertiesOfOneMax));
    if (!nothing && !(selected.property.empty() && !selected.opens))
      selection.properties.push_back(std::move(selected));
    cursor.skip_spaces();
    if (!cursor.take(",")) return selection;
  }
}

// Copies with blank nodes renamed, each once.
class Copy {
 public:
  Copy(const rdf::Graph& from, rdf::Graph& to) : from_(from), to_(to) {}

  void resource(rdf::Id subject, const Selection& selection) {
    for (const std::uint32_t at : from_.of(subject)) {
      const rdf::Triple& triple = from_.triples()[at];
      const std::string_view property = from_.term(triple.predicate).text;
      const Selected* named = find(selection, property);
      if (!named && !selection.all && property != rdf::kType) continue;
      add(triple);
      if (named && named->opens) {
        resource(triple.object, named->inside);
      } else if (from_.term(triple.object).is_blank()) {
        whole(triple.object);
      }
    }
  }

 private:
  static const Selected* find(const Selection& selection, std::string_view property) {
    const auto named = std::ranges::find(selection.properties, property, &Selected::property);
    if (named != selection.properties.end()) return &*named;
    const auto any = std::ranges::find(selection.properties, "", &Selected::property);
    return any == selection.properties.end() ? nullptr : &*any;
  }

  void whole(rdf::Id blank) {
    if (std::ranges::find(copied_, blank) != copied_.end()) return;
    copied_.push_back(blank);
    for (const std::uint32_t at : from_.of(blank)) {
      const rdf::Triple& triple = from_.triples()[at];
      add(triple);
      if (from_.term(triple.object).is_blank()) whole(triple.object);
    }
  }

  rdf::Id term(rdf::Id id) {
    if (!from_.term(id).is_blank()) return to_.intern(from_.term(id));
    const auto known = std::ranges::find(blanks_, id, &std::pair<rdf::Id, rdf::Id>::first);
    if (known != blanks_.end()) return known->second;
    blanks_.emplace_back(id, to_.fresh_blank());
    return blanks_.back().second;
  }

  void add(const rdf::Triple& triple) {
    const rdf::Id subject = term(triple.subject);
    const rdf::Id predicate = term(triple.predicate);
    to_.add(subject, predicate, term(triple.object));
  }

  const rdf::Graph& from_;
  rdf::Graph& to_;
  std::vector<rdf::Id> copied_;
  std::vector<std::pair<rdf::Id, rdf::Id>> blanks_;
};

}  // namespace

Outcome<Selection> read_selection(std::string_view parameter, std::string_view text,
                                  const rdf::Prefixes& prefixes) {
  Cursor cursor(parameter, text, prefixes);
  TRY(Selection selection, read_list(cursor, 0));
  if (!cursor.at_end()) return cursor.wrong("a comma belongs");
  return selection;
}

void select(const rdf::Graph& graph, std::string_view resource, const Selection& selection,
            rdf::Graph& selected) {
  const rdf::Id subject = graph.find(rdf::iri(resource));
  if (subject != rdf::kNone) Copy(graph, selected).resource(subject, selection);
}

}  // namespace mayfly::oslc
