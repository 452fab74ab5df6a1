#include <fmt/format.h>

#include <cmath>
#include <map>

#include "rdf/chars.h"
#include "rdf/iri.h"
#include "rdf/json_document.h"
#include "rdf/json_ld_context.h"
#include "rdf/reader.h"

namespace mayfly::rdf {
namespace {

std::unexpected<Error> wrong_json_ld(std::string what) {
  return fail(ErrorCode::malformed, "JSON-LD: " + what);
}

std::string_view string_of(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

std::string_view key_text(const boost::json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

// As xsd:double is written canonically: 5.3E0.
std::string canonical_double(double number) {
  std::string text = fmt::format("{:.15E}", number);
  const std::size_t mark = text.find('E');
  const std::string exponent = std::to_string(std::stoi(text.substr(mark + 1)));
  std::size_t end = mark;
  while (text[end - 1] == '0' && text[end - 2] != '.') --end;
  return text.substr(0, end) + "E" + exponent;
}

// An object with its keys expanded once: what the keywords in it hold, and the rest.
struct Members {
  const json::value* id = nullptr;
  const json::value* value = nullptr;
  const json::value* language = nullptr;
  const json::value* list = nullptr;
  const json::value* set = nullptr;
  const json::value* graph = nullptr;
  const json::value* reverse = nullptr;
  std::vector<const json::value*> included;
  std::vector<const json::value*> types;
  bool has_keyword = false;
  struct Property {
    std::string iri;
    const JsonLdTerm* term;
    const json::value* value;
  };
  std::vector<Property> properties;
};

class JsonLdReader {
 public:
  JsonLdReader(std::string_view base, const Limits& limits) : contexts_(base), limits_(limits) {}

  Result<Graph> read(const json::value& document) {
    TRY_VOID(top(document, contexts_.first()));
    return std::move(graph_);
  }

 private:
  using Context = const JsonLdContext&;
  using Term = const JsonLdTerm*;

  Result<void> top(const json::value& document, Context context);
  Result<Members> members(const json::object& object, Context context);
  Result<void> keyword(Members& members, std::string_view name, const json::value& value);
  Result<void> node_into(const json::object& object, Context context, std::vector<Id>& nodes);
  Result<Id> node(const Members& members, Context context);
  Result<void> properties(const Members& members, Context context, Id subject);
  Result<void> property(Id subject, std::string_view iri_text, Term term, const json::value& value,
                        Context context);
  Result<void> reversed(Id subject, const json::value& map, Context context);
  Result<void> no_lists(const json::value& value, Context context);

  // What a value stands for, none or several.
  Result<void> values(const json::value& value, Term term, Context context, std::vector<Id>& out);
  Result<void> object_value(const json::object& object, Term term, Context context,
                            std::vector<Id>& out);
  Result<void> language_map(const json::object& object, Context context, std::vector<Id>& out);
  Result<Id> scalar(const json::value& value, Term term, Context context);
  Result<Id> explicit_value(const Members& members, Context context);
  Result<Id> list(const json::value& value, Term term, Context context);
  Result<Id> language_string(std::string_view text, std::string_view language);
  Id native(const json::value& value, std::string_view datatype);

  Result<Id> resource(std::string_view text, Context context, bool by_vocabulary);
  Result<void> add(Id subject, Id predicate, Id object);
  void note_prefixes(Context context);

  JsonLdContexts contexts_;
  const Limits limits_;
  Graph graph_;
  std::map<std::string, Id, std::less<>> labels_;
};

Result<void> JsonLdReader::add(Id subject, Id predicate, Id object) {
  graph_.add(subject, predicate, object);
  const std::string_view excess = excess_of(graph_, limits_);
  if (!excess.empty()) return wrong_json_ld(std::string(excess));
  return {};
}

void JsonLdReader::note_prefixes(Context context) {
  for (const auto& [name, term] : context.terms) {
    if (term.is_prefix && term.iri && is_absolute_iri(*term.iri))
      graph_.prefixes.set(name, *term.iri);
    if (graph_.prefixes.entries().size() > 256) return;
  }
}

Result<Id> JsonLdReader::resource(std::string_view text, Context context, bool by_vocabulary) {
  const std::optional<std::string> expanded = context.expand(text, by_vocabulary, true);
  if (!expanded || is_json_ld_keyword(*expanded)) return kNone;
  if (expanded->starts_with("_:")) {
    const auto [known, added] = labels_.try_emplace(*expanded, kNone);
    if (added) known->second = graph_.fresh_blank();
    return known->second;
  }
  if (!is_absolute_iri(*expanded)) return wrong_json_ld(fmt::format("'{}' is no IRI", text));
  return graph_.intern(iri(*expanded));
}

Result<void> JsonLdReader::top(const json::value& document, Context context) {
  if (document.is_array()) {
    for (const json::value& item : document.get_array()) TRY_VOID(top(item, context));
    return {};
  }
  if (!document.is_object()) return wrong_json_ld("a document must be an object or an array");
  std::vector<Id> nodes;
  return node_into(document.get_object(), context, nodes);
}

Result<void> JsonLdReader::keyword(Members& members, std::string_view name,
                                   const json::value& value) {
  members.has_keyword = true;
  if (name == "@type" || name == "@included") {
    (name == "@type" ? members.types : members.included).push_back(&value);
    return {};
  }
  if (name == "@index" && !value.is_string()) return wrong_json_ld("@index must be a string");
  if (name == "@context" || name == "@index") return {};
  const json::value** slot = name == "@id"         ? &members.id
                             : name == "@value"    ? &members.value
                             : name == "@language" ? &members.language
                             : name == "@list"     ? &members.list
                             : name == "@set"      ? &members.set
                             : name == "@graph"    ? &members.graph
                             : name == "@reverse"  ? &members.reverse
                                                   : nullptr;
  if (slot == nullptr) return wrong_json_ld(fmt::format("{} is not supported here", name));
  if (*slot != nullptr) return wrong_json_ld(fmt::format("{} is given twice", name));
  *slot = &value;
  return {};
}

Result<Members> JsonLdReader::members(const json::object& object, Context context) {
  Members found;
  for (const boost::json::key_value_pair& member : object) {
    const std::string_view key = key_text(member);
    const std::optional<std::string> expanded = context.expand(key, true, false);
    if (!expanded) continue;
    if (is_json_ld_keyword(*expanded)) {
      TRY_VOID(keyword(found, *expanded, member.value()));
    } else if (is_absolute_iri(*expanded)) {
      // What stands for no IRI is no property, and a blank node is none of RDF.
      found.properties.push_back(
          {.iri = *expanded, .term = context.find(key), .value = &member.value()});
    } else if (expanded->find(':') != std::string::npos && !expanded->starts_with("_:")) {
      return wrong_json_ld(fmt::format("the key '{}' is no IRI", key));
    }
  }
  return found;
}

Result<void> JsonLdReader::node_into(const json::object& object, Context outer,
                                     std::vector<Id>& nodes) {
  const JsonLdContext* context = &outer;
  if (const json::value* local = object.if_contains("@context"); local != nullptr) {
    TRY(context, contexts_.enter(outer, *local));
    note_prefixes(*context);
  }
  TRY(const Members found, members(object, *context));
  if (found.graph != nullptr) {
    // Around everything else there may be a @graph without a name: that is the document's own
    // graph.
    if (found.id != nullptr || !found.types.empty() || !found.properties.empty())
      return wrong_json_ld("named graphs are not supported");
    return top(*found.graph, *context);
  }
  if (found.value != nullptr || found.list != nullptr || found.set != nullptr) {
    if (found.set == nullptr) return {};  // a value that nothing has
    for (const json::value& item : items_of(*found.set)) {
      if (item.is_object()) TRY_VOID(node_into(item.get_object(), *context, nodes));
    }
    return {};
  }
  if (found.language != nullptr) return wrong_json_ld("@language stands beside no @value");
  TRY(const Id subject, node(found, *context));
  if (subject != kNone) nodes.push_back(subject);
  return {};
}

Result<Id> JsonLdReader::node(const Members& found, Context context) {
  Id subject = kNone;
  if (found.id == nullptr) {
    subject = graph_.fresh_blank();
  } else if (!found.id->is_string()) {
    return wrong_json_ld("@id must be a string");
  } else {
    TRY(subject, resource(string_of(*found.id), context, false));
  }
  if (subject == kNone) return kNone;
  for (const json::value* types : found.types) {
    for (const json::value& type : items_of(*types)) {
      if (!type.is_string()) return wrong_json_ld("@type must be a string or an array of such");
      TRY(const Id named, resource(string_of(type), context, true));
      if (named != kNone) TRY_VOID(add(subject, graph_.intern(iri(kType)), named));
    }
  }
  TRY_VOID(properties(found, context, subject));
  return subject;
}

Result<void> JsonLdReader::properties(const Members& found, Context context, Id subject) {
  for (const Members::Property& one : found.properties)
    TRY_VOID(property(subject, one.iri, one.term, *one.value, context));
  if (found.reverse != nullptr) TRY_VOID(reversed(subject, *found.reverse, context));
  for (const json::value* included : found.included) {
    for (const json::value& item : items_of(*included)) {
      std::vector<Id> nodes;
      if (item.is_object()) TRY_VOID(node_into(item.get_object(), context, nodes));
      if (nodes.empty()) return wrong_json_ld("@included must hold nodes");
    }
  }
  return {};
}

// Of lists only their heads would be reversed.
Result<void> JsonLdReader::no_lists(const json::value& value, Context context) {
  for (const json::value& item : items_of(value)) {
    if (!item.is_object()) continue;
    TRY(const Members found, members(item.get_object(), context));
    if (found.list != nullptr)
      return wrong_json_ld("a list cannot be the value of what is reversed");
  }
  return {};
}

Result<void> JsonLdReader::property(Id subject, std::string_view iri_text, Term term,
                                    const json::value& value, Context context) {
  const Id predicate = graph_.intern(iri(iri_text));
  std::vector<Id> objects;
  if (term != nullptr && term->reverse) TRY_VOID(no_lists(value, context));
  if (term != nullptr && term->by_language && value.is_object()) {
    TRY_VOID(language_map(value.get_object(), context, objects));
  } else if (term != nullptr && term->is_list && !value.is_null() &&
             !(value.is_object() && value.get_object().contains("@list"))) {
    TRY(const Id head, list(value, term, context));
    objects.push_back(head);
  } else {
    TRY_VOID(values(value, term, context, objects));
  }
  for (const Id object : objects) {
    if (term == nullptr || !term->reverse) {
      TRY_VOID(add(subject, predicate, object));
    } else if (graph_.term(object).is_literal()) {
      return wrong_json_ld("the value of a reversed property must be a node");
    } else {
      TRY_VOID(add(object, predicate, subject));
    }
  }
  return {};
}

Result<void> JsonLdReader::reversed(Id subject, const json::value& map, Context context) {
  if (!map.is_object()) return wrong_json_ld("@reverse must be an object");
  TRY(const Members found, members(map.get_object(), context));
  if (found.has_keyword) return wrong_json_ld("@reverse must hold properties");
  for (const Members::Property& one : found.properties) {
    std::vector<Id> objects;
    TRY_VOID(no_lists(*one.value, context));
    TRY_VOID(values(*one.value, one.term, context, objects));
    const Id predicate = graph_.intern(iri(one.iri));
    const bool twice_reversed = one.term != nullptr && one.term->reverse;
    for (const Id object : objects) {
      if (twice_reversed) {
        TRY_VOID(add(subject, predicate, object));
      } else if (graph_.term(object).is_literal()) {
        return wrong_json_ld("the value of a reversed property must be a node");
      } else {
        TRY_VOID(add(object, predicate, subject));
      }
    }
  }
  return {};
}

Result<void> JsonLdReader::values(const json::value& value, Term term, Context context,
                                  std::vector<Id>& out) {
  if (value.is_null()) return {};
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) TRY_VOID(values(item, term, context, out));
    return {};
  }
  if (value.is_object()) return object_value(value.get_object(), term, context, out);
  TRY(const Id one, scalar(value, term, context));
  if (one != kNone) out.push_back(one);
  return {};
}

Result<void> JsonLdReader::object_value(const json::object& object, Term term, Context outer,
                                        std::vector<Id>& out) {
  const JsonLdContext* context = &outer;
  if (const json::value* local = object.if_contains("@context"); local != nullptr) {
    TRY(context, contexts_.enter(outer, *local));
  }
  TRY(const Members found, members(object, *context));
  const bool has_node_parts = found.id != nullptr || !found.properties.empty() ||
                              found.graph != nullptr || found.reverse != nullptr;
  if (found.value != nullptr) {
    if (has_node_parts || found.list != nullptr || found.set != nullptr)
      return wrong_json_ld("an object with @value may have only @type or @language beside it");
    TRY(const Id one, explicit_value(found, *context));
    if (one != kNone) out.push_back(one);
    return {};
  }
  if (found.list != nullptr || found.set != nullptr) {
    if (has_node_parts || !found.types.empty() || found.language != nullptr ||
        (found.list != nullptr && found.set != nullptr))
      return wrong_json_ld("an object with @list or @set may have nothing beside it");
    if (found.set != nullptr) return values(*found.set, term, *context, out);
    TRY(const Id head, list(*found.list, term, *context));
    out.push_back(head);
    return {};
  }
  if (found.graph != nullptr) return wrong_json_ld("graphs inside of nodes are not supported");
  return node_into(object, outer, out);
}

Result<void> JsonLdReader::language_map(const json::object& object, Context context,
                                        std::vector<Id>& out) {
  for (const boost::json::key_value_pair& member : object) {
    for (const json::value& text : items_of(member.value())) {
      if (text.is_null()) continue;
      if (!text.is_string()) return wrong_json_ld("a map of languages must hold strings");
      const bool none = context.expand(key_text(member), true, false) == "@none";
      TRY(const Id made, language_string(string_of(text), none ? "" : key_text(member)));
      out.push_back(made);
    }
  }
  return {};
}

Result<Id> JsonLdReader::language_string(std::string_view text, std::string_view language) {
  if (language.empty()) return graph_.intern(literal(text));
  if (!is_language_tag(language))
    return wrong_json_ld(fmt::format("'{}' is no language tag", language));
  return graph_.intern(language_literal(text, language));
}

// Numbers and booleans as JSON has them.
Id JsonLdReader::native(const json::value& value, std::string_view datatype) {
  const auto made = [&](std::string_view text, std::string_view usual) {
    return graph_.intern(literal(text, datatype.empty() ? usual : datatype));
  };
  if (value.is_bool()) return made(value.get_bool() ? "true" : "false", kBoolean);
  constexpr double kIntegerMax = 1e21;
  const double number = value.to_number<double>();
  const bool is_whole =
      !value.is_double() || (number == std::trunc(number) && std::abs(number) < kIntegerMax);
  if (!is_whole || datatype == kDouble) return made(canonical_double(number), kDouble);
  if (value.is_int64()) return made(fmt::format("{}", value.get_int64()), kInteger);
  if (value.is_uint64()) return made(fmt::format("{}", value.get_uint64()), kInteger);
  return made(fmt::format("{:.0f}", number == 0 ? 0.0 : number), kInteger);
}

Result<Id> JsonLdReader::scalar(const json::value& value, Term term, Context context) {
  std::string_view type;
  if (term != nullptr && term->type != "@none") type = term->type;
  const bool is_reference = type == "@id" || type == "@vocab";
  if (!value.is_string()) return native(value, is_reference ? "" : type);
  const std::string_view text = string_of(value);
  if (is_reference) return resource(text, context, type == "@vocab");
  if (!type.empty()) return graph_.intern(literal(text, type));
  const bool own_language = term != nullptr && term->language.has_value();
  return language_string(
      text, own_language ? std::string_view(*term->language) : std::string_view(context.language));
}

Result<Id> JsonLdReader::explicit_value(const Members& found, Context context) {
  const json::value& value = *found.value;
  if (found.types.size() > 1 || (found.language != nullptr && !found.types.empty()))
    return wrong_json_ld("a value has more than one type or language");
  if (value.is_object() || value.is_array())
    return wrong_json_ld("@value must be a string, a number, a boolean or null");
  std::string datatype;
  if (!found.types.empty() && !found.types.front()->is_null()) {
    const json::value& type = *found.types.front();
    if (!type.is_string()) return wrong_json_ld("@type of a value must be a string");
    const std::optional<std::string> expanded = context.expand(string_of(type), true, true);
    if (!expanded || !is_absolute_iri(*expanded) || expanded->starts_with('_'))
      return wrong_json_ld(fmt::format("'{}' is no datatype", string_of(type)));
    datatype = *expanded;
  }
  if (value.is_null()) return kNone;
  if (found.language != nullptr) {
    if (!found.language->is_string() || !value.is_string())
      return wrong_json_ld("@language and its @value must be strings");
    return language_string(string_of(value), string_of(*found.language));
  }
  if (!value.is_string()) return native(value, datatype);
  return graph_.intern(literal(string_of(value), datatype.empty() ? kString : datatype));
}

Result<Id> JsonLdReader::list(const json::value& value, Term term, Context context) {
  std::vector<Id> items;
  for (const json::value& item : items_of(value)) {
    if (item.is_array()) {
      TRY(const Id inner, list(item, term, context));
      items.push_back(inner);
    } else {
      TRY_VOID(values(item, term, context, items));
    }
  }
  Id head = graph_.intern(iri(kNil));
  const Id first = graph_.intern(iri(kFirst));
  const Id rest = graph_.intern(iri(kRest));
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const Id cell = graph_.fresh_blank();
    TRY_VOID(add(cell, first, *item));
    TRY_VOID(add(cell, rest, head));
    head = cell;
  }
  return head;
}

}  // namespace

Result<Graph> read_json_ld(std::string_view text, std::string_view base, const Limits& limits) {
  TRY(const json::value document, parse_document("JSON-LD", text, limits));
  return JsonLdReader(base, limits).read(document);
}

}  // namespace mayfly::rdf
