#include "oslc/teardowns.h"

#include <fmt/format.h>

#include "oslc/plans.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

std::string deed(std::string_view title) {
  return fmt::format("Tear down: {}", title);
}

// The addresses of one target: they differ in what they are, and in nothing else.
std::string target_iri(const Target& target, Place place, const Addresses& addresses) {
  return addresses.of({.place = place,
                       .user = target.reservation.user,
                       .plan = target.plan,
                       .target = target.reservation.id});
}

std::string asked_iri(const service::Automation& asked, Place place, const Addresses& addresses) {
  return addresses.of({.place = place, .user = asked.user, .plan = asked.plan, .id = asked.id});
}

void describe_types(Description& action, Dialect dialect) {
  action.a(core::kActionType);
  if (speaks_published(dialect)) action.a(automation::kTeardownAction);
  if (speaks_draft(dialect)) action.a(core::kTeardownAction);
}

std::string story_of(const service::Automation& asked, const Reservation& reservation) {
  const std::optional<Time>& requested = reservation.release_requested_at;
  if (reservation.ended_at && *reservation.ended_at <= asked.created_at) {
    return fmt::format("It was already torn down at {}; nothing of it is left running.",
                       to_string(*reservation.ended_at));
  }
  const std::string before =
      requested && *requested < asked.created_at
          ? fmt::format("Its teardown was already under way since {}. ", to_string(*requested))
          : "";
  if (!reservation.ended_at) return before + "It is being torn down.";
  return fmt::format("{}It was torn down at {}; nothing of it is left running.", before,
                     to_string(*reservation.ended_at));
}

Description describe_asked(const service::Automation& asked, const Reservation& reservation,
                           std::string_view type, const Addresses& addresses, rdf::Graph& graph) {
  const bool is_request = type == automation::kAutomationRequest;
  const std::string iri =
      asked_iri(asked, is_request ? Place::teardown_request : Place::teardown_result, addresses);
  Description resource =
      describe_common(iri, type, asked.title, asked.id, asked.user, addresses, graph);
  resource.moment(dublin::kCreated, asked.created_at)
      .markup(dublin::kDescription, story_of(asked, reservation), addresses.dialect())
      .link(automation::kState, teardown_progress(reservation).state);
  return resource;
}

}  // namespace

std::string_view needed_teardown(const std::optional<Duration>& lease) {
  return lease ? ours::kTeardownOptional : ours::kTeardownRequired;
}

std::string_view needed_teardown(const Reservation& reservation) {
  if (!can_be_torn_down(reservation)) return ours::kTeardownImpossible;
  return reservation.expires_at ? ours::kTeardownOptional : ours::kTeardownRequired;
}

bool can_be_torn_down(const Reservation& reservation) {
  return reservation.goal == Goal::present && reservation.ready_at.has_value();
}

void describe_future_stop(std::string_view plan, std::string_view title, const std::string& user,
                          const Addresses& addresses, rdf::Graph& graph) {
  Description action(
      graph, addresses.of({.place = Place::future_stop, .user = user, .plan = std::string(plan)}));
  describe_types(action, addresses.dialect());
  action.markup(dublin::kTitle, deed(title), addresses.dialect())
      .text(dublin::kIdentifier, fmt::format("{}/future-stop", plan));
}

void describe_stop_action(const Target& target, const std::string& result,
                          const Addresses& addresses, rdf::Graph& graph) {
  const std::string stop = addresses.of(
      {.place = Place::future_stop, .user = target.reservation.user, .plan = target.plan});
  const std::string iri = result + "#teardown";
  Description(graph, result).link(core::kAction, iri);
  Description action(graph, iri);
  describe_types(action, addresses.dialect());
  if (speaks_draft(addresses.dialect())) action.a(core::kStopAction);
  action.markup(dublin::kTitle, deed(target.title), addresses.dialect())
      .text(dublin::kIdentifier, fmt::format("{}/teardown", target.reservation.id));
  if (speaks_published(addresses.dialect())) action.link(core::kExecutes, stop);
  if (speaks_draft(addresses.dialect())) action.link(automation::kExecutes, stop);
  action.link(core::kBinding, target_iri(target, Place::teardown_creation, addresses));
  describe_stop_binding(target, addresses, graph);
}

