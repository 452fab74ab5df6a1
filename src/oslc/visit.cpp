#include "oslc/visit.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/id.h"

namespace mayfly::oslc {

const std::string* Visit::parameter(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &http::Parameter::name);
  return found == query.end() ? nullptr : &found->value;
}

Outcome<rdf::Graph> read_body(const Visit& visit) {
  const auto type = visit.http.header("Content-Type");
  const auto format = rdf::format_of_body(type.value_or(""));
  if (!format) {
    return refuse(415, fmt::format("A body of type '{}' is not understood", type.value_or("")),
                  "Send application/rdf+xml, text/turtle or application/ld+json.");
  }
  if (visit.http.body.empty()) return refuse(400, "The body is empty");
  TRY(rdf::Graph graph, rdf::read(*format, visit.http.body, visit.iri));
  return graph;
}

std::string tag_of(const Answered& answered) {
  return fingerprint_of(answered.tag_of.empty() ? rdf::write_n_triples(answered.graph)
                                                : answered.tag_of)
      .substr(0, 20);
}

namespace {

// Whether a list of tags (RFC 9110 section 13.1.1) has one that begins so. Weak ones never match.
bool lists_strong_tag(std::string_view list, std::string_view beginning) {
  for (;;) {
    const std::size_t begin = list.find_first_not_of(" \t,");
    if (begin == std::string_view::npos) return false;
    list.remove_prefix(begin);
    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);
    const std::size_t end = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    if (!weak && list.starts_with(beginning)) return true;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

Outcome<void> check_tag(const Visit& visit, const Answered& current) {
  // The same state, in whichever form it was read.
  const std::string tag = fmt::format("\"{}-", tag_of(current));
  const auto unless = visit.http.header("If-None-Match");
  if (unless && (*unless == "*" || lists_strong_tag(*unless, tag)))
    return refuse(412, "The resource is as If-None-Match says that it must not be");
  const auto given = visit.http.header("If-Match");
  if (!given) {
    if (!visit.strict_if_match) return {};
    return refuse(400, "This needs an If-Match header",
                  "Send the ETag of the representation that you have.");
  }
  if (*given == "*" || lists_strong_tag(*given, tag)) return {};
  return refuse(412, "The resource has changed meanwhile", "Get it again.");
}

}  // namespace mayfly::oslc
