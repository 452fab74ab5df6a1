#include "service/views.h"

#include <gtest/gtest.h>

namespace mayfly::service {
namespace {

Offer offer_of(std::string type, std::string region, std::int64_t micros_an_hour) {
  return {.cloud = "aws",
          .region = std::move(region),
          .instance_type = std::move(type),
          .price = {.instance_hour = Money{micros_an_hour}}};
}

Considered considered(std::string type, std::int64_t micros) {
  return {.cloud = "aws",
          .region = "eu-west-1",
          .instance_type = std::move(type),
          .cost_usd = Money{micros},
          .lost_because = "as it was ranked"};
}

Attempt refused(const Offer& offer) {
  return {.offer = offer,
          .stage = Stage::ended,
          .reason = "none left",
          .cloud_code = "InsufficientInstanceCapacity"};
}

// Three zones of a first offer had nothing; the second one took it.
Reservation failed_over() {
  Reservation reservation{.id = "r-1"};
  const Offer first = offer_of("a.small", "eu-west-1", 100);
  reservation.attempts = {refused(first), refused(first), refused(first)};
  reservation.attempts.push_back(
      {.offer = offer_of("b.small", "eu-west-1", 150), .stage = Stage::running});
  reservation.considered = {considered("b.small", 150), considered("c.small", 170)};
  reservation.estimate = {.cost_usd = Money{150}, .billed_seconds = 3600};
  return reservation;
}

TEST(PlacementView, ListsWhatWasRefusedOnceWithTheCloudsCode) {
  const auto placement = view_of(failed_over(), Time{}).placement;
  ASSERT_TRUE(placement);
  EXPECT_EQ(placement->instance_type, "b.small");
  ASSERT_EQ(placement->considered.size(), 2u);
  EXPECT_EQ(placement->considered[0].instance_type, "a.small");
  EXPECT_EQ(placement->considered[0].lost_because, "InsufficientInstanceCapacity");
  EXPECT_EQ(placement->considered[0].cost_usd, Money{100});
}

TEST(PlacementView, ComparesWithWhatWasPlacedAndNotWithWhatWasRankedFirst) {
  const auto placement = view_of(failed_over(), Time{}).placement;
  ASSERT_TRUE(placement);
  EXPECT_EQ(placement->considered[1].instance_type, "c.small");
  EXPECT_EQ(placement->considered[1].lost_because, "costs 0.00002 USD more");
}

}  // namespace
}  // namespace mayfly::service
