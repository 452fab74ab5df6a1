#include "rdf/json_ld_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "rdf/chars.h"
#include "rdf/iri.h"
#include "rdf/reader.h"

namespace mayfly::rdf {
namespace {

constexpr int kDefinitionDepthMax = 50;
// Each definition may add to another's: many of them would come to gigabytes.
constexpr std::size_t kDefinedIriBytesMax = 4096;

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::malformed, "JSON-LD: " + what);
}

std::string_view text_of(const json::value& value) {
  const auto& text = value.get_string();
  return {text.data(), text.size()};
}

std::string_view view(boost::json::string_view text) {
  return {text.data(), text.size()};
}

// "@id" and whatever else looks like a keyword: those we do not know are never terms.
bool looks_like_keyword(std::string_view text) {
  return text.size() > 1 && text.starts_with('@') &&
         std::ranges::all_of(text.substr(1),
                             [](char c) { return is_alpha(static_cast<unsigned char>(c)); });
}

bool ends_like_prefix(std::string_view iri) {
  return iri.starts_with("_:") ||
         (!iri.empty() && std::string_view(":/?#[]@").find(iri.back()) != std::string_view::npos);
}

}  // namespace

bool is_json_ld_keyword(std::string_view text) {
  static constexpr std::string_view kKeywords[] = {
      "@base",   "@container", "@context", "@direction", "@graph",     "@id",
      "@import", "@included",  "@index",   "@json",      "@language",  "@list",
      "@nest",   "@none",      "@prefix",  "@propagate", "@protected", "@reverse",
      "@set",    "@type",      "@value",   "@version",   "@vocab"};
  return std::ranges::find(kKeywords, text) != std::end(kKeywords);
}

const JsonLdTerm* JsonLdContext::find(std::string_view term) const {
  for (const JsonLdContext* context = this; context != nullptr; context = context->outer) {
    if (const auto found = context->terms.find(term); found != context->terms.end())
      return &found->second;
  }
  return nullptr;
}

std::optional<std::string> JsonLdContext::expand(std::string_view value, bool by_vocabulary,
                                                 bool by_base) const {
  if (is_json_ld_keyword(value)) return std::string(value);
  if (looks_like_keyword(value)) return std::nullopt;
  if (by_vocabulary) {
    if (const JsonLdTerm* term = find(value); term != nullptr) return term->iri;
  }
  if (const std::size_t colon = value.find(':', 1); !value.empty() && colon != value.npos) {
    const std::string_view prefix = value.substr(0, colon);
    const std::string_view rest = value.substr(colon + 1);
    if (prefix == "_" || rest.starts_with("//")) return std::string(value);
    if (const JsonLdTerm* term = find(prefix); term != nullptr && term->iri && term->is_prefix)
      return *term->iri + std::string(rest);
    if (!scheme_of(value).empty()) return std::string(value);
  }
  if (by_vocabulary && has_vocabulary) return vocabulary + std::string(value);
  if (by_base) return resolve(base, value);
  return std::string(value);
}

JsonLdContexts::JsonLdContexts(std::string_view base) {
  contexts_.emplace_back().base = base;
}

Result<const JsonLdContext*> JsonLdContexts::enter(const JsonLdContext& outer,
                                                   const json::value& local) {
  JsonLdContext& context = contexts_.emplace_back();
  context.base = outer.base;
  context.vocabulary = outer.vocabulary;
  context.has_vocabulary = outer.has_vocabulary;
  context.language = outer.language;
  context.protects = outer.protects;
  context.outer = &outer;
  for (const json::value& part : items_of(local)) {
    if (part.is_null()) {
      if (context.protects) return wrong("a context of null would undo protected terms");
      context = JsonLdContext{};
      context.base = first().base;
    } else if (part.is_string()) {
      return wrong(
          fmt::format("the context <{}> is not fetched; send the context itself", text_of(part)));
    } else if (part.is_object()) {
      TRY_VOID(merge(context, part.get_object()));
    } else {
      return wrong("@context must be an object, an array of such, or null");
    }
  }
  return &context;
}

