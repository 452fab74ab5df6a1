#include "service/placing.h"

#include <fmt/format.h>

namespace mayfly::service {
namespace {

constexpr std::size_t kCandidates = 8;
constexpr std::size_t kConsidered = 5;

Considered loser(const pricing::RankedOffer& offer, const pricing::RankedOffer& best) {
  const Money more = offer.cost - best.cost;
  return {.cloud = offer.offer.cloud,
          .region = offer.offer.region,
          .instance_type = offer.offer.instance_type,
          .vcpus = offer.offer.vcpus,
          .memory_gib = offer.offer.memory_gib,
          .price_usd_hour = offer.hourly,
          .cost_usd = offer.cost,
          .lost_because =
              more.value == 0
                  ? "costs the same; the other comes first by list price, cloud, region and type"
                  : fmt::format("costs {} USD more", to_string(more))};
}

}  // namespace

Result<void> place_first(Reservation& reservation, const pricing::Catalog& catalog,
                         const pricing::Reach& reach) {
  const auto ranked = pricing::cheapest(catalog, reservation.request, reach, kCandidates);
  if (ranked.empty()) return std::unexpected(unsatisfiable(catalog, reservation.request, reach));
  for (const pricing::RankedOffer& offer : ranked) reservation.candidates.push_back(offer.offer);
  for (std::size_t i = 1; i < ranked.size() && i <= kConsidered; ++i) {
    reservation.considered.push_back(loser(ranked[i], ranked.front()));
  }
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(pricing::priced_time(reservation.request)).count();
  reservation.estimate = {
      .cost_usd = ranked.front().cost,
      .billed_seconds = std::max<std::int64_t>(seconds, ranked.front().offer.price.minimum_seconds),
      .snapshot = catalog.date()};
  return {};
}

}  // namespace mayfly::service
