#include <fmt/format.h>

#include <charconv>

#include "json/print.h"
#include "json/value.h"
#include "rdf/layout.h"
#include "rdf/legacy_json.h"
#include "rdf/names.h"
#include "rdf/writer.h"

namespace mayfly::rdf {
namespace {

const Prefix kLegacyRdf{.name = "rdf", .name_space = std::string(kRdf)};

bool legacy_local(std::string_view local) {
  return !local.empty() && !local.starts_with("//");
}
bool legacy_prefix(const Prefix& prefix) {
  return !prefix.name.empty() && prefix.name.find(':') == std::string::npos;
}

// Names that mean something else as a key.
bool is_legacy_syntax(const Name& name) {
  return name.prefix->name_space == kRdf &&
         (name.local == "about" || name.local == "resource" || name.local == "nodeID");
}

class LegacyJsonWriter {
 public:
  LegacyJsonWriter(const Graph& graph, const WriteOptions& options)
      : graph_(graph),
        layout_(graph, {.root = options.root, .nest_iris = true, .lists = Lists::none}),
        names_(graph, graph.prefixes, legacy_local, legacy_prefix, &kLegacyRdf),
        labels_(graph) {}

  Result<std::string> write() {
    json::array nodes;
    for (const Id root : layout_.roots()) nodes.push_back(node(root));
    if (!error_.empty()) return fail(ErrorCode::invalid, "OSLC's JSON cannot say this: " + error_);
    json::object prefixes;
    for (const Prefix& prefix : names_.used()) prefixes[prefix.name] = prefix.name_space;
    if (nodes.empty()) nodes.emplace_back(json::object{});
    for (json::value& one : nodes) {
      json::object whole;
      whole[kLegacyPrefixes] = prefixes;
      for (auto& member : one.as_object()) whole[member.key()] = std::move(member.value());
      one = std::move(whole);
    }
    return json::print_pretty(nodes.size() == 1 ? nodes.front() : json::value(nodes));
  }

 private:
  static boost::json::string string(std::string_view text) { return boost::json::string(text); }

  std::string label(Id blank) { return fmt::format("b{}", labels_.number(blank)); }

  json::object node(Id subject) {
    json::object made;
    if (graph_.term(subject).is_iri()) {
      made[kLegacyAbout] = string(graph_.term(subject).text);
    } else if (layout_.labelled(subject)) {
      made[kLegacyNodeId] = label(subject);
    }
    if (graph_.of(subject).empty()) return made;
    for (const std::uint32_t at : layout_.properties(subject)) {
      const Id predicate = graph_.triples()[at].predicate;
      const Name name = names_.required(predicate);
      if (!name || is_legacy_syntax(name)) {
        error_ = fmt::format("the predicate <{}> has no short name", graph_.term(predicate).text);
        continue;
      }
      const std::string key = fmt::format("{}:{}", name.prefix->name, name.local);
      json::value value = object(at);
      if (json::value* before = made.if_contains(key); before != nullptr) {
        if (!before->is_array()) {
          json::value first = std::move(*before);
          *before = json::array{std::move(first)};
        }
        before->get_array().push_back(std::move(value));
      } else if (graph_.term(predicate).text == kType) {
        made[key] = json::array{std::move(value)};  // always a list
      } else {
        made[key] = std::move(value);
      }
    }
    return made;
  }

  json::value object(std::uint32_t triple) {
    const Id value = graph_.triples()[triple].object;
    const Term& term = graph_.term(value);
    if (layout_.nests(triple)) return node(value);
    if (term.is_literal()) return literal_value(term);
    json::object made;
    if (term.is_blank()) {
      made[kLegacyNodeId] = label(value);
    } else {
      made[kLegacyResource] = string(term.text);
    }
    return made;
  }

  // A number when it is read back with the same digits.
  static json::value literal_value(const Term& term) {
    const char* const end = term.text.data() + term.text.size();
    if (term.datatype == kBoolean && (term.text == "true" || term.text == "false"))
      return term.text == "true";
    if (term.datatype == kInteger) {
      std::int64_t number = 0;
      const auto read = std::from_chars(term.text.data(), end, number);
      if (read.ec == std::errc{} && fmt::format("{}", number) == term.text) return number;
    }
    if (term.datatype == kDecimal && term.text.find('.') != std::string_view::npos) {
      double number = 0;
      const auto read = std::from_chars(term.text.data(), end, number);
      if (read.ec == std::errc{} && read.ptr == end && json::print(number) == term.text)
        return number;
    }
    return string(term.text);
  }

  const Graph& graph_;
  const Layout layout_;
  Names names_;
  Labels labels_;
  std::string error_;
};

}  // namespace

Result<std::string> write_legacy_json(const Graph& graph, const WriteOptions& options) {
  return LegacyJsonWriter(graph, options).write();
}

}  // namespace mayfly::rdf
