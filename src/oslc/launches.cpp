#include "oslc/launches.h"

#include <fmt/format.h>

#include "oslc/follow_ups.h"
#include "oslc/parameters.h"
#include "oslc/plans.h"
#include "oslc/states.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

std::string iri_of(const Launch& launch, Place place, const Addresses& addresses) {
  return addresses.of(
      {.place = place, .user = launch.reservation.user, .id = launch.reservation.id});
}

std::string plan_iri(const std::string& user, const std::string& plan, const Addresses& addresses) {
  return addresses.of({.place = Place::plan, .user = user, .plan = plan});
}

void describe_inputs(const Launch& launch, Description& resource) {
  for (const GivenParameter& input : inputs_of(launch.reservation.request))
    describe_parameter(input, automation::kInputParameter, resource);
  if (!launch.said) return;
  for (const GivenParameter& other : launch.said->parameters)
    describe_parameter(other, automation::kInputParameter, resource);
}

Description describe_outline(const Launch& launch, std::string_view type,
                             const Addresses& addresses, rdf::Graph& graph) {
  const bool is_request = type == automation::kAutomationRequest;
  Description outline = describe_common(
      iri_of(launch, is_request ? Place::request : Place::result, addresses), type, launch.title(),
      launch.reservation.id, launch.reservation.user, addresses, graph);
  outline.link(automation::kState, launch_progress(launch.reservation).state)
      .moment(dublin::kCreated, launch.reservation.created_at);
  // What was wished for, as long as it says more than the state.
  if (is_canceled(launch.reservation))
    outline.link(automation::kDesiredState, automation::kCanceled);
  return outline;
}

Description describe_request_head(const Launch& launch, const Addresses& addresses,
                                  rdf::Graph& graph) {
  Description request = describe_outline(launch, automation::kAutomationRequest, addresses, graph);
  request
      .link(automation::kExecutesAutomationPlan,
            plan_iri(launch.reservation.user, launch.plan(), addresses))
      .link(automation::kProducedAutomationResult, iri_of(launch, Place::result, addresses));
  return request;
}

Description describe_verdict(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  Description result = describe_outline(launch, automation::kAutomationResult, addresses, graph);
  result.link(automation::kVerdict, launch_progress(launch.reservation).verdict)
      .link(automation::kReportsOnAutomationPlan,
            plan_iri(launch.reservation.user, launch.plan(), addresses));
  return result;
}

Description describe_result_head(const Launch& launch, const Addresses& addresses,
                                 rdf::Graph& graph) {
  Description result = describe_verdict(launch, addresses, graph);
  result.link(automation::kProducedByAutomationRequest, iri_of(launch, Place::request, addresses));
  return result;
}

// Why it did not become ready: the end, and each offer that was tried.
void describe_reasons(const Launch& launch, Description& result, Dialect dialect) {
  const Reservation& reservation = launch.reservation;
  if (reservation.ready_at) return;
  if (!reservation.end_reason.empty())
    result.markup(dublin::kDescription, reservation.end_reason, dialect);
  for (const service::AttemptView& attempt : launch.view.attempts) {
    if (!attempt.reason) continue;
    result.text(ours::kReason, fmt::format("{} {} {}: {}", attempt.cloud, attempt.region,
                                           attempt.instance_type, *attempt.reason));
  }
}

void describe_redeploy_action(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  const std::string result = iri_of(launch, Place::result, addresses);
  const std::string action = result + "#redeploy";
  Description(graph, result).link(core::kAction, action);
  Description(graph, action)
      .a(core::kActionType)
      .a(ours::kRedeployAction)
      .markup(dublin::kTitle, fmt::format("Deploy again: {}", launch.title()), addresses.dialect())
      .text(dublin::kIdentifier, fmt::format("{}/redeploy", launch.reservation.id))
      .link(core::kBinding, action + "-binding");
  const std::string body = iri_of(launch, Place::redeploy_template, addresses);
  describe_post_binding(action + "-binding",
                        addresses.of({.place = Place::requests, .user = launch.reservation.user}),
                        body, addresses.dialect(), graph);
  // What makes the pattern recognisable; the rest of it is at its own address.
  if (speaks_published(addresses.dialect())) {
    Description(graph, body)
        .a(automation::kAutomationRequest)
        .link(automation::kExecutesAutomationPlan,
              plan_iri(launch.reservation.user, launch.plan(), addresses));
  }
  if (addresses.dialect() == Dialect::both)
    Description(graph, body).a(core::kContentFromRepresentation).link(kValue, body);
}

std::string_view deployment_state(const Reservation& reservation) {
  switch (reservation.phase) {
    case Phase::pending:
    case Phase::provisioning:
      return ours::kDeploying;
    case Phase::ready:
      return reservation.goal == Goal::absent ? ours::kTearingDown : ours::kActive;
    case Phase::releasing:
      return ours::kTearingDown;
    case Phase::released:
      return ours::kTornDown;
    case Phase::failed:
      return ours::kLost;
  }
  return ours::kDeploying;
}

}  // namespace

std::string Launch::plan() const {
  if (said && !said->plan.empty()) return said->plan;
  return std::string(reservation.request.kind == Kind::cluster ? kClusterPlan : kVmPlan);
}

std::string Launch::title() const {
  if (said && !said->title.empty()) return said->title;
  return reservation.request.name.value_or(reservation.id);
}

