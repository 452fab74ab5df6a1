#include "oslc/follow_ups.h"

#include <fmt/format.h>

#include "oslc/dialogs.h"
#include "oslc/plans.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

using service::AutomationKind;

constexpr Duration kExtensionDefault = 1h;
constexpr std::string_view kExtendParameter = "extend";
constexpr std::string_view kFromParameter = "from";
constexpr std::string_view kExpiresParameter = "expires_at";

std::string deed(const FollowUp& follow_up, std::string_view title) {
  return fmt::format("{}: {}", follow_up.deed, title);
}

// The addresses of one target: they differ in what they are, and in nothing else.
std::string target_iri(const Target& target, Place place, const Addresses& addresses) {
  return addresses.of({.place = place,
                       .user = target.reservation.user,
                       .plan = target.plan,
                       .target = target.reservation.id,
                       .follow_up = target.follow_up.kind});
}

std::string asked_iri(const service::Automation& asked, Place place, const Addresses& addresses) {
  return addresses.of({.place = place,
                       .user = asked.user,
                       .plan = asked.plan,
                       .id = asked.id,
                       .follow_up = asked.kind});
}

std::string plan_of_asked(const service::Automation& asked, const Addresses& addresses) {
  return addresses.of({.place = Place::future_action,
                       .user = asked.user,
                       .plan = asked.plan,
                       .target = asked.reservation,
                       .follow_up = asked.kind});
}

void describe_types(const FollowUp& follow_up, Description& action, Dialect dialect) {
  action.a(core::kActionType);
  if (speaks_published(dialect)) action.a(follow_up.type);
  if (speaks_draft(dialect)) action.a(follow_up.draft_type);
}

ParameterRule extend_rule() {
  return {.name = std::string(kExtendParameter),
          .doc = "By how much the lease ends later: 45m, 2h, 1h30m, 3d.",
          .datatype = rdf::kString,
          .required = true,
          .defaults = {to_string(kExtensionDefault)}};
}

ParameterRule from_rule() {
  return {.name = std::string(kFromParameter),
          .doc =
              "The end that it counts from; sent again with it, an extension counts once. "
              "Without it each counts, from the end of the lease at that moment.",
          .datatype = rdf::kDateTime};
}

ParameterRule expires_rule() {
  return {.name = std::string(kExpiresParameter),
          .doc = "When the lease ends now.",
          .datatype = rdf::kDateTime,
          .read_only = true};
}

// ---- how they went
// -------------------------------------------------------------------------------

std::string story_of_teardown(const Asked& asked) {
  const Reservation& reservation = asked.reservation;
  const Time asked_at = asked.automation.created_at;
  const std::optional<Time>& requested = reservation.release_requested_at;
  if (reservation.ended_at && *reservation.ended_at <= asked_at) {
    return fmt::format("It was already torn down at {}; nothing of it is left running.",
                       to_string(*reservation.ended_at));
  }
  const std::string before =
      requested && *requested < asked_at
          ? fmt::format("Its teardown was already under way since {}. ", to_string(*requested))
          : "";
  if (!reservation.ended_at) return before + "It is being torn down.";
  return fmt::format("{}It was torn down at {}; nothing of it is left running.", before,
                     to_string(*reservation.ended_at));
}

std::string story_of_restart(const Asked& asked) {
  if (!asked.replacement) return "What was deployed is being ended, to be launched again.";
  const std::string begin = fmt::format("{} was ended and launched again as {}",
                                        asked.automation.reservation, asked.automation.replacement);
  if (!is_finished(launch_progress(*asked.replacement))) return begin + ", which is not ready yet.";
  if (asked.replacement->ready_at) return begin + ".";
  return fmt::format("{}, which did not become ready: {}", begin, asked.replacement->end_reason);
}

std::string story_of(const Asked& asked) {
  const service::Automation& automation = asked.automation;
  if (!automation.refusal.empty()) return automation.refusal + ".";
  switch (automation.kind) {
    case AutomationKind::extension:
      return fmt::format("Its lease {} at {}.", automation.open ? "is to end" : "ends",
                         to_string(automation.until.value_or(Time{})));
    case AutomationKind::restart:
      return story_of_restart(asked);
    default:
      return story_of_teardown(asked);
  }
}

