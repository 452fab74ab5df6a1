#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "json/print.h"
#include "json/value.h"
#include "rdf/iri.h"
#include "rdf/layout.h"
#include "rdf/names.h"
#include "rdf/writer.h"

namespace mayfly::rdf {
namespace {

// "a://b" would be read as an IRI of the scheme a.
bool json_ld_local(std::string_view local) {
  return !local.empty() && !local.starts_with("//");
}

// Prefixes that may be no prefix here, because an IRI without a short name would be read as one
// with that prefix: "urn" when the graph knows urn:x.
std::set<std::string_view> schemes_in_use(const Graph& graph) {
  std::set<std::string_view> schemes;
  for (Id id = 0; id < graph.terms(); ++id) {
    const Term& term = graph.term(id);
    if (term.is_blank()) continue;
    const std::string_view text = term.is_iri() ? term.text : term.datatype;
    const std::string_view scheme = scheme_of(text);
    if (!text.substr(scheme.size()).starts_with("://")) schemes.insert(scheme);
  }
  return schemes;
}

// JSON-LD takes a simple term for a prefix only when its IRI ends in one of these.
bool json_ld_prefix(const Prefix& prefix) {
  return !prefix.name.empty() && prefix.name != "_" && !prefix.name.starts_with('@') &&
         prefix.name.find_first_of(":/") == std::string::npos &&
         std::string_view(":/?#[]@").find(prefix.name_space.back()) != std::string_view::npos;
}

Prefixes safe_prefixes(const Graph& graph) {
  Prefixes safe;
  if (graph.prefixes.empty()) return safe;
  const std::set<std::string_view> schemes = schemes_in_use(graph);
  for (const Prefix& prefix : graph.prefixes.entries()) {
    if (!schemes.contains(prefix.name)) safe.set(prefix.name, prefix.name_space);
  }
  return safe;
}

class JsonLdWriter {
 public:
  JsonLdWriter(const Graph& graph, const WriteOptions& options)
      : graph_(graph),
        layout_(graph, {.root = options.root, .nest_iris = options.nest_iris}),
        names_(graph, safe_prefixes(graph), json_ld_local, json_ld_prefix),
        labels_(graph) {}

  std::string write() {
    json::array nodes;
    for (const Id root : layout_.roots()) nodes.push_back(node(root));
    json::object context;
    for (const Prefix& prefix : names_.used()) context[prefix.name] = prefix.name_space;
    json::object document;
    if (!context.empty()) document["@context"] = std::move(context);
    if (nodes.size() == 1) {
      for (auto& member : nodes.front().as_object())
        document[member.key()] = std::move(member.value());
    } else {
      document["@graph"] = std::move(nodes);
    }
    return json::print_pretty(document);
  }

 private:
  static boost::json::string string(std::string_view text) { return boost::json::string(text); }

  std::string compact(Id id) {
    const Term& term = graph_.term(id);
    if (term.is_blank()) return fmt::format("_:b{}", labels_.number(id));
    return compact_name(id, term.text);
  }

  std::string compact_name(Id id, std::string_view text) {
    const Name name = id == kNone ? Name{} : names_.of(id);
    return name ? fmt::format("{}:{}", name.prefix->name, name.local) : std::string(text);
  }

  json::object node(Id subject) {
    json::object made;
    if (graph_.term(subject).is_iri()) {
      // The subject of a document is named in full: people look for it.
      made["@id"] = string(graph_.term(subject).text);
    } else if (layout_.labelled(subject)) {
      made["@id"] = compact(subject);
    }
    if (graph_.of(subject).empty()) return made;
    for (const std::uint32_t at : layout_.properties(subject)) {
      const Triple& triple = graph_.triples()[at];
      const bool is_type = graph_.term(triple.predicate).text == kType &&
                           !graph_.term(triple.object).is_literal() && !layout_.nests(at) &&
                           layout_.list(at) == nullptr;
      const std::string key = is_type ? "@type" : compact(triple.predicate);
      json::value value = is_type ? json::value(compact(triple.object)) : object(at);
      if (json::value* before = made.if_contains(key); before == nullptr) {
        made[key] = std::move(value);
      } else if (before->is_array()) {
        before->get_array().push_back(std::move(value));
      } else {
        json::value first = std::move(*before);
        *before = json::array{std::move(first), std::move(value)};
      }
    }
    return made;
  }

  json::value object(std::uint32_t triple) {
    const Id value = graph_.triples()[triple].object;
    if (const std::vector<std::uint32_t>* items = layout_.list(triple)) {
      json::array list;
      for (const std::uint32_t item : *items) list.push_back(object(item));
      json::object made;
      made["@list"] = std::move(list);
      return made;
    }
    if (layout_.nests(triple)) return node(value);
    if (graph_.term(value).is_literal()) return literal_value(graph_.term(value));
    json::object made;
    made["@id"] = compact(value);
    return made;
  }

  json::value literal_value(const Term& term) {
    if (term.datatype == kString) return string(term.text);
    if (term.datatype == kBoolean && (term.text == "true" || term.text == "false"))
      return term.text == "true";
    if (term.datatype == kInteger) {
      std::int64_t number = 0;
      const auto [end, error] =
          std::from_chars(term.text.data(), term.text.data() + term.text.size(), number);
      if (error == std::errc{} && fmt::format("{}", number) == term.text) return number;
    }
    json::object made;
    made["@value"] = string(term.text);
    if (!term.language.empty()) {
      made["@language"] = string(term.language);
    } else {
      made["@type"] = compact_name(graph_.find(iri(term.datatype)), term.datatype);
    }
    return made;
  }

  const Graph& graph_;
  const Layout layout_;
  Names names_;
  Labels labels_;
};

}  // namespace

Result<std::string> write_json_ld(const Graph& graph, const WriteOptions& options) {
  return JsonLdWriter(graph, options).write();
}

}  // namespace mayfly::rdf
