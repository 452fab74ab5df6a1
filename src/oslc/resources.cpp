#include <fmt/format.h>

#include "oslc/follow_ups.h"
#include "oslc/handlers.h"
#include "oslc/states.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

std::unexpected<Failure> no_plan(std::string_view id) {
  return refuse(404, fmt::format("There is no plan {}", id));
}

// The target of an address, if it is one that the address's plan made.
Later<Found> find_target(Visit& visit) {
  if (!visit.address.target)
    co_return refuse(404, "This address needs a target", "Add ?targetId=<id of the result>.");
  auto found = co_await find_launch(visit, *visit.address.target);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (launch_of(*found, visit.service.now()).plan() != visit.address.plan)
    co_return refuse(404, fmt::format("{} was not made by this plan", *visit.address.target));
  co_return found;
}

Target target_of(const Launch& launch, service::AutomationKind kind) {
  return {follow_up_of(kind), launch.reservation, launch.plan(), launch.title()};
}

using DescribeTarget = void (*)(const Target&, const Addresses&, rdf::Graph&);
Later<Answered> answer_target(Visit& visit, DescribeTarget describe) {
  auto found = co_await find_target(visit);
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe(target_of(launch_of(*found, visit.service.now()), visit.address.follow_up),
           visit.addresses, answered.graph);
  co_return answered;
}

using DescribeAsked = void (*)(const Asked&, const Addresses&, rdf::Graph&);
Later<Answered> answer_asked(Visit& visit, DescribeAsked describe) {
  auto found = co_await find_asked(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  const service::Automation& automation = found->automation;
  if (automation.kind != visit.address.follow_up || automation.plan != visit.address.plan)
    co_return refuse(404, fmt::format("{} was not asked for here", visit.address.id));
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe(found->asked(), visit.addresses, answered.graph);
  co_return answered;
}

}  // namespace

Launch launch_of(const Found& found, Time now) {
  return launch_of(*found.reservation, found.said, now);
}

Later<Plan> find_plan(Visit& visit, std::string id) {
  if (id == kVmPlan) co_return built_in_plan(Kind::vm);
  if (id == kClusterPlan) co_return built_in_plan(Kind::cluster);
  const auto name = template_name(id);
  if (!name) co_return no_plan(id);
  auto saved = co_await visit.service.get_template(visit.user(), *name);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  co_return plan_of(*saved);
}

Later<Found> with_outputs(Visit& visit, Found found) {
  const bool over = is_finished(launch_progress(*found.reservation));
  if (!over || (found.said && found.said->outputs)) co_return found;
  auto kept = co_await visit.service.keep_outputs(
      visit.user(), found.reservation->id, outputs_of(launch_of(found, visit.service.now()).view));
  if (!kept) co_return std::unexpected(std::move(kept).error());
  found.said = *std::move(kept);
  co_return found;
}

Later<Found> find_launch(Visit& visit, std::string id) {
  auto reservation = co_await visit.service.get(visit.user(), id);
  if (!reservation) co_return std::unexpected(std::move(reservation).error());
  auto said = co_await visit.service.find_launch(visit.user(), std::move(id));
  if (!said) co_return std::unexpected(std::move(said).error());
  auto keeping = with_outputs(visit, {*std::move(reservation), *std::move(said)});
  co_return co_await std::move(keeping);
}

Later<FoundAsked> with_reservations(Visit& visit, service::Automation automation) {
  auto reservation = co_await visit.service.get(visit.user(), automation.reservation);
  if (!reservation) co_return std::unexpected(std::move(reservation).error());
  FoundAsked found{std::move(automation), *std::move(reservation), nullptr};
  if (found.automation.replacement.empty()) co_return found;
  auto replacement = co_await visit.service.get(visit.user(), found.automation.replacement);
  if (!replacement) co_return std::unexpected(std::move(replacement).error());
  found.replacement = *std::move(replacement);
  co_return found;
}

Later<FoundAsked> find_asked(Visit& visit, std::string id) {
  auto asked = co_await visit.service.get_automation(visit.user(), id);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  if (!is_follow_up(asked->kind))
    co_return refuse(404, fmt::format("{} does not follow a launch", id));
  auto completed = co_await visit.service.complete(*std::move(asked));
  if (!completed) co_return std::unexpected(std::move(completed).error());
  auto finding = with_reservations(visit, *std::move(completed));
  co_return co_await std::move(finding);
}

Later<Answered> get_plan(Visit& visit) {
  auto plan = co_await find_plan(visit, visit.address.plan);
  if (!plan) co_return std::unexpected(std::move(plan).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_plan(*plan, visit.user(), visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_future_action(Visit& visit) {
  if (visit.address.target) {
    auto answering = answer_target(visit, &describe_target_plan);
    co_return co_await std::move(answering);
  }
  auto plan = co_await find_plan(visit, visit.address.plan);
  if (!plan) co_return std::unexpected(std::move(plan).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_future_action(follow_up_of(visit.address.follow_up), plan->id, plan->title, visit.user(),
                         visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_action_creation(Visit& visit) {
  return answer_target(visit, &describe_target_binding);
}

Later<Answered> get_action_template(Visit& visit) {
  return answer_target(visit, &describe_target_template);
}

Later<Answered> get_action_request(Visit& visit) {
  return answer_asked(visit, [](const Asked& asked, const Addresses& addresses, rdf::Graph& graph) {
    describe_asked_request(asked, addresses, graph);
    describe_asked_result_in_request(asked, addresses, graph);
  });
}

Later<Answered> get_action_result(Visit& visit) {
  return answer_asked(visit, &describe_asked_result);
}

Later<Answered> get_request(Visit& visit) {
  auto found = co_await find_launch(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  const Launch launch = launch_of(*found, visit.service.now());
  Answered answered{.graph = new_graph(), .root = visit.iri, .tag_of = tag_of_request(launch)};
  describe_request(launch, visit.addresses, answered.graph);
  describe_result_in_request(launch, visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_result(Visit& visit) {
  auto found = co_await find_launch(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_result(launch_of(*found, visit.service.now()), visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_redeploy_template(Visit& visit) {
  auto found = co_await find_launch(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_redeploy_template(launch_of(*found, visit.service.now()), visit.addresses,
                             answered.graph);
  co_return answered;
}

Later<Answered> get_deployment(Visit& visit) {
  auto found = co_await find_launch(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_deployment(launch_of(*found, visit.service.now()), visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_prepared(Visit& visit) {
  auto prepared = co_await visit.service.get_automation(visit.user(), visit.address.id);
  if (!prepared) co_return std::unexpected(std::move(prepared).error());
  if (prepared->kind != service::AutomationKind::prepared)
    co_return refuse(404, fmt::format("{} is no prepared request", visit.address.id));
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_prepared(*prepared, visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_prepared_factory(Visit& visit) {
  Answered answered{.graph = new_graph(), .root = visit.iri};
  Description(answered.graph, visit.iri)
      .a(core::kCreationFactoryType)
      .markup(dublin::kTitle, "Requests that are kept and never run", visit.addresses.dialect())
      .link(core::kCreation, visit.iri)
      .link(core::kResourceType, automation::kAutomationRequest)
      .link(core::kUsage, automation::kDeferredExecution);
  co_return answered;
}

}  // namespace mayfly::oslc