void describe_post_binding(const std::string& binding, const std::string& target,
                           const std::string& body, Dialect dialect, rdf::Graph& graph) {
  Description request(graph, binding);
  request.a(http_terms::kRequest)
      .text(http_terms::kHttpVersion, "1.1")
      .link(http_terms::kMthd, kPost)
      .link(http_terms::kRequestURI, target);
  if (!speaks_published(dialect)) {
    // The draft's own shape: the body is somewhere else, and says where.
    request.inside(http_terms::kBody).a(core::kContentFromRepresentation).link(kValue, body);
    return;
  }
  request.link(core::kUsage, core::kDefaultUsage)
      .link(core::kFinalStatusLocation, automation::kAutomationResult)
      .link(http_terms::kBody, body);
}

void describe_stop_binding(const Target& target, const Addresses& addresses, rdf::Graph& graph) {
  const std::string iri = target_iri(target, Place::teardown_creation, addresses);
  describe_post_binding(iri, iri, target_iri(target, Place::teardown_template, addresses),
                        addresses.dialect(), graph);
  if (speaks_published(addresses.dialect())) describe_stop_template(target, addresses, graph);
}

void describe_stop_template(const Target& target, const Addresses& addresses, rdf::Graph& graph) {
  const std::string iri = target_iri(target, Place::teardown_template, addresses);
  Description request(graph, iri);
  request.a(automation::kAutomationRequest);
  if (addresses.dialect() == Dialect::both)
    request.a(core::kContentFromRepresentation).link(kValue, iri);
  request.markup(dublin::kTitle, deed(target.title), addresses.dialect())
      .text(dublin::kIdentifier, fmt::format("future-stop:{}", target.reservation.id))
      .link(automation::kState, automation::kNewState)
      .link(automation::kExecutesAutomationPlan, target_iri(target, Place::future_stop, addresses));
}

void describe_stop_plan(const Target& target, const Addresses& addresses, rdf::Graph& graph) {
  const Reservation& reservation = target.reservation;
  Description plan = describe_common(target_iri(target, Place::future_stop, addresses),
                                     automation::kAutomationPlan, deed(target.title),
                                     fmt::format("future-stop:{}", reservation.id),
                                     reservation.user, addresses, graph);
  plan.markup(dublin::kDescription,
              "Ends everything that was deployed, and is complete when the cloud shows it gone.",
              addresses.dialect())
      .link(ours::kTeardown, needed_teardown(reservation));
}

Progress teardown_progress(const Reservation& reservation) {
  if (is_final(reservation.phase)) return {automation::kComplete, automation::kPassed};
  return {reservation.goal == Goal::absent ? automation::kInProgress : automation::kQueued,
          automation::kUnavailable};
}

void describe_stop_request(const service::Automation& asked, const Reservation& reservation,
                           const Addresses& addresses, rdf::Graph& graph) {
  Description request =
      describe_asked(asked, reservation, automation::kAutomationRequest, addresses, graph);
  request
      .link(automation::kExecutesAutomationPlan, addresses.of({.place = Place::future_stop,
                                                               .user = asked.user,
                                                               .plan = asked.plan,
                                                               .target = asked.reservation}))
      .link(automation::kProducedAutomationResult,
            asked_iri(asked, Place::teardown_result, addresses));
}

void describe_stop_result(const service::Automation& asked, const Reservation& reservation,
                          const Addresses& addresses, rdf::Graph& graph) {
  Description result =
      describe_asked(asked, reservation, automation::kAutomationResult, addresses, graph);
  result.link(automation::kVerdict, teardown_progress(reservation).verdict)
      .link(automation::kReportsOnAutomationPlan, addresses.of({.place = Place::future_stop,
                                                                .user = asked.user,
                                                                .plan = asked.plan,
                                                                .target = asked.reservation}))
      .link(automation::kProducedByAutomationRequest,
            asked_iri(asked, Place::teardown_request, addresses))
      .link(
          automation::kContribution,
          addresses.of({.place = Place::deployment, .user = asked.user, .id = asked.reservation}));
}

}  // namespace mayfly::oslc
