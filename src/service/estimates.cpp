#include <fmt/format.h>

#include <algorithm>

#include "json/print.h"
#include "model/clouds.h"
#include "service/async.h"
#include "service/placing.h"

namespace mayfly::service {

Error unsatisfiable(const pricing::Catalog& catalog, const Request& request,
                    const pricing::Reach& reach) {
  Error error{.code = ErrorCode::unsatisfiable,
              .message = fmt::format("No offer of {} satisfies this request",
                                     fmt::join(reach.clouds, " and "))};
  json::array changes;
  for (const pricing::Relaxation& change : pricing::relax(catalog, request, reach)) {
    changes.push_back(json::object{
        {"field", change.field}, {"value", change.value}, {"cost_usd", json::encode(change.cost)}});
    if (error.remedy.empty()) {
      error.remedy = fmt::format("The cheapest single change: {} = {}, then it costs {} USD",
                                 change.field, json::print(change.value), to_string(change.cost));
    }
  }
  if (changes.empty()) error.remedy = "No single change of one field would make it satisfiable.";
  error.extensions["relax"] = json::print(changes);
  return error;
}

Async<Service::ReachOf> Service::reach_of(std::string user, const Request& request) {
  ReachOf found;
  auto keys = co_await keys_of(user);
  if (!keys) co_return std::unexpected(std::move(keys).error());
  for (const Stored<Key>& key : *keys) {
    if (key.value.status != KeyStatus::active) continue;
    found.reach.clouds.push_back(key.value.cloud);
    found.keys.push_back(
        {.cloud = key.value.cloud, .key = key.value.id, .regions = key.value.regions});
    if (!key.value.regions.empty())
      found.reach.enabled_regions[key.value.cloud] = key.value.regions;
  }
  std::ranges::sort(found.reach.clouds);
  auto owner = co_await get_user(user);
  if (!owner) co_return std::unexpected(std::move(owner).error());
  if (request.regions) {
    found.regions_from = RegionsFrom::request;
  } else if (!owner->regions.empty()) {
    found.regions_from = RegionsFrom::user;
    found.reach.default_regions = owner->regions;
  } else if (!parts_.settings.default_regions.empty()) {
    found.regions_from = RegionsFrom::server;
    found.reach.default_regions = parts_.settings.default_regions;
  }
  co_return found;
}

Async<EstimateView> Service::estimate(std::string user, Request request, std::size_t limit) {
  auto found = co_await reach_of(user, request);
  if (!found) co_return std::unexpected(std::move(found).error());
  const auto catalog = parts_.catalog();
  EstimateView view{.regions_from = found->regions_from};
  if (found->reach.clouds.empty()) {
    for (const std::string_view cloud : cloud_names()) found->reach.clouds.emplace_back(cloud);
    view.note = fmt::format("all clouds, from the price snapshot of {}: you have no key yet",
                            catalog->date());
  }
  pricing::Ranking ranking = pricing::rank(*catalog, request, found->reach, limit);
  if (ranking.offers.empty())
    co_return std::unexpected(unsatisfiable(*catalog, request, found->reach));
  view.snapshot = ranking.snapshot;
  view.billed_seconds = ranking.billed_seconds;
  view.satisfying = static_cast<std::int64_t>(ranking.satisfying);
  for (const pricing::RankedOffer& offer : ranking.offers) view.offers.push_back(view_of(offer));
  for (const pricing::Rejection& rejection : ranking.rejected) {
    view.rejected.push_back(
        {.reason = rejection.reason,
         .offers = rejection.offers,
         .example = rejection.example ? std::optional(view_of(*rejection.example)) : std::nullopt});
  }
  co_return view;
}

}  // namespace mayfly::service
