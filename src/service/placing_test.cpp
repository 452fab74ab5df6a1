#include "service/placing.h"

#include <gtest/gtest.h>

#include <set>

#include "json/parse.h"

namespace mayfly::service {
namespace {

const pricing::Reach kEverywhere{.clouds = {"aws", "digitalocean"}};

Reservation asked(int vcpus, int memory_gib) {
  Reservation reservation{.id = "r-1"};
  reservation.request.count = 2;
  reservation.request.vcpus = vcpus;
  reservation.request.memory_gib = Gib::of(memory_gib);
  return reservation;
}

TEST(Placing, FreezesTheEstimateOfTheCheapest) {
  Reservation reservation = asked(2, 4);
  reservation.request.lease = 2h;
  const auto catalog = pricing::Catalog::embedded();
  ASSERT_TRUE(place_first(reservation, *catalog, kEverywhere));
  const auto best = pricing::cheapest(*catalog, reservation.request, kEverywhere, 1);
  EXPECT_EQ(reservation.candidates.front(), best.front().offer);
  EXPECT_EQ(reservation.estimate.cost_usd, best.front().cost);
  EXPECT_EQ(reservation.estimate.billed_seconds, 7200);
  EXPECT_EQ(reservation.estimate.snapshot, catalog->date());
}

TEST(Placing, NamesEachLosingTypeOnce) {
  Reservation reservation = asked(2, 4);
  ASSERT_TRUE(place_first(reservation, *pricing::Catalog::embedded(), kEverywhere));
  std::set<std::string> types;
  for (const Considered& loser : reservation.considered) {
    EXPECT_TRUE(types.insert(loser.cloud + " " + loser.instance_type).second);
    EXPECT_FALSE(loser.lost_because.empty());
    EXPECT_GE(loser.cost_usd, reservation.estimate.cost_usd);
  }
  EXPECT_GE(types.size(), 2u);
}

TEST(Placing, SaysWhichSingleChangeWouldHelp) {
  Reservation reservation = asked(2, 4);
  reservation.request.max_price_usd_hour = Money{1};
  const auto placed = place_first(reservation, *pricing::Catalog::embedded(), kEverywhere);
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().code, ErrorCode::unsatisfiable);
  const auto changes = json::parse(placed.error().extensions.at("relax"));
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->as_array().at(0).at("field").as_string(), "max_price_usd_hour");
}

}  // namespace
}  // namespace mayfly::service
