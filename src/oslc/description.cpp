#include "oslc/description.h"

#include <fmt/format.h>

#include "oslc/vocabulary.h"
#include "rdf/writer.h"

namespace mayfly::oslc {

Description& Description::add(std::string_view property, const rdf::Term& object) {
  graph_->add(subject_, graph_->intern(rdf::iri(property)), graph_->intern(object));
  return *this;
}

Description& Description::a(std::string_view type) {
  return add(rdf::kType, rdf::iri(type));
}

Description& Description::link(std::string_view property, std::string_view iri) {
  return add(property, rdf::iri(iri));
}

Description& Description::text(std::string_view property, std::string_view text) {
  return add(property, rdf::literal(text));
}

Description& Description::typed(std::string_view property, std::string_view lexical,
                                std::string_view datatype) {
  return add(property, rdf::literal(lexical, datatype));
}

Description& Description::number(std::string_view property, std::int64_t number) {
  return add(property, rdf::literal(fmt::format("{}", number), rdf::kInteger));
}

Description& Description::amount(std::string_view property, Money amount) {
  return add(property, rdf::literal(to_string(amount), rdf::kDecimal));
}

Description& Description::flag(std::string_view property, bool flag) {
  return add(property, rdf::literal(flag ? "true" : "false", rdf::kBoolean));
}

Description& Description::moment(std::string_view property, Time time) {
  return add(property, rdf::literal(to_string(time), rdf::kDateTime));
}

Description& Description::moment(std::string_view property, const std::optional<Time>& time) {
  if (time) moment(property, *time);
  return *this;
}

Description& Description::markup(std::string_view property, std::string_view plain,
                                 Dialect dialect) {
  if (!speaks_published(dialect)) return text(property, plain);
  return add(property, rdf::literal(rdf::xml_literal(plain), rdf::kXmlLiteral));
}

Description Description::inside(std::string_view property) {
  const rdf::Id blank = graph_->fresh_blank();
  graph_->add(subject_, graph_->intern(rdf::iri(property)), blank);
  return {*graph_, blank};
}

rdf::Graph new_graph() {
  rdf::Graph graph;
  graph.prefixes = {{"oslc", std::string(core::kNamespace)},
                    {"oslc_auto", std::string(automation::kNamespace)},
                    {"dcterms", std::string(dublin::kNamespace)},
                    {"rdf", std::string(rdf::kRdf)},
                    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
                    {"xsd", std::string(rdf::kXsd)},
                    {"http", std::string(http_terms::kNamespace)},
                    {"http-methods", "http://www.w3.org/2011/http-methods#"},
                    {"ldp", std::string(ldp::kNamespace)},
                    {"foaf", "http://xmlns.com/foaf/0.1/"},
                    {"owl", "http://www.w3.org/2002/07/owl#"},
                    {"trs", "http://open-services.net/ns/core/trs#"},
                    {"mayfly", std::string(ours::kNamespace)}};
  return graph;
}

}  // namespace mayfly::oslc
