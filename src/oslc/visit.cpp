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
  return sha256_hex(answered.tag_of.empty() ? rdf::write_n_triples(answered.graph)
                                            : answered.tag_of)
      .substr(0, 20);
}

Outcome<void> check_tag(const Visit& visit, const Answered& current) {
  const auto given = visit.http.header("If-Match");
  if (!given) {
    if (!visit.strict_if_match) return {};
    return refuse(400, "This needs an If-Match header",
                  "Send the ETag of the representation that you have.");
  }
  const std::string tag = fmt::format("\"{}-", tag_of(current));
  if (*given == "*" || given->find(tag) != std::string_view::npos) return {};
  return refuse(412, "The resource has changed meanwhile", "Get it again.");
}

}  // namespace mayfly::oslc