Result<void> JsonLdContexts::settings(JsonLdContext& context, const json::object& local) {
  for (const auto& [key, value] : local) {
    const std::string_view name = view(key);
    const bool is_text = value.is_string();
    if (name == "@base") {
      if (!is_text && !value.is_null()) return wrong("@base must be a string or null");
      context.base = is_text ? resolve(context.base, text_of(value)) : "";
    } else if (name == "@language") {
      if (!is_text && !value.is_null()) return wrong("@language must be a string or null");
      context.language = is_text ? text_of(value) : "";
    } else if (name == "@version") {
      if (!value.is_double() || value.get_double() != 1.1) return wrong("@version must be 1.1");
    } else if (name == "@protected") {
      if (!value.is_bool()) return wrong("@protected must be true or false");
    } else if (name == "@import" || name == "@propagate" || name == "@direction") {
      return wrong(fmt::format("{} in a context is not supported", name));
    }
  }
  if (const json::value* value = local.if_contains("@vocab"); value != nullptr) {
    if (!value->is_string() && !value->is_null()) return wrong("@vocab must be a string or null");
    if (value->is_string()) {
      const std::string_view given = text_of(*value);
      std::optional<std::string> vocabulary = context.expand(given, true, true);
      const bool is_relative = given.find(':') == std::string_view::npos &&
                               context.find(given) == nullptr && !given.empty();
      if (!vocabulary || is_relative) return wrong("@vocab must be an absolute IRI, or empty");
      context.vocabulary = std::move(*vocabulary);
    }
    context.has_vocabulary = value->is_string();
  }
  return {};
}

Result<void> JsonLdContexts::merge(JsonLdContext& context, const json::object& local) {
  TRY_VOID(settings(context, local));
  const json::value* guard = local.if_contains("@protected");
  Definition definition{
      .context = context, .local = local, .are_protected = guard != nullptr && guard->get_bool()};
  for (const auto& member : local) {
    const std::string_view term = view(member.key());
    if (term == "@base" || term == "@language" || term == "@vocab" || term == "@version" ||
        term == "@protected")
      continue;
    TRY_VOID(define(definition, term));
  }
  return {};
}

// Terms of the same context may come later in it: they are defined first.
Result<std::optional<std::string>> JsonLdContexts::expand(Definition& definition,
                                                          std::string_view value) {
  if (!is_json_ld_keyword(value)) {
    if (definition.local.contains(value)) TRY_VOID(define(definition, value));
    const std::size_t colon = value.find(':');
    if (colon != std::string_view::npos && definition.local.contains(value.substr(0, colon)) &&
        !value.substr(colon + 1).starts_with("//"))
      TRY_VOID(define(definition, value.substr(0, colon)));
  }
  return definition.context.expand(value, true, false);
}

// A term that looks like an IRI must be the one that it looks like.
Result<void> JsonLdContexts::means_itself(Definition& definition, std::string_view term,
                                          const std::optional<std::string>& iri) {
  const std::size_t colon = term.find(':', 1);
  const bool compact = colon != std::string_view::npos && colon + 1 < term.size();
  if (!compact && term.find('/') == std::string_view::npos) return {};
  if (compact && definition.local.contains(term.substr(0, colon)))
    TRY_VOID(define(definition, term.substr(0, colon)));
  std::optional<std::string> meaning = definition.context.expand(term, false, false);
  if (!compact && definition.context.has_vocabulary)
    meaning = definition.context.vocabulary + std::string(term);
  if (meaning != iri) return wrong(fmt::format("the term '{}' looks like another IRI", term));
  return {};
}

Result<void> JsonLdContexts::define(Definition& definition, std::string_view term) {
  const auto [progress, is_new] =
      definition.progress.try_emplace(std::string(term), Progress::begun);
  if (!is_new) {
    if (progress->second == Progress::done) return {};
    return wrong(fmt::format("the term '{}' is defined by itself", term));
  }
  if (term.empty()) return wrong("a term is empty");
  if (is_json_ld_keyword(term)) return wrong(fmt::format("{} may not be defined anew", term));
  if (++definition.depth > kDefinitionDepthMax)
    return wrong("the definitions of terms hang on each other too deeply");
  const json::value& value = definition.local.at(term);
  Result<void> made = {};
  if (looks_like_keyword(term)) {
    // Kept free for keywords to come: means nothing.
  } else if (value.is_null()) {
    made = keep(definition, term, {.is_protected = definition.are_protected});
  } else if (value.is_string()) {
    made = define_from(definition, term, json::object{{"@id", value}}, true);
  } else if (value.is_object()) {
    made = define_from(definition, term, value.get_object(), false);
  } else {
    return wrong(fmt::format("the definition of '{}' must be a string, an object or null", term));
  }
  --definition.depth;
  definition.progress[std::string(term)] = Progress::done;
  return made;
}

// What is protected stays so, and as it is.
Result<void> JsonLdContexts::keep(Definition& definition, std::string_view term, JsonLdTerm made) {
  if (made.iri && made.iri->size() > kDefinedIriBytesMax)
    return wrong(fmt::format("the IRI of a term is longer than {} bytes", kDefinedIriBytesMax));
  if (const JsonLdTerm* before = definition.context.find(term);
      before != nullptr && before->is_protected) {
    made.is_protected = true;
    if (made != *before) return wrong(fmt::format("the term '{}' is protected", term));
  }
  definition.context.protects = definition.context.protects || made.is_protected;
  definition.context.terms.insert_or_assign(std::string(term), std::move(made));
  return {};
}

