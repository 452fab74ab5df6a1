// What a client sends as an Automation Plan: a template. The values that its parameter definitions
// have by default are the template's; what a definition says beside them (types, allowed values)
// follows from the model and is passed over. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oslc/failure.h"
#include "oslc/parameters.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

struct PlanIntake {
  std::string title;
  std::string identifier;  // as it was sent; may be that of the plan which this one is a copy of
  Kind kind = Kind::vm;    // by its parameters
  Request request;
  std::vector<std::string> unknown;  // parameters that mean nothing to us, and are not kept
};

// 400, naming the parameter that is wrong.
Outcome<PlanIntake> read_plan(const rdf::Graph& graph, std::string_view iri);

// The template's name for a plan that is new: its identifier, or else what is left of its title.
// Empty: nothing is.
std::string template_name_for(const PlanIntake& intake);

}  // namespace mayfly::oslc
