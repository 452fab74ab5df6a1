// What the words of a JSON-LD document mean: terms, prefixes, @base, @vocab and @language as its
// inline contexts define them. A context inside another looks at the outer one, so it stays where
// it is.
//
// Refused, with the reason: contexts to be fetched, and what our subset has no use for (README.md).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "json/value.h"

namespace mayfly::rdf {

struct JsonLdTerm {
  std::optional<std::string> iri = {};  // or a keyword; none: the term means nothing
  std::string type = {};                // "@id", "@vocab", "@none" or a datatype; empty: not given
  std::optional<std::string> language = {};  // given, perhaps empty: no language
  bool is_list = false;
  bool by_language = false;
  bool reverse = false;
  bool is_prefix = false;
  bool is_protected = false;  // may only be defined anew as what it is

  bool operator==(const JsonLdTerm&) const = default;
};

class JsonLdContext {
 public:
  const JsonLdContext* outer = nullptr;
  std::map<std::string, JsonLdTerm, std::less<>> terms;
  std::string base;
  std::string vocabulary;
  bool has_vocabulary = false;
  std::string language;
  bool protects = false;  // any term

  const JsonLdTerm* find(std::string_view term) const;

  // An IRI, a keyword, a blank node's "_:x", or nothing when the value means none.
  // `by_vocabulary`: terms and @vocab count (keys, types); `by_base`: resolved as a reference.
  std::optional<std::string> expand(std::string_view value, bool by_vocabulary, bool by_base) const;
};

// Those of an array, or the one value itself: JSON-LD makes no difference.
inline std::span<const json::value> items_of(const json::value& value) {
  if (!value.is_array()) return {&value, 1};
  return {value.get_array().data(), value.get_array().size()};
}

bool is_json_ld_keyword(std::string_view text);

class JsonLdContexts {
 public:
  explicit JsonLdContexts(std::string_view base);

  const JsonLdContext& first() const { return contexts_.front(); }
  // What holds after `local` (an @context's value) inside `outer`.
  Result<const JsonLdContext*> enter(const JsonLdContext& outer, const json::value& local);

 private:
  enum class Progress { begun, done };
  struct Definition {
    JsonLdContext& context;
    const json::object& local;
    bool are_protected = false;  // unless a term says otherwise
    std::map<std::string, Progress, std::less<>> progress = {};
    int depth = 0;
  };

  Result<void> merge(JsonLdContext& context, const json::object& local);
  Result<void> keep(Definition& definition, std::string_view term, JsonLdTerm made);
  Result<void> settings(JsonLdContext& context, const json::object& local);
  Result<void> define(Definition& definition, std::string_view term);
  Result<void> means_itself(Definition& definition, std::string_view term,
                            const std::optional<std::string>& iri);
  Result<void> define_from(Definition& definition, std::string_view term, const json::object& value,
                           bool simple);
  Result<std::optional<std::string>> expand(Definition& definition, std::string_view value);
  Result<void> container(const json::value& value, std::string_view term, JsonLdTerm& made);

  std::deque<JsonLdContext> contexts_;
};

}  // namespace mayfly::rdf
