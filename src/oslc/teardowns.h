// Ending what a plan made, as Actions 2.0 has it: the plan's future action, the action of each
// result that executes it, the plan and the request template of that one target, and the request
// and result of each teardown that was asked for.
//
//   plan --futureAction--> future-stop <--executes-- action of a result --binding--> http:Request
//     http:Request --body--> request template --executesAutomationPlan--> future-stop?targetId=
//
// A client of Actions 2.0 recognises the pattern of the Automation Request, one of the drafts
// follows rdf:value of a ContentFromRepresentation, and both POST the same template to the same
// address. What is said follows from the reservation alone; the automation only says who asked
// when.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/reservation.h"
#include "oslc/addresses.h"
#include "oslc/description.h"
#include "oslc/states.h"
#include "rdf/graph.h"
#include "service/automations.h"

namespace mayfly::oslc {

// Whether somebody has to end it: it ends by itself, or it does not.
std::string_view needed_teardown(const std::optional<Duration>& lease);
// The same for something that was made; impossible when there is nothing left to end.
std::string_view needed_teardown(const Reservation& reservation);

// What can be ended: no action is offered for anything else.
bool can_be_torn_down(const Reservation& reservation);

void describe_future_stop(std::string_view plan, std::string_view title, const std::string& user,
                          const Addresses& addresses, rdf::Graph& graph);

// One reservation that a plan made.
struct Target {
  const Reservation& reservation;
  std::string plan;
  std::string title;  // of its result
};

// The action, in the result's own document, with its binding and the stub of its template.
void describe_stop_action(const Target& target, const std::string& result,
                          const Addresses& addresses, rdf::Graph& graph);
// A binding of the pattern of the Automation Request: POST what `body` is to `target`. That what it
// is about be described, too, is its caller's business.
void describe_post_binding(const std::string& binding, const std::string& target,
                           const std::string& body, Dialect dialect, rdf::Graph& graph);
// The plan that ends this one target.
void describe_stop_plan(const Target& target, const Addresses& addresses, rdf::Graph& graph);
void describe_stop_binding(const Target& target, const Addresses& addresses, rdf::Graph& graph);
void describe_stop_template(const Target& target, const Addresses& addresses, rdf::Graph& graph);

Progress teardown_progress(const Reservation& reservation);
void describe_stop_request(const service::Automation& asked, const Reservation& reservation,
                           const Addresses& addresses, rdf::Graph& graph);
void describe_stop_result(const service::Automation& asked, const Reservation& reservation,
                          const Addresses& addresses, rdf::Graph& graph);

}  // namespace mayfly::oslc
