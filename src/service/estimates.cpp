#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "json/print.h"
#include "model/clouds.h"
#include "model/cluster.h"
#include "service/async.h"
#include "service/placing.h"

namespace mayfly::service {
namespace {

// The reservation that the estimate is about.
Reservation as_if_asked(const std::string& user, const Request& request,
                        const pricing::Ranking& ranking, Time now) {
  constexpr std::size_t kOffers = 8;  // that a reservation would try first
  Reservation asked{.user = user, .request = request, .created_at = now};
  if (request.lease) asked.expires_at = now + *request.lease;
  for (const pricing::RankedOffer& ranked : ranking.offers | std::views::take(kOffers))
    asked.candidates.push_back(ranked.offer);
  return asked;
}

// What it would be otherwise than asked.
std::string note_of(const Request& request) {
  return request.kind == Kind::cluster ? cluster_note(request) : "";
}

}  // namespace

Error unsatisfiable(const pricing::Catalog& catalog, const Request& request,
                    const pricing::Reach& reach) {
  std::vector<std::string_view> sellers;
  for (const std::string& driver : reach.clouds) sellers.push_back(cloud_of_driver(driver));
  Error error{
      .code = ErrorCode::unsatisfiable,
      .message = fmt::format("No offer of {} satisfies this request", fmt::join(sellers, " and "))};
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
    const std::string driver(driver_of(key.value.cloud, request.kind));
    if (key.value.status != KeyStatus::active || driver.empty()) continue;
    found.reach.clouds.push_back(driver);
    found.keys.push_back({.cloud = driver, .key = key.value.id, .regions = key.value.regions});
    if (!key.value.regions.empty()) found.reach.enabled_regions[driver] = key.value.regions;
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

boost::asio::awaitable<std::vector<OverLimit>> Service::check_limits(Reservation reservation) {
  using Answer = std::vector<OverLimit>;
  auto begin = [&](Done<Answer> done) {
    parts_.engine_loop.post(
        [this, reservation = std::move(reservation), done = std::move(done)]() mutable {
          done(parts_.accounts.check(reservation));
        });
  };
  co_return co_await http::await_done<Answer>(std::ref(begin));
}

Async<EstimateView> Service::estimate(std::string user, Request request, std::size_t limit) {
  auto found = co_await reach_of(user, request);
  if (!found) co_return std::unexpected(std::move(found).error());
  auto standing = co_await standing_of(user);
  if (!standing) co_return std::unexpected(std::move(standing).error());
  const auto catalog = parts_.catalog();
  EstimateView view{.regions_from = found->regions_from};
  CO_TRY(view.lease, lease_of(request.lease, standing->allowance.lease));
  if (found->reach.clouds.empty()) {
    for (const std::string_view cloud : cloud_names()) {
      const std::string_view driver = driver_of(cloud, request.kind);
      if (!driver.empty()) found->reach.clouds.emplace_back(driver);
    }
    view.note = fmt::format("all clouds, from the price snapshot of {}: you have no key yet",
                            catalog->date());
  } else if (view.lease && !request.lease) {
    view.note = fmt::format("no lease given, so the default of {} counts", to_string(*view.lease));
  }
  if (const std::string other = note_of(request); !other.empty())
    view.note = view.note ? fmt::format("{}. {}", *view.note, other) : other;
  request.lease = view.lease;
  pricing::Ranking ranking = pricing::rank(*catalog, request, found->reach, limit);
  if (ranking.offers.empty())
    co_return std::unexpected(unsatisfiable(*catalog, request, found->reach));
  view.limits = co_await check_limits(as_if_asked(user, request, ranking, now()));
  view.fits = view.limits.empty();
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