Launch launch_of(const Reservation& reservation, std::optional<service::Automation> said,
                 Time now) {
  return {reservation, service::view_of(reservation, now), std::move(said)};
}

void describe_request_briefly(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  describe_request_head(launch, addresses, graph);
}

void describe_request(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  Description request = describe_request_head(launch, addresses, graph);
  if (launch.said && !launch.said->description.empty())
    request.markup(dublin::kDescription, launch.said->description, addresses.dialect());
  if (launch.said) describe_properties(launch.said->properties, request);
  describe_inputs(launch, request);
}

void describe_result_briefly(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  describe_result_head(launch, addresses, graph);
}

void describe_result_in_request(const Launch& launch, const Addresses& addresses,
                                rdf::Graph& graph) {
  describe_verdict(launch, addresses, graph);
}

void describe_result(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  const Reservation& reservation = launch.reservation;
  Description result = describe_result_head(launch, addresses, graph);
  result.number(automation::kProgress, launch_percent(reservation));
  describe_reasons(launch, result, addresses.dialect());
  describe_inputs(launch, result);
  if (is_finished(launch_progress(reservation))) {
    const bool kept = launch.said && launch.said->outputs;
    for (const GivenParameter& output : kept ? *launch.said->outputs : outputs_of(launch.view))
      describe_parameter(output, automation::kOutputParameter, result);
  }
  const std::string deployment = iri_of(launch, Place::deployment, addresses);
  result.link(automation::kContribution, deployment);
  Description(graph, deployment)
      .a(ours::kDeployment)
      .markup(dublin::kTitle, launch.title(), addresses.dialect())
      .link(ours::kState, deployment_state(reservation));
  result.link(ours::kTeardown, needed_teardown(reservation));
  if (is_final(reservation.phase)) describe_redeploy_action(launch, addresses, graph);
  for (const FollowUp& follow_up : follow_ups()) {
    if (!follow_up.offered(reservation)) continue;
    describe_action({follow_up, reservation, launch.plan(), launch.title()},
                    iri_of(launch, Place::result, addresses), addresses, graph);
  }
}

void describe_deployment(const Launch& launch, const Addresses& addresses, rdf::Graph& graph) {
  const Reservation& reservation = launch.reservation;
  const service::CostView& cost = launch.view.cost;
  Description deployment(graph, iri_of(launch, Place::deployment, addresses));
  deployment.a(ours::kDeployment)
      .markup(dublin::kTitle, launch.title(), addresses.dialect())
      .text(dublin::kIdentifier, reservation.id)
      .link(core::kServiceProvider,
            addresses.of({.place = Place::provider, .user = reservation.user}))
      .link(ours::kPlan, plan_iri(reservation.user, launch.plan(), addresses))
      .moment(dublin::kCreated, reservation.created_at)
      .link(ours::kState, deployment_state(reservation))
      .link(ours::kTeardown, needed_teardown(reservation))
      .text(ours::kMayTearDown, reservation.user)
      .moment(ours::kExpires, reservation.expires_at)
      .moment(ours::kChargingStopped, reservation.release_requested_at)
      .moment(ours::kTornDownAt, reservation.ended_at)
      .amount(ours::kCost, cost.usd)
      .amount(ours::kCostTail, cost.tail_usd)
      .flag(ours::kCostFinal, cost.final);
  if (reservation.goal == Goal::absent) deployment.text(ours::kReason, reservation.end_reason);
  for (const GivenParameter& output : outputs_of(launch.view))
    describe_parameter(output, automation::kOutputParameter, deployment);
}

void describe_redeploy_template(const Launch& launch, const Addresses& addresses,
                                rdf::Graph& graph) {
  const Reservation& reservation = launch.reservation;
  const std::string iri = iri_of(launch, Place::redeploy_template, addresses);
  Description request = describe_common(iri, automation::kAutomationRequest, launch.title(),
                                        fmt::format("redeploy:{}", reservation.id),
                                        reservation.user, addresses, graph);
  if (addresses.dialect() == Dialect::both)
    request.a(core::kContentFromRepresentation).link(kValue, iri);
  request.link(automation::kState, automation::kNewState)
      .link(automation::kExecutesAutomationPlan,
            plan_iri(reservation.user, launch.plan(), addresses));
  describe_inputs(launch, request);
}

void describe_prepared(const service::Automation& prepared, const Addresses& addresses,
                       rdf::Graph& graph) {
  const std::string iri =
      addresses.of({.place = Place::prepared, .user = prepared.user, .id = prepared.id});
  Description request = describe_common(iri, automation::kAutomationRequest, prepared.title,
                                        prepared.id, prepared.user, addresses, graph);
  if (!prepared.description.empty())
    request.markup(dublin::kDescription, prepared.description, addresses.dialect());
  request.moment(dublin::kCreated, prepared.created_at)
      .moment(ours::kExpires, prepared.kept_until)
      .link(automation::kState, automation::kNewState)
      .link(automation::kExecutesAutomationPlan, plan_iri(prepared.user, prepared.plan, addresses));
  describe_properties(prepared.properties, request);
  for (const GivenParameter& input : prepared.parameters)
    describe_parameter(input, automation::kInputParameter, request);
}

}  // namespace mayfly::oslc