Result<void> JsonLdContexts::container(const json::value& value, std::string_view term,
                                       JsonLdTerm& made) {
  for (const json::value& kind : items_of(value)) {
    const std::string_view name = kind.is_string() ? text_of(kind) : "";
    made.is_list = made.is_list || name == "@list";
    made.by_language = made.by_language || name == "@language";
    if (name != "@list" && name != "@set" && name != "@language")
      return wrong(fmt::format("the container of '{}' is not supported", term));
  }
  if (made.is_list && value.is_array() && value.get_array().size() > 1)
    return wrong(fmt::format("the container of '{}' is a list and something else", term));
  return {};
}

Result<void> JsonLdContexts::define_from(Definition& definition, std::string_view term,
                                         const json::object& value, bool simple) {
  JsonLdTerm made{.is_protected = definition.are_protected};
  const json::value* id = value.if_contains("@id");
  for (const auto& [key, field] : value) {
    const std::string_view name = view(key);
    if (name == "@type") {
      if (!field.is_string()) return wrong(fmt::format("@type of '{}' must be a string", term));
      TRY(const std::optional<std::string> type, expand(definition, text_of(field)));
      const bool known = type && (*type == "@id" || *type == "@vocab" || *type == "@none" ||
                                  (is_absolute_iri(*type) && !type->starts_with('@')));
      if (!known) return wrong(fmt::format("@type of '{}' is not supported", term));
      made.type = *type;
    } else if (name == "@language") {
      if (!field.is_string() && !field.is_null())
        return wrong(fmt::format("@language of '{}' must be a string or null", term));
      made.language = field.is_string() ? std::string(text_of(field)) : "";
    } else if (name == "@container") {
      if (!field.is_null()) TRY_VOID(container(field, term, made));
    } else if (name == "@reverse") {
      if (id != nullptr || !field.is_string())
        return wrong(fmt::format("@reverse of '{}' must be a string, without @id", term));
      id = &field;
      made.reverse = true;
    } else if (name == "@prefix") {
      if (!field.is_bool() || term.find_first_of(":/") != std::string_view::npos)
        return wrong(fmt::format("@prefix of '{}' is wrong", term));
    } else if (name == "@protected") {
      if (!field.is_bool()) return wrong(fmt::format("@protected of '{}' is wrong", term));
      made.is_protected = field.get_bool();
    } else if (name != "@id") {
      return wrong(fmt::format("{} in the definition of '{}' is not supported", name, term));
    }
  }
  if (made.reverse && made.is_list)
    return wrong(fmt::format("'{}' cannot be both a list and reversed", term));
  if (id != nullptr && id->is_null())
    return keep(definition, term, {.is_protected = made.is_protected});
  if (id != nullptr && !id->is_string())
    return wrong(fmt::format("@id of '{}' must be a string", term));
  const bool own_name = id == nullptr || text_of(*id) == term;
  if (!own_name) {
    TRY(made.iri, expand(definition, text_of(*id)));
    if (!made.iri && looks_like_keyword(text_of(*id))) return {};
    if (!made.reverse) TRY_VOID(means_itself(definition, term, made.iri));
  } else if (const std::size_t colon = term.find(':', 1); colon != std::string_view::npos) {
    const std::string_view prefix = term.substr(0, colon);
    if (definition.local.contains(prefix)) TRY_VOID(define(definition, prefix));
    const JsonLdTerm* known = definition.context.find(prefix);
    made.iri = known != nullptr && known->iri ? *known->iri + std::string(term.substr(colon + 1))
                                              : std::string(term);
  } else if (term.find('/') != std::string_view::npos) {
    made.iri = definition.context.expand(term, false, true);
  } else if (definition.context.has_vocabulary) {
    made.iri = definition.context.vocabulary + std::string(term);
  }
  const bool usable = made.iri && (is_json_ld_keyword(*made.iri) || made.iri->starts_with("_:") ||
                                   !scheme_of(*made.iri).empty());
  if (!usable) return wrong(fmt::format("the term '{}' stands for no IRI", term));
  if (*made.iri == "@context") return wrong("@context may have no other name");
  const json::value* prefix = value.if_contains("@prefix");
  if (prefix != nullptr && prefix->get_bool() && is_json_ld_keyword(*made.iri))
    return wrong(fmt::format("the keyword '{}' cannot be a prefix", term));
  made.is_prefix = prefix != nullptr ? prefix->get_bool()
                                     : simple && term.find_first_of(":/") == term.npos &&
                                           ends_like_prefix(*made.iri);
  return keep(definition, term, std::move(made));
}

}  // namespace mayfly::rdf
