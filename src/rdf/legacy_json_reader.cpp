#include <fmt/format.h>

#include <map>

#include "json/print.h"
#include "rdf/iri.h"
#include "rdf/json_document.h"
#include "rdf/legacy_json.h"
#include "rdf/reader.h"

namespace mayfly::rdf {
namespace {

std::unexpected<Error> wrong_legacy(std::string what) {
  return fail(ErrorCode::malformed, "OSLC JSON: " + what);
}

std::string_view legacy_text(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

class LegacyJsonReader {
 public:
  LegacyJsonReader(std::string_view base, const Limits& limits) : base_(base), limits_(limits) {}

  Result<Graph> read(const json::value& document) {
    if (document.is_array()) {
      for (const json::value& item : document.get_array()) TRY_VOID(resource(item));
    } else {
      TRY_VOID(resource(document));
    }
    return std::move(graph_);
  }

 private:
  Result<void> resource(const json::value& value) {
    if (!value.is_object())
      return wrong_legacy("a document must be an object, or an array of objects");
    TRY_VOID(node(value.get_object()));
    return {};
  }
  Result<void> take_prefixes(const json::object& object);
  Result<Id> node(const json::object& object);
  Result<Id> described(const json::object& object);
  Result<void> property(Id subject, Id predicate, const json::value& value);
  Result<Id> value_of(Id subject, Id predicate, const json::value& value);
  Result<Id> link(Id subject, Id predicate, const json::object& object);
  Result<void> properties(const json::object& object, Id subject);
  Result<Id> predicate_of(std::string_view key);
  Result<Id> resolved(const json::value& value, std::string_view key);
  Result<Id> labelled(const json::value& value);
  Id number(const json::value& value);
  Result<void> add(Id subject, Id predicate, Id object) {
    graph_.add(subject, predicate, object);
    const std::string_view excess = excess_of(graph_, limits_);
    if (!excess.empty()) return wrong_legacy(std::string(excess));
    return {};
  }

  const std::string_view base_;
  const Limits limits_;
  Graph graph_;
  std::map<std::string, Id, std::less<>> labels_;
  std::map<std::string, std::string, std::less<>> prefixes_{{"rdf", std::string(kRdf)}};
};

Result<void> LegacyJsonReader::take_prefixes(const json::object& object) {
  const json::value* given = object.if_contains(kLegacyPrefixes);
  if (given == nullptr) return {};
  if (!given->is_object()) return wrong_legacy("'prefixes' must be an object");
  for (const auto& member : given->get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!member.value().is_string() || !is_absolute_iri(legacy_text(member.value())))
      return wrong_legacy(fmt::format("the prefix '{}' must stand for an IRI", name));
    const std::string_view name_space = legacy_text(member.value());
    prefixes_.insert_or_assign(std::string(name), std::string(name_space));
    if (prefixes_.size() <= 256) graph_.prefixes.set(name, name_space);
  }
  return {};
}

Result<Id> LegacyJsonReader::resolved(const json::value& value, std::string_view key) {
  if (!value.is_string()) return wrong_legacy(fmt::format("'{}' must be a string", key));
  const std::string whole = resolve(base_, legacy_text(value));
  if (!is_absolute_iri(whole))
    return wrong_legacy(fmt::format("'{}' of '{}' is no IRI", legacy_text(value), key));
  return graph_.intern(iri(whole));
}

Result<Id> LegacyJsonReader::labelled(const json::value& value) {
  if (!value.is_string()) return wrong_legacy("'rdf:nodeID' must be a string");
  const auto [known, added] = labels_.try_emplace(std::string(legacy_text(value)), kNone);
  if (added) known->second = graph_.fresh_blank();
  return known->second;
}

Result<Id> LegacyJsonReader::described(const json::object& object) {
  const json::value* about = object.if_contains(kLegacyAbout);
  const json::value* label = object.if_contains(kLegacyNodeId);
  if (about != nullptr && label != nullptr)
    return wrong_legacy("only one of 'rdf:about' and 'rdf:nodeID' may be given");
  if (about != nullptr) return resolved(*about, kLegacyAbout);
  if (label != nullptr) return labelled(*label);
  return graph_.fresh_blank();
}

Result<Id> LegacyJsonReader::node(const json::object& object) {
  TRY_VOID(take_prefixes(object));
  if (object.contains(kLegacyResource))
    return wrong_legacy("'rdf:resource' names the value of a property, not a resource of its own");
  TRY(const Id subject, described(object));
  TRY_VOID(properties(object, subject));
  return subject;
}

Result<void> LegacyJsonReader::properties(const json::object& object, Id subject) {
  for (const auto& member : object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key == kLegacyPrefixes || key == kLegacyAbout || key == kLegacyNodeId ||
        key == kLegacyResource)
      continue;
    TRY(const Id predicate, predicate_of(key));
    TRY_VOID(property(subject, predicate, member.value()));
  }
  return {};
}

Result<Id> LegacyJsonReader::predicate_of(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos)
    return wrong_legacy(fmt::format("the key '{}' has no prefix", key));
  const auto prefix = prefixes_.find(key.substr(0, colon));
  if (prefix == prefixes_.end()) {
    if (key.substr(colon).starts_with("://") && is_absolute_iri(key))
      return graph_.intern(iri(key));
    return wrong_legacy(fmt::format("the prefix of '{}' is not in 'prefixes'", key));
  }
  const std::string whole = prefix->second + std::string(key.substr(colon + 1));
  if (!is_absolute_iri(whole)) return wrong_legacy(fmt::format("the key '{}' is no IRI", key));
  return graph_.intern(iri(whole));
}

