// What follows a launch, as Actions 2.0 has it: the plan's future actions, the actions of each
// result that execute them, the plan and the request template of that one target, and the request
// and result of each that was asked for. For a teardown:
//
//   plan --futureAction--> future-stop <--executes-- action of a result --binding--> http:Request
//     http:Request --body--> request template --executesAutomationPlan--> future-stop?targetId=
//
// A client of Actions 2.0 recognises the pattern of the Automation Request, one of the drafts
// follows rdf:value of a ContentFromRepresentation, and both POST the same template to the same
// address. What is said of a teardown follows from the reservation alone; the automation only says
// who asked when. Which kinds there are: follow_up_kinds.h.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/reservation.h"
#include "oslc/addresses.h"
#include "oslc/description.h"
#include "oslc/follow_up_kinds.h"
#include "oslc/intake.h"
#include "oslc/states.h"
#include "rdf/graph.h"
#include "service/automations.h"

namespace mayfly::oslc {

// Whether somebody has to end it: it ends by itself, or it does not.
std::string_view needed_teardown(const std::optional<Duration>& lease);
// The same for something that was made; impossible when there is nothing left to end.
std::string_view needed_teardown(const Reservation& reservation);

void describe_future_action(const FollowUp& follow_up, std::string_view plan,
                            std::string_view title, const std::string& user,
                            const Addresses& addresses, rdf::Graph& graph);

// One reservation that a plan made, and what is to be done with it.
struct Target {
  const FollowUp& follow_up;
  const Reservation& reservation;
  std::string plan;
  std::string title;  // of its result
};

// The action, in the result's own document, with its binding and the stub of its template.
void describe_action(const Target& target, const std::string& result, const Addresses& addresses,
                     rdf::Graph& graph);
// A binding of the pattern of the Automation Request: POST what `body` is to `target`. That what it
// is about be described, too, is its caller's business.
void describe_post_binding(const std::string& binding, const std::string& target,
                           const std::string& body, Dialect dialect, rdf::Graph& graph);
// The plan that does it to this one target.
void describe_target_plan(const Target& target, const Addresses& addresses, rdf::Graph& graph);
void describe_target_binding(const Target& target, const Addresses& addresses, rdf::Graph& graph);
void describe_target_template(const Target& target, const Addresses& addresses, rdf::Graph& graph);

// One that was asked for.
struct Asked {
  const service::Automation& automation;
  const Reservation& reservation;
  const Reservation* replacement = nullptr;  // of a restart, once it has launched it
};
Progress follow_up_progress(const Asked& asked);
void describe_asked_request(const Asked& asked, const Addresses& addresses, rdf::Graph& graph);
void describe_asked_result(const Asked& asked, const Addresses& addresses, rdf::Graph& graph);
// As describe_result_in_request().
void describe_asked_result_in_request(const Asked& asked, const Addresses& addresses,
                                      rdf::Graph& graph);

// By how much a request to extend extends, or what the plan has as default; and what that counts
// from. Without that it is the end of the moment at which the request arrives, so each that arrives
// counts. Our templates say it: whoever sends one again sets the same end again.
struct Extension {
  Duration by;
  std::optional<Time> from;
};
Outcome<Extension> read_extension(const std::vector<GivenParameter>& given);

}  // namespace mayfly::oslc