Description describe_asked(const Asked& asked, std::string_view type, const Addresses& addresses,
                           rdf::Graph& graph) {
  const service::Automation& said = asked.automation;
  const bool is_request = type == automation::kAutomationRequest;
  const std::string iri =
      asked_iri(said, is_request ? Place::action_request : Place::action_result, addresses);
  Description resource =
      describe_common(iri, type, said.title, said.id, said.user, addresses, graph);
  resource.moment(dublin::kCreated, said.created_at)
      .markup(dublin::kDescription, story_of(asked), addresses.dialect())
      .link(automation::kState, follow_up_progress(asked).state);
  if (is_request) describe_properties(said.properties, resource);
  for (const GivenParameter& input : said.parameters)
    describe_parameter(input, automation::kInputParameter, resource);
  return resource;
}

void describe_contribution(Description& result, Place place, const std::string& user,
                           const std::string& id, const Addresses& addresses) {
  result.link(automation::kContribution, addresses.of({.place = place, .user = user, .id = id}));
}

}  // namespace

std::string_view needed_teardown(const std::optional<Duration>& lease) {
  return lease ? ours::kTeardownOptional : ours::kTeardownRequired;
}

std::string_view needed_teardown(const Reservation& reservation) {
  if (!follow_up_of(AutomationKind::teardown).offered(reservation))
    return ours::kTeardownImpossible;
  return reservation.expires_at ? ours::kTeardownOptional : ours::kTeardownRequired;
}

void describe_future_action(const FollowUp& follow_up, std::string_view plan,
                            std::string_view title, const std::string& user,
                            const Addresses& addresses, rdf::Graph& graph) {
  Description action(graph, addresses.of({.place = Place::future_action,
                                          .user = user,
                                          .plan = std::string(plan),
                                          .follow_up = follow_up.kind}));
  describe_types(follow_up, action, addresses.dialect());
  action.markup(dublin::kTitle, deed(follow_up, title), addresses.dialect())
      .text(dublin::kIdentifier, fmt::format("{}/{}", plan, follow_up.segment));
}

