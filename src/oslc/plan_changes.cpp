// Plans that clients write: templates of the user. The two built-in ones stay as they are.
#include <fmt/format.h>

#include <algorithm>

#include "oslc/handlers.h"
#include "oslc/intake.h"
#include "oslc/plan_intake.h"
#include "oslc/selection.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

std::unexpected<Failure> built_in() {
  Failure failure(405, "This plan is built in and stays as it is",
                  "POST a copy of it to the plans, with a title of your own.");
  failure.headers.push_back({"Allow", "GET, HEAD, OPTIONS"});
  return std::unexpected(std::move(failure));
}

// Of a PUT that says which properties it is about (oslc.properties): whether this one is.
Outcome<bool> is_about(const Visit& visit, std::string_view property) {
  const std::string* listed = visit.parameter("oslc.properties");
  if (!listed) return true;
  const std::string* prefix = visit.parameter("oslc.prefix");
  TRY(const rdf::Prefixes prefixes, read_prefixes(prefix ? *prefix : ""));
  TRY(const Selection selection, read_selection("oslc.properties", *listed, prefixes));
  return selection.all || std::ranges::find(selection.properties, property, &Selected::property) !=
                              selection.properties.end();
}

void tell_unknown(const PlanIntake& intake, Answered& answered) {
  if (intake.unknown.empty()) return;
  answered.headers.push_back(
      {"Warning",
       fmt::format("299 mayfly \"{} of the parameters mean nothing here and were not kept\"",
                   intake.unknown.size())});
}

constexpr std::string_view kLeft =
    "299 mayfly \"Only dcterms:title and the default values of parameters can be changed; the rest "
    "was left as it is\"";

// The plan as it is to be: what the PUT is not about is taken from what is there.
Outcome<PlanIntake> read_change(const Visit& visit, const rdf::Graph& sent,
                                const rdf::Graph& before) {
  TRY(const bool of_title, is_about(visit, dublin::kTitle));
  TRY(const bool of_parameters, is_about(visit, automation::kParameterDefinition));
  TRY(PlanIntake intake, read_plan(of_parameters ? sent : before, visit.iri));
  if (of_title == of_parameters) return intake;
  TRY(intake.title, read_title(of_title ? sent : before, rdf::iri(visit.iri)));
  return intake;
}

Later<Answered> post_plan(Visit& visit) {
  CO_TRY(const rdf::Graph sent, read_body(visit));
  CO_TRY(PlanIntake intake, read_plan(sent, visit.iri));
  const std::string name = template_name_for(intake);
  if (name.empty())
    co_return refuse(400, "The plan needs a dcterms:identifier, or letters in its title");
  auto known = co_await visit.service.get_template(visit.user(), name);
  if (known) {
    co_return refuse(409, fmt::format("There is a plan {}{} already", kTemplatePlan, name),
                     "PUT changes it; another dcterms:identifier makes another.");
  }
  auto saved = co_await visit.service.save_template(visit.user(), name, std::move(intake.request),
                                                    std::move(intake.title));
  if (!saved) co_return std::unexpected(std::move(saved).error());
  const Plan plan = plan_of(saved->saved);
  Answered answered{
      .status = 201,
      .graph = new_graph(),
      .root = visit.addresses.of({.place = Place::plan, .user = visit.user(), .plan = plan.id})};
  answered.headers.push_back({"Location", answered.root});
  tell_unknown(intake, answered);
  describe_plan(plan, visit.user(), visit.addresses, answered.graph);
  co_return answered;
}

}  // namespace

Later<Answered> post_to_plans(Visit& visit) {
  auto answering = visit.is_form ? post_query(visit) : post_plan(visit);
  co_return co_await std::move(answering);
}

Later<Answered> put_plan(Visit& visit) {
  const auto name = template_name(visit.address.plan);
  auto before = co_await get_plan(visit);
  if (!before) co_return std::unexpected(std::move(before).error());
  if (!name) co_return built_in();
  if (auto same = check_tag(visit, *before); !same)
    co_return std::unexpected(std::move(same).error());
  CO_TRY(const rdf::Graph sent, read_body(visit));
  CO_TRY(PlanIntake intake, read_change(visit, sent, before->graph));
  auto known = co_await visit.service.get_template(visit.user(), *name);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (intake.kind != known->request.kind)
    co_return refuse(400, "kind is what the plan says, and nodes are of clusters only");
  auto saved = co_await visit.service.save_template(visit.user(), *name, std::move(intake.request),
                                                    std::move(intake.title));
  if (!saved) co_return std::unexpected(std::move(saved).error());
  auto after = co_await get_plan(visit);
  if (!after) co_return std::unexpected(std::move(after).error());
  tell_unknown(intake, *after);
  rdf::Graph either = std::move(before->graph);
  either.add_all(after->graph);
  if (!says_nothing_new(sent, either, visit.iri))
    after->headers.push_back({"Warning", std::string(kLeft)});
  co_return after;
}

Later<Answered> delete_plan(Visit& visit) {
  const auto name = template_name(visit.address.plan);
  auto known = co_await get_plan(visit);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (!name) co_return built_in();
  if (visit.http.header("If-Match")) {
    if (auto same = check_tag(visit, *known); !same)
      co_return std::unexpected(std::move(same).error());
  }
  auto deleted = co_await visit.service.delete_template(visit.user(), *name);
  if (!deleted) co_return std::unexpected(std::move(deleted).error());
  co_return Answered{.status = 204};
}

}  // namespace mayfly::oslc