Result<void> LegacyJsonReader::property(Id subject, Id predicate, const json::value& value) {
  if (value.is_null()) return {};
  if (!value.is_array()) {
    TRY(const Id object, value_of(subject, predicate, value));
    return add(subject, predicate, object);
  }
  for (const json::value& item : value.get_array()) {
    if (item.is_array()) return wrong_legacy("an array may not hold arrays");
    TRY_VOID(property(subject, predicate, item));
  }
  return {};
}

Result<Id> LegacyJsonReader::value_of(Id subject, Id predicate, const json::value& value) {
  if (value.is_object()) {
    const json::object& object = value.get_object();
    return object.contains(kLegacyResource) ? link(subject, predicate, object) : node(object);
  }
  if (value.is_bool()) return graph_.intern(literal(value.get_bool() ? "true" : "false", kBoolean));
  if (!value.is_string()) return number(value);
  // Some clients write types without the object around.
  const std::string_view text = legacy_text(value);
  const bool is_type = graph_.term(predicate).text == kType && is_absolute_iri(text);
  return graph_.intern(is_type ? iri(text) : literal(text));
}

// What stands beside "rdf:resource" is said about the link, as a reified statement.
Result<Id> LegacyJsonReader::link(Id subject, Id predicate, const json::object& object) {
  if (object.contains(kLegacyAbout) || object.contains(kLegacyNodeId))
    return wrong_legacy("'rdf:resource' may not stand beside 'rdf:about' or 'rdf:nodeID'");
  TRY(const Id target, resolved(object.at(kLegacyResource), kLegacyResource));
  if (object.size() == 1) return target;
  const Id statement = graph_.fresh_blank();
  TRY_VOID(add(statement, graph_.intern(iri(kType)), graph_.intern(iri(kStatement))));
  TRY_VOID(add(statement, graph_.intern(iri(kSubject)), subject));
  TRY_VOID(add(statement, graph_.intern(iri(kPredicate)), predicate));
  TRY_VOID(add(statement, graph_.intern(iri(kObject)), target));
  TRY_VOID(properties(object, statement));
  return target;
}

Id LegacyJsonReader::number(const json::value& value) {
  const std::string text = json::print(value);
  const bool is_whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return graph_.intern(literal(text, is_whole ? kInteger : kDecimal));
}

bool is_json_ld(const json::value& document) {
  if (document.is_array())
    return !document.get_array().empty() && is_json_ld(document.get_array()[0]);
  if (!document.is_object()) return false;
  const json::object& object = document.get_object();
  return object.contains("@context") || object.contains("@graph") || object.contains("@id") ||
         object.contains("@type");
}

}  // namespace

Result<Graph> read_legacy_json(std::string_view text, std::string_view base, const Limits& limits) {
  TRY(const json::value document, parse_document("OSLC JSON", text, limits));
  // application/json names both: the document itself says which it is.
  if (is_json_ld(document)) return read_json_ld(text, base, limits);
  return LegacyJsonReader(base, limits).read(document);
}

}  // namespace mayfly::rdf
