#include "service/placing.h"

#include <fmt/format.h>

#include <ranges>
#include <set>

namespace mayfly::service {
namespace {

constexpr std::size_t kCandidates = 8;
constexpr std::size_t kConsidered = 5;
constexpr std::size_t kLooked = 48;  // deep enough to meet other types, not only other regions

Considered loser(const pricing::RankedOffer& offer, const pricing::RankedOffer& best, Match match) {
  return {.cloud = offer.offer.cloud,
          .region = offer.offer.region,
          .instance_type = offer.offer.instance_type,
          .vcpus = offer.offer.vcpus,
          .memory_gib = offer.offer.memory_gib,
          .price_usd_hour = offer.hourly,
          .cost_usd = offer.cost,
          .lost_because = why_it_lost(offer.cost - best.cost, match)};
}

// The same type in the next region says little; each type is named once, where it is cheapest.
std::vector<Considered> best_of_other_types(const std::vector<pricing::RankedOffer>& ranked,
                                            Match match) {
  std::set<std::pair<std::string, std::string>> named;
  std::vector<Considered> losers;
  for (const pricing::RankedOffer& offer : ranked) {
    const bool fresh = named.emplace(offer.offer.cloud, offer.offer.instance_type).second;
    if (!fresh || &offer == &ranked.front()) continue;
    losers.push_back(loser(offer, ranked.front(), match));
    if (losers.size() == kConsidered) break;
  }
  return losers;
}

}  // namespace

std::string why_it_lost(Money more, Match match) {
  if (more.value < 0 && match == Match::closest)
    return "its shape is farther from what was asked for";
  if (more.value < 0) return "was passed over; the events say why";
  if (more.value > 0) return fmt::format("costs {} USD more", to_string(more));
  return "costs the same; the other comes first by list price, cloud, region and type";
}

void freeze_estimate(Reservation& reservation, const Offer& offer) {
  const Duration billed = std::chrono::seconds(reservation.estimate.billed_seconds);
  reservation.estimate.cost_usd =
      round_half_up(offer.price.exact_cost(billed) * reservation.request.count);
}

Result<void> place_first(Reservation& reservation, const pricing::Catalog& catalog,
                         const pricing::Reach& reach) {
  const auto ranked = pricing::cheapest(catalog, reservation.request, reach, kLooked);
  if (ranked.empty()) {
    return std::unexpected(unsatisfiable(catalog, reservation.request, reach));
  }
  for (const pricing::RankedOffer& offer : ranked | std::views::take(kCandidates)) {
    reservation.candidates.push_back(offer.offer);
  }
  reservation.considered = best_of_other_types(ranked, reservation.request.match);
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(pricing::priced_time(reservation.request)).count();
  reservation.estimate = {
      .cost_usd = ranked.front().cost,
      .billed_seconds = std::max<std::int64_t>(seconds, ranked.front().offer.price.minimum_seconds),
      .snapshot = catalog.date()};
  return {};
}

}  // namespace mayfly::service
