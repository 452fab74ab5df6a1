#include "oslc/plans.h"

#include <fmt/format.h>

#include "oslc/follow_ups.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

std::string_view shape_of(std::string_view type) {
  if (type == automation::kAutomationPlan) return "plan";
  return type == automation::kAutomationRequest ? "request" : "result";
}

}  // namespace

Plan built_in_plan(Kind kind) {
  if (kind == Kind::cluster) {
    return {.id = std::string(kClusterPlan),
            .title = "A cluster",
            .description = "A cluster of machines with Spark, at its cheapest.",
            .kind = kind};
  }
  return {.id = std::string(kVmPlan),
          .title = "Virtual machines",
          .description = "One or more machines on whichever cloud is cheapest.",
          .kind = kind};
}

Plan plan_of(const service::TemplateView& saved) {
  return {.id = std::string(kTemplatePlan) + saved.name,
          .title = saved.title.value_or(saved.request.name.value_or(saved.name)),
          .description = fmt::format("The template {}.", saved.name),
          .kind = saved.request.kind,
          .saved = saved.request,
          .created_at = saved.created_at,
          .modified_at = saved.updated_at};
}

std::optional<std::string> template_name(std::string_view plan) {
  if (!plan.starts_with(kTemplatePlan)) return std::nullopt;
  return std::string(plan.substr(kTemplatePlan.size()));
}

Description describe_common(const std::string& iri, std::string_view type, std::string_view title,
                            std::string_view identifier, const std::string& user,
                            const Addresses& addresses, rdf::Graph& graph) {
  Description common(graph, iri);
  common.a(type)
      .markup(dublin::kTitle, title, addresses.dialect())
      .text(dublin::kIdentifier, identifier)
      .link(core::kServiceProvider, addresses.of({.place = Place::provider, .user = user}))
      .link(core::kInstanceShape,
            addresses.of({.place = Place::shape, .id = std::string(shape_of(type))}));
  return common;
}

void describe_plan(const Plan& plan, const std::string& user, const Addresses& addresses,
                   rdf::Graph& graph) {
  const std::string iri = addresses.of({.place = Place::plan, .user = user, .plan = plan.id});
  Description resource = describe_common(iri, automation::kAutomationPlan, plan.title, plan.id,
                                         user, addresses, graph);
  resource.markup(dublin::kDescription, plan.description, addresses.dialect())
      .moment(dublin::kCreated, plan.created_at)
      .moment(dublin::kModified, plan.modified_at)
      .link(ours::kTeardown,
            needed_teardown(plan.saved && plan.saved->lease ? plan.saved->lease : std::nullopt));
  for (const ParameterRule& rule : input_rules(plan.kind, plan.defaults()))
    describe_rule(rule, resource.inside(automation::kParameterDefinition));
  for (const ParameterRule& rule : output_rules(plan.kind))
    describe_rule(rule, resource.inside(automation::kParameterDefinition));
  for (const FollowUp& follow_up : follow_ups()) {
    const std::string action = addresses.of({.place = Place::future_action,
                                             .user = user,
                                             .plan = plan.id,
                                             .follow_up = follow_up.kind});
    if (speaks_published(addresses.dialect())) resource.link(core::kFutureAction, action);
    if (speaks_draft(addresses.dialect())) resource.link(automation::kFutureAction, action);
    describe_future_action(follow_up, plan.id, plan.title, user, addresses, graph);
  }
}

}  // namespace mayfly::oslc
