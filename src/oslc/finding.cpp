// Root services, catalog, service provider, shapes: the handlers.
#include "oslc/discovery.h"
#include "oslc/handlers.h"
#include "oslc/shapes.h"

namespace mayfly::oslc {
namespace {

// Without authentication any name is a user; somebody has to be in the catalog.
constexpr std::string_view kAnybody = "anybody";
constexpr std::size_t kPlansInShape = 1000;

}  // namespace

Later<Answered> get_root_services(Visit& visit) {
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_root_services(visit.iri, visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> refuse_oauth1(Visit&) {
  co_return refuse(501, "OAuth 1.0a is not offered",
                   "Send Basic with the user's name and token, Bearer with the token, or ask "
                   "/oauth2/token for an access token.");
}

Later<Answered> get_catalog(Visit& visit) {
  Answered answered{.graph = new_graph(), .root = visit.iri};
  const std::string user = visit.caller.user.empty() ? std::string(kAnybody) : visit.caller.user;
  describe_catalog(visit.iri, {user}, visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_provider(Visit& visit) {
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_provider(visit.user(), visit.addresses, answered.graph);
  co_return answered;
}

Later<Answered> get_details(Visit& visit) {
  co_return Answered{.page = details_page(visit.user(), visit.addresses)};
}

Later<Answered> get_shape(Visit& visit) {
  Answered answered{.graph = new_graph(), .root = visit.iri};
  if (!describe_shape(visit.address.id, visit.addresses, answered.graph))
    co_return refuse(404, "There is no such shape");
  co_return answered;
}

Later<Answered> get_request_shape(Visit& visit) {
  const auto iri = [&](std::string plan) {
    return visit.addresses.of(
        {.place = Place::plan, .user = visit.user(), .plan = std::move(plan)});
  };
  std::vector<std::string> plans = {iri(std::string(kVmPlan)), iri(std::string(kClusterPlan))};
  auto saved = co_await visit.service.list_templates(visit.user(), {.limit = kPlansInShape});
  if (!saved) co_return std::unexpected(std::move(saved).error());
  for (const service::TemplateView& view : saved->items) plans.push_back(iri(plan_of(view).id));
  Answered answered{.graph = new_graph(), .root = visit.iri};
  describe_creation_shape(visit.user(), plans, visit.addresses, answered.graph);
  co_return answered;
}

}  // namespace mayfly::oslc
