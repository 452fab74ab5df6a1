// Resource shapes: what each of our kinds of resource has, for clients that build their forms and
// bodies from them. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oslc/addresses.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

// plan, request, result, deployment. False: there is no such shape.
bool describe_shape(std::string_view name, const Addresses& addresses, rdf::Graph& graph);

// What a POST to the factory must have, and no more: clients fill in everything that a shape calls
// required. `plans` are the addresses that executesAutomationPlan may have.
void describe_creation_shape(const std::string& user, const std::vector<std::string>& plans,
                             const Addresses& addresses, rdf::Graph& graph);

}  // namespace mayfly::oslc
