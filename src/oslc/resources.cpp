#include <fmt/format.h>

#include "oslc/handlers.h"
#include "oslc/states.h"
#include "oslc/teardowns.h"
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

Target target_of(const Launch& launch) {
  return {launch.reservation, launch.plan(), launch.title()};
}

using DescribeTarget = void (*)(const Target&, const Addresses&, rdf::Graph&);
Later<Answered> answer_target(Visit& visit, DescribeTarget describe) {
  auto found = co_await find_target(visit);
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe(target_of(launch_of(*found, visit.service.now())), visit.addresses, answered.graph);
  co_return answered;
}

using DescribeTeardown = void (*)(const service::Automation&, const Reservation&, const Addresses&,
                                  rdf::Graph&);
Later<Answered> answer_teardown(Visit& visit, DescribeTeardown describe) {
  auto found = co_await find_teardown(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe(found->asked, *found->reservation, visit.addresses, answered.graph);
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

Later<FoundTeardown> find_teardown(Visit& visit, std::string id) {
  auto asked = co_await visit.service.get_automation(visit.user(), id);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  if (asked->kind != service::AutomationKind::teardown)
    co_return refuse(404, fmt::format("{} is no teardown", id));
  auto reservation = co_await visit.service.get(visit.user(), asked->reservation);
  if (!reservation) co_return std::unexpected(std::move(reservation).error());
  co_return FoundTeardown{*std::move(asked), *std::move(reservation)};
}

Later<Answered> get_plan(Visit& visit) {
  auto plan = co_await find_plan(visit, visit.address.plan);
  if (!plan) co_return std::unexpected(std::move(plan).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_plan(*plan, visit.user(), visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_future_stop(Visit& visit) {
  if (visit.address.target) {
    auto answering = answer_target(visit, &describe_stop_plan);
    co_return co_await std::move(answering);
  }
  auto plan = co_await find_plan(visit, visit.address.plan);
  if (!plan) co_return std::unexpected(std::move(plan).error());
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_future_stop(plan->id, plan->title, visit.user(), visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_teardown_creation(Visit& visit) {
  return answer_target(visit, &describe_stop_binding);
}

Later<Answered> get_teardown_template(Visit& visit) {
  return answer_target(visit, &describe_stop_template);
}

Later<Answered> get_teardown_request(Visit& visit) {
  return answer_teardown(visit, [](const service::Automation& asked, const Reservation& reservation,
                                   const Addresses& addresses, rdf::Graph& graph) {
    describe_stop_request(asked, reservation, addresses, graph);
    describe_stop_result(asked, reservation, addresses, graph);
  });
}

Later<Answered> get_teardown_result(Visit& visit) {
  return answer_teardown(visit, &describe_stop_result);
}

Later<Answered> get_request(Visit& visit) {
  auto found = co_await find_launch(visit, visit.address.id);
  if (!found) co_return std::unexpected(std::move(found).error());
  const Launch launch = launch_of(*found, visit.service.now());
  Answered answered{.graph = new_graph(), .root = visit.iri, .tag_of = tag_of_request(launch)};
  describe_request(launch, visit.addresses, answered.graph);
  describe_result_briefly(launch, visit.addresses, answered.graph);
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
