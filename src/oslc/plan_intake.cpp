#include "oslc/plan_intake.h"

#include <fmt/format.h>

#include <algorithm>

#include "oslc/addresses.h"
#include "oslc/intake.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

constexpr std::size_t kNameMost = 64;

struct Definitions {
  std::vector<std::string> names;
  std::vector<GivenParameter> values;
};

Outcome<void> read_definition(const rdf::Graph& graph, const rdf::Term& definition,
                              Definitions& all) {
  const std::vector<rdf::Term> names = graph.objects(definition, core::kName);
  if (definition.is_literal() || names.size() != 1 || !names.front().is_literal())
    return refuse(400, "An oslc_auto:parameterDefinition has no oslc:name, or more than one");
  const std::string name(names.front().text);
  all.names.push_back(name);
  const auto read_only = graph.object(definition, core::kReadOnly);
  if (read_only && (read_only->text == "true" || read_only->text == "1")) return {};
  for (const rdf::Term& value : graph.objects(definition, core::kDefaultValue)) {
    if (value.is_blank())
      return refuse(400, fmt::format("The default value of {} is a blank node", name));
    all.values.push_back({name, text_of(value), std::string(value.datatype)});
  }
  return {};
}

bool is_of_cluster(const Definitions& definitions) {
  const auto kind = std::ranges::find(definitions.values, "kind", &GivenParameter::name);
  if (kind != definitions.values.end()) return kind->value == json::enum_name(Kind::cluster);
  return std::ranges::find(definitions.names, "nodes") != definitions.names.end();
}

}  // namespace

Outcome<PlanIntake> read_plan(const rdf::Graph& graph, std::string_view iri) {
  TRY(const rdf::Term plan, find_sent(graph, automation::kAutomationPlan, iri));
  PlanIntake intake;
  TRY(intake.title, read_title(graph, plan));
  if (const auto identifier = graph.object(plan, dublin::kIdentifier))
    intake.identifier = text_of(*identifier);
  Definitions definitions;
  for (const rdf::Term& definition : graph.objects(plan, automation::kParameterDefinition))
    TRY_VOID(read_definition(graph, definition, definitions));
  intake.kind = is_of_cluster(definitions) ? Kind::cluster : Kind::vm;
  TRY(ReadRequest read, read_request(intake.kind, nullptr, definitions.values));
  intake.request = std::move(read.request);
  for (const GivenParameter& other : read.others) intake.unknown.push_back(other.name);
  return intake;
}

std::string template_name_for(const PlanIntake& intake) {
  std::string_view identifier = intake.identifier;
  if (identifier.starts_with(kTemplatePlan)) identifier.remove_prefix(kTemplatePlan.size());
  const bool copied = identifier == kVmPlan || identifier == kClusterPlan;
  if (!identifier.empty() && !copied) return std::string(identifier);
  std::string name;
  for (const char c : intake.title) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_';
    if (fits) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), kNameMost));
  while (name.ends_with('-')) name.pop_back();
  return name;
}

}  // namespace mayfly::oslc
