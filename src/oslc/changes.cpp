#include <fmt/format.h>

#include "oslc/follow_ups.h"
#include "oslc/handlers.h"
#include "oslc/intake.h"
#include "oslc/states.h"
#include "oslc/vocabulary.h"
#include "rest/provision.h"

namespace mayfly::oslc {
namespace {

std::string route_of(const Visit& visit) {
  return fmt::format("POST {}", visit.http.target.substr(0, visit.http.target.find('?')));
}

// `dropped`: what the client said besides, and what is too much to be kept.
Answered created_at(const Visit& visit, const Address& address, std::size_t dropped) {
  Answered answered{.status = 201, .graph = new_graph(), .root = visit.addresses.of(address)};
  answered.headers.push_back({"Location", answered.root});
  if (dropped == 0) return answered;
  answered.headers.push_back(
      {"Warning", fmt::format("299 mayfly \"{} of the properties were not kept\"", dropped)});
  return answered;
}

// The plan of a request that somebody sends: unknown is the request's fault, not the address's.
Later<Plan> plan_of_intake(Visit& visit, const Intake& intake) {
  if (intake.plan.user != visit.user())
    co_return refuse(400, "The plan belongs to another service provider");
  auto plan = co_await find_plan(visit, intake.plan.plan);
  if (!plan && plan.error().status == 404)
    co_return refuse(400, fmt::format("There is no plan {}", intake.plan.plan));
  co_return plan;
}

Later<Answered> launch(Visit& visit, Intake intake) {
  auto plan = co_await plan_of_intake(visit, intake);
  if (!plan) co_return std::unexpected(std::move(plan).error());
  CO_TRY(ReadRequest read, read_request(plan->kind, plan->defaults(), intake.parameters));
  CO_TRY(std::string key, rest::read_idempotency_key(visit.http.headers));
  service::Automation said{.plan = plan->id,
                           .title = std::move(intake.title),
                           .description = std::move(intake.description),
                           .parameters = std::move(read.others),
                           .properties = std::move(intake.properties)};
  auto created =
      co_await visit.service.create(visit.user(), std::move(read.request), std::move(key),
                                    route_of(visit), visit.http.body, std::move(said));
  if (!created) co_return std::unexpected(std::move(created).error());
  const std::string id = created->reservation->id;
  auto found = co_await find_launch(visit, id);
  if (!found) co_return std::unexpected(std::move(found).error());
  const Launch launched = launch_of(*found, visit.service.now());
  Answered answered =
      created_at(visit, {.place = Place::request, .user = visit.user(), .id = id}, intake.dropped);
  answered.tag_of = tag_of_request(launched);
  if (created->repeated) answered.headers.push_back({"Idempotency-Replayed", "true"});
  describe_request(launched, visit.addresses, answered.graph);
  describe_result_in_request(launched, visit.addresses, answered.graph);
  co_return answered;
}

// Asks for it: the service knows what each kind is.
Later<service::Automation> ask_for(Visit& visit, service::AutomationKind kind, Intake intake) {
  std::optional<Extension> extension;
  if (kind == service::AutomationKind::extension) {
    CO_TRY(extension, read_extension(intake.parameters));
  }
  CO_TRY(std::string key, rest::read_idempotency_key(visit.http.headers));
  service::Automation automation{.plan = intake.plan.plan,
                                 .reservation = *intake.plan.target,
                                 .title = std::move(intake.title),
                                 .description = std::move(intake.description),
                                 .parameters = std::move(intake.parameters),
                                 .properties = std::move(intake.properties)};
  service::Service& service = visit.service;
  auto asking = extension ? service.extend(visit.user(), std::move(automation), extension->by,
                                           extension->from, std::move(key))
                : kind == service::AutomationKind::restart
                    ? service.restart(visit.user(), std::move(automation))
                    : service.tear_down(visit.user(), std::move(automation));
  auto asked = co_await std::move(asking);
  if (!asked) co_return std::unexpected(std::move(asked).error());
  co_return *std::move(asked);
}

Later<Answered> follow_up(Visit& visit, Intake intake) {
  auto target = co_await find_launch(visit, *intake.plan.target);
  const bool known = target && launch_of(*target, visit.service.now()).plan() == intake.plan.plan &&
                     intake.plan.user == visit.user();
  if (!target && target.error().status != 404) co_return std::unexpected(std::move(target).error());
  if (!known) co_return refuse(400, fmt::format("Nothing here is {}", *intake.plan.target));
  const service::AutomationKind kind = intake.plan.follow_up;
  const std::size_t dropped = intake.dropped;
  auto asked = co_await ask_for(visit, kind, std::move(intake));
  if (!asked) co_return std::unexpected(std::move(asked).error());
  auto found = co_await with_reservations(visit, *std::move(asked));
  if (!found) co_return std::unexpected(std::move(found).error());
  Answered answered = created_at(visit,
                                 {.place = Place::action_request,
                                  .user = visit.user(),
                                  .plan = found->automation.plan,
                                  .id = found->automation.id,
                                  .follow_up = kind},
                                 dropped);
  describe_asked_request(found->asked(), visit.addresses, answered.graph);
  describe_asked_result_in_request(found->asked(), visit.addresses, answered.graph);
  co_return answered;
}

Outcome<Intake> intake_of(const Visit& visit) {
  TRY(const rdf::Graph graph, read_body(visit));
  return read_intake(graph, visit.iri, visit.addresses);
}

constexpr std::string_view kIgnored =
    "299 mayfly \"Only oslc_auto:desiredState can be changed; the rest was left as it is\"";

}  // namespace

std::string tag_of_request(const Launch& launch) {
  return fmt::format("{}\n{}\n{}", launch.reservation.id, launch.title(),
                     is_canceled(launch.reservation));
}

Later<Answered> post_request(Visit& visit) {
  if (visit.is_form) {
    auto answering = query_requests(visit);
    co_return co_await std::move(answering);
  }
  CO_TRY(Intake intake, intake_of(visit));
  auto answering = intake.plan.place == Place::future_action ? follow_up(visit, std::move(intake))
                                                             : launch(visit, std::move(intake));
  co_return co_await std::move(answering);
}

Later<Answered> post_follow_up(Visit& visit) {
  CO_TRY(Intake intake, intake_of(visit));
  const bool same = intake.plan.place == Place::future_action &&
                    intake.plan.follow_up == visit.address.follow_up &&
                    intake.plan.target == visit.address.target &&
                    intake.plan.plan == visit.address.plan;
  if (!same) co_return refuse(400, "The request executes another plan than this address is for");
  auto answering = follow_up(visit, std::move(intake));
  co_return co_await std::move(answering);
}

Later<Answered> post_prepared(Visit& visit) {
  CO_TRY(Intake intake, intake_of(visit));
  if (intake.plan.place != Place::plan)
    co_return refuse(400, "Only launches are prepared; what follows one has its template already");
  auto plan = co_await plan_of_intake(visit, intake);
  if (!plan) co_return std::unexpected(std::move(plan).error());
  CO_TRY(const ReadRequest read, read_request(plan->kind, plan->defaults(), intake.parameters));
  auto prepared =
      co_await visit.service.prepare(visit.user(), {.plan = plan->id,
                                                    .title = std::move(intake.title),
                                                    .description = std::move(intake.description),
                                                    .parameters = std::move(intake.parameters),
                                                    .properties = std::move(intake.properties)});
  if (!prepared) co_return std::unexpected(std::move(prepared).error());
  Answered answered = created_at(
      visit, {.place = Place::prepared, .user = visit.user(), .id = prepared->id}, intake.dropped);
  describe_prepared(*prepared, visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> put_launch(Visit& visit) {
  const bool of_request = visit.address.place == Place::request;
  const Handle get = of_request ? &get_request : &get_result;
  auto before = co_await get(visit);
  if (!before) co_return std::unexpected(std::move(before).error());
  if (auto same = check_tag(visit, *before); !same)
    co_return std::unexpected(std::move(same).error());
  CO_TRY(const rdf::Graph sent, read_body(visit));
  const auto wish = desired_state(sent, visit.iri);
  if (wish && *wish != automation::kCanceled)
    co_return refuse(400, "The only state that can be desired is oslc_auto:canceled");
  if (wish) {
    auto found = co_await find_launch(visit, visit.address.id);
    if (!found) co_return std::unexpected(std::move(found).error());
    const Progress progress = launch_progress(*found->reservation);
    if (progress.state == automation::kComplete)
      co_return refuse(409, "It is complete, so it cannot be canceled",
                       "What it made is ended by its teardown action.");
    auto released = co_await visit.service.release(visit.user(), visit.address.id);
    if (!released) co_return std::unexpected(std::move(released).error());
  }
  auto after = co_await get(visit);
  if (after && !says_nothing_new(sent, before->graph, visit.iri))
    after->headers.push_back({"Warning", std::string(kIgnored)});
  co_return after;
}

Later<Answered> put_follow_up(Visit& visit) {
  auto before = co_await get_action_request(visit);
  if (!before) co_return std::unexpected(std::move(before).error());
  if (auto same = check_tag(visit, *before); !same)
    co_return std::unexpected(std::move(same).error());
  CO_TRY(const rdf::Graph sent, read_body(visit));
  if (desired_state(sent, visit.iri))
    co_return refuse(409, "What follows a launch cannot be called off");
  before->headers.push_back({"Warning", std::string(kIgnored)});
  co_return before;
}

Later<Answered> delete_prepared(Visit& visit) {
  auto known = co_await get_prepared(visit);
  if (!known) co_return std::unexpected(std::move(known).error());
  auto deleted = co_await visit.service.delete_automation(visit.user(), visit.address.id);
  if (!deleted) co_return std::unexpected(std::move(deleted).error());
  co_return Answered{.status = 204};
}

Later<Answered> delete_follow_up(Visit& visit) {
  auto known = co_await find_asked(visit, visit.address.id);
  if (!known) co_return std::unexpected(std::move(known).error());
  auto deleted = co_await visit.service.delete_automation(visit.user(), visit.address.id);
  if (!deleted) co_return std::unexpected(std::move(deleted).error());
  co_return Answered{.status = 204};
}

}  // namespace mayfly::oslc
