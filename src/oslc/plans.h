// What can be launched, as oslc_auto:AutomationPlan: each template of a user, and two requests that
// are always there. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "oslc/addresses.h"
#include "oslc/parameters.h"
#include "rdf/graph.h"
#include "service/views.h"

namespace mayfly::oslc {

struct Plan {
  std::string id;
  std::string title;
  std::string description;
  Kind kind = Kind::vm;
  std::optional<Request> saved;  // of a template: what stands for what is not given
  std::optional<Time> created_at;
  std::optional<Time> modified_at;

  const Request* defaults() const { return saved ? &*saved : nullptr; }
};

Plan built_in_plan(Kind kind);
Plan plan_of(const service::TemplateView& saved);
// The name in template:NAME; nullopt for the built-in ones and for what is no plan.
std::optional<std::string> template_name(std::string_view plan);

void describe_plan(const Plan& plan, const std::string& user, const Addresses& addresses,
                   rdf::Graph& graph);
// What every AutomationPlan, Request and Result of a user has; the title is plain text.
Description describe_common(const std::string& iri, std::string_view type, std::string_view title,
                            std::string_view identifier, const std::string& user,
                            const Addresses& addresses, rdf::Graph& graph);

}  // namespace mayfly::oslc