void describe_action(const Target& target, const std::string& result, const Addresses& addresses,
                     rdf::Graph& graph) {
  const FollowUp& follow_up = target.follow_up;
  const Dialect dialect = addresses.dialect();
  const std::string future = addresses.of({.place = Place::future_action,
                                           .user = target.reservation.user,
                                           .plan = target.plan,
                                           .follow_up = follow_up.kind});
  const std::string iri = fmt::format("{}#{}", result, follow_up.fragment);
  Description(graph, result).link(core::kAction, iri);
  Description action(graph, iri);
  describe_types(follow_up, action, dialect);
  if (speaks_draft(dialect) && follow_up.draft_result_type != follow_up.draft_type)
    action.a(follow_up.draft_result_type);
  action.markup(dublin::kTitle, deed(follow_up, target.title), dialect)
      .text(dublin::kIdentifier, fmt::format("{}/{}", target.reservation.id, follow_up.fragment));
  if (speaks_published(dialect)) action.link(core::kExecutes, future);
  if (speaks_draft(dialect)) action.link(automation::kExecutes, future);
  action.link(core::kBinding, target_iri(target, Place::action_creation, addresses));
  describe_target_binding(target, addresses, graph);
  // Of two bindings a client of the draft might take the wrong one.
  if (dialect == Dialect::published) {
    describe_dialog_binding(
        action,
        {.place = Place::result, .user = target.reservation.user, .id = target.reservation.id},
        follow_up.fragment, addresses, graph);
  }
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

void describe_target_binding(const Target& target, const Addresses& addresses, rdf::Graph& graph) {
  const std::string iri = target_iri(target, Place::action_creation, addresses);
  describe_post_binding(iri, iri, target_iri(target, Place::action_template, addresses),
                        addresses.dialect(), graph);
  if (speaks_published(addresses.dialect())) describe_target_template(target, addresses, graph);
}

void describe_target_template(const Target& target, const Addresses& addresses, rdf::Graph& graph) {
  const std::string iri = target_iri(target, Place::action_template, addresses);
  Description request(graph, iri);
  request.a(automation::kAutomationRequest);
  if (addresses.dialect() == Dialect::both)
    request.a(core::kContentFromRepresentation).link(kValue, iri);
  request.markup(dublin::kTitle, deed(target.follow_up, target.title), addresses.dialect())
      .text(dublin::kIdentifier,
            fmt::format("{}:{}", target.follow_up.segment, target.reservation.id))
      .link(automation::kState, automation::kNewState)
      .link(automation::kExecutesAutomationPlan,
            target_iri(target, Place::future_action, addresses));
  if (target.follow_up.kind == AutomationKind::extension) {
    describe_parameter(
        {std::string(kExtendParameter), to_string(kExtensionDefault), std::string(rdf::kString)},
        automation::kInputParameter, request);
    if (target.reservation.expires_at) {
      describe_parameter({std::string(kFromParameter), to_string(*target.reservation.expires_at),
                          std::string(rdf::kDateTime)},
                         automation::kInputParameter, request);
    }
  }
}

void describe_target_plan(const Target& target, const Addresses& addresses, rdf::Graph& graph) {
  const Reservation& reservation = target.reservation;
  Description plan =
      describe_common(target_iri(target, Place::future_action, addresses),
                      automation::kAutomationPlan, deed(target.follow_up, target.title),
                      fmt::format("{}:{}", target.follow_up.segment, reservation.id),
                      reservation.user, addresses, graph);
  plan.markup(dublin::kDescription, target.follow_up.description, addresses.dialect())
      .link(ours::kTeardown, needed_teardown(reservation));
  if (target.follow_up.kind != AutomationKind::extension) return;
  describe_rule(extend_rule(), plan.inside(automation::kParameterDefinition));
  describe_rule(from_rule(), plan.inside(automation::kParameterDefinition));
  describe_rule(expires_rule(), plan.inside(automation::kParameterDefinition));
}

Progress follow_up_progress(const Asked& asked) {
  using namespace automation;
  const service::Automation& asked_for = asked.automation;
  if (!asked_for.refusal.empty()) return {kComplete, kFailed};
  if (asked_for.kind == AutomationKind::teardown) {
    if (is_final(asked.reservation.phase)) return {kComplete, kPassed};
    return {asked.reservation.goal == Goal::absent ? kInProgress : kQueued, kUnavailable};
  }
  if (asked_for.open) return {kInProgress, kUnavailable};
  return asked.replacement ? launch_progress(*asked.replacement) : Progress{kComplete, kPassed};
}

void describe_asked_request(const Asked& asked, const Addresses& addresses, rdf::Graph& graph) {
  Description request = describe_asked(asked, automation::kAutomationRequest, addresses, graph);
  request.link(automation::kExecutesAutomationPlan, plan_of_asked(asked.automation, addresses))
      .link(automation::kProducedAutomationResult,
            asked_iri(asked.automation, Place::action_result, addresses));
}

void describe_asked_result(const Asked& asked, const Addresses& addresses, rdf::Graph& graph) {
  const service::Automation& said = asked.automation;
  describe_asked_result_in_request(asked, addresses, graph);
  Description(graph, asked_iri(said, Place::action_result, addresses))
      .link(automation::kProducedByAutomationRequest,
            asked_iri(said, Place::action_request, addresses));
}

void describe_asked_result_in_request(const Asked& asked, const Addresses& addresses,
                                      rdf::Graph& graph) {
  const service::Automation& said = asked.automation;
  Description result = describe_asked(asked, automation::kAutomationResult, addresses, graph);
  result.link(automation::kVerdict, follow_up_progress(asked).verdict)
      .link(automation::kReportsOnAutomationPlan, plan_of_asked(said, addresses));
  if (said.kind == AutomationKind::extension && !said.open && said.refusal.empty()) {
    describe_parameter({std::string(kExpiresParameter), to_string(said.until.value_or(Time{})),
                        std::string(rdf::kDateTime)},
                       automation::kOutputParameter, result);
  }
  if (said.kind != AutomationKind::restart) {
    describe_contribution(result, Place::deployment, said.user, said.reservation, addresses);
  } else if (asked.replacement) {
    for (const Place place : {Place::deployment, Place::result})
      describe_contribution(result, place, said.user, said.replacement, addresses);
  }
}

Outcome<Extension> read_extension(const std::vector<GivenParameter>& given) {
  std::optional<Duration> by;
  std::optional<Time> from;
  const auto wrong = [](const GivenParameter& parameter, std::string_view what) {
    return refuse(400,
                  fmt::format("{} must be {}, not '{}'", parameter.name, what, parameter.value));
  };
  for (const GivenParameter& parameter : given) {
    if (parameter.name == kExpiresParameter)
      return refuse(400, fmt::format("{} comes out and cannot be given", kExpiresParameter));
    if (parameter.name == kExtendParameter ? by.has_value()
                                           : parameter.name == kFromParameter && from)
      return refuse(400, fmt::format("{} is given more than once", parameter.name));
    if (parameter.name == kExtendParameter) {
      const auto duration = parse_duration(parameter.value);
      if (!duration || *duration <= Duration::zero())
        return wrong(parameter, "a time such as 45m, 2h or 1h30m");
      by = *duration;
    }
    if (parameter.name == kFromParameter) {
      const auto moment = parse_time(parameter.value);
      if (!moment) return wrong(parameter, "a moment such as 2026-01-02T03:04:05Z");
      from = *moment;
    }
  }
  return Extension{by.value_or(kExtensionDefault), from};
}

}  // namespace mayfly::oslc
