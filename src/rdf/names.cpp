#include "rdf/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "rdf/iri.h"

namespace mayfly::rdf {

Names::Names(const Graph& graph, const Prefixes& prefixes, LocalRule local_rule,
             PrefixRule prefix_rule, const Prefix* own)
    : graph_(graph), local_rule_(local_rule), known_(graph.terms()) {
  if (own != nullptr) prefixes_.push_back(*own);
  for (const Prefix& prefix : prefixes.entries()) {
    const bool taken = own != nullptr && prefix.name == own->name;
    if (!taken && !prefix.name_space.empty() && prefix_rule(prefix)) prefixes_.push_back(prefix);
  }
  given_ = prefixes_.size();
  // Room for those made up: a Name points into this list.
  prefixes_.reserve(prefixes_.size() + graph.terms());
  used_.assign(prefixes_.size(), 0);
  if (own != nullptr) used_[0] = 1;
}

void Names::search(std::string_view text, Known& known) const {
  for (std::uint32_t at = 0; at < given_; ++at) {
    const std::string& name_space = prefixes_[at].name_space;
    if (name_space.size() <= known.local_at || !text.starts_with(name_space)) continue;
    if (!local_rule_(text.substr(name_space.size()))) continue;
    known.prefix = at;
    known.local_at = name_space.size();
  }
}

// Behind what the local part begins: where a person would split the IRI, else as far to the left as
// the local part is allowed; the IRI's size if nowhere.
std::size_t Names::split_of(std::string_view text) const {
  // What people call properties is short, and each place costs a look at all behind it.
  constexpr std::size_t kLocalBytesMax = 200;
  const std::size_t scheme = scheme_of(text).size() + 1;
  const std::size_t shortest = text.size() > kLocalBytesMax ? text.size() - kLocalBytesMax : 0;
  const std::size_t separator = text.find_last_of("#/");
  const std::size_t colon = text.rfind(':');
  const std::size_t natural = separator != text.npos ? separator + 1 : colon + 1;
  for (const std::size_t start : {natural, scheme}) {
    for (std::size_t at = std::max({start, scheme, shortest}); at < text.size(); ++at) {
      const bool within = (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
      if (!within && local_rule_(text.substr(at))) return at;
    }
  }
  return text.size();
}

void Names::invent(std::string_view text, Known& known) {
  const std::size_t at = split_of(text);
  if (at >= text.size()) return;
  const std::string_view name_space = text.substr(0, at);
  known.local_at = at;
  if (const auto before = made_up_for_.find(name_space); before != made_up_for_.end()) {
    known.prefix = before->second;
    return;
  }
  const std::span<const Prefix> given = std::span(prefixes_).first(given_);
  std::string name;
  do {
    name = fmt::format("ns{}", ++made_up_);
  } while (std::ranges::find(given, name, &Prefix::name) != given.end());
  known.prefix = static_cast<std::uint32_t>(prefixes_.size());
  made_up_for_.emplace(name_space, known.prefix);
  prefixes_.push_back({.name = std::move(name), .name_space = std::string(name_space)});
  used_.push_back(0);
}

Name Names::answer(Id iri, const Known& known) {
  if (known.prefix == kNone) return {};
  used_[known.prefix] = 1;
  return {.prefix = &prefixes_[known.prefix],
          .local = graph_.term(iri).text.substr(known.local_at)};
}

Name Names::of(Id iri) {
  Known& known = known_[iri];
  if (!known.searched) {
    known.searched = true;
    search(graph_.term(iri).text, known);
  }
  return answer(iri, known);
}

Name Names::required(Id iri) {
  Known& known = known_[iri];
  if (known.prefix == kNone) search(graph_.term(iri).text, known);
  if (known.prefix == kNone) invent(graph_.term(iri).text, known);
  known.searched = true;
  return answer(iri, known);
}

std::vector<Prefix> Names::used() const {
  std::vector<Prefix> used;
  for (std::size_t at = 0; at < prefixes_.size(); ++at) {
    if (used_[at] != 0) used.push_back(prefixes_[at]);
  }
  return used;
}

}  // namespace mayfly::rdf
