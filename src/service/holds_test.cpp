#include "service/holds.h"

#include <gtest/gtest.h>

#include "model/costs.h"

namespace mayfly::service {
namespace {

const Time kStart = *parse_time("2026-11-22T10:00:00.25Z");
constexpr Month kNovember = std::chrono::year{2026} / 11;

Offer hourly(std::int64_t micro_dollars) {
  return {.cloud = "aws",
          .vcpus = 4,
          .price = {.instance_hour = {micro_dollars}, .minimum_seconds = 60}};
}

Reservation wanted(int count) {
  Reservation reservation{.id = "r-1", .user = "ann", .created_at = kStart};
  reservation.request.count = count;
  reservation.expires_at = kStart + 2h;
  return reservation;
}

Attempt attempt_on(const Offer& offer, int count, Time started_at) {
  Attempt attempt{.number = 1, .offer = offer, .started_at = started_at};
  for (int slot = 0; slot < count; ++slot) attempt.slots.push_back(slot);
  return attempt;
}

Machine machine(int slot, Time launched_at) {
  Machine made{.slot = slot};
  made.instance.launched_at = launched_at;
  return made;
}

Amounts held(const Reservation& reservation, const Offer& next = hourly(3'600'000)) {
  return amounts_of(reservation, next, *reservation.expires_at, kNovember);
}

TEST(Hold, IsEverythingUntilTheLeaseEnds) {
  const Amounts amounts = held(wanted(3));
  EXPECT_EQ(amounts.machines, 3);
  EXPECT_EQ(amounts.vcpus, 12);
  EXPECT_EQ(amounts.usd_per_hour, Money{10'800'000});
  // From the second in which it was asked for to one second after the end: 7202 begun.
  EXPECT_EQ(amounts.usd, (std::map<Month, Money>{{kNovember, Money{3 * 7'202'000}}}));
}

TEST(Hold, FollowsTheMachinesOnceTheyAreKnown) {
  Reservation reservation = wanted(2);
  const Amounts before = held(reservation);
  reservation.attempts = {attempt_on(hourly(3'600'000), 2, kStart + 5s)};
  EXPECT_EQ(held(reservation).usd[kNovember], Money{2 * 7'197'000});
  reservation.attempts[0].machines = {machine(0, kStart + 10s)};
  const Amounts after = held(reservation);
  EXPECT_EQ(after.usd.at(kNovember), Money{7'197'000 + 7'191'000});
  EXPECT_EQ(after.machines, before.machines);
}

TEST(Hold, CountsWhatAFailedAttemptHasCostBesideTheNext) {
  Reservation reservation = wanted(1);
  Attempt failed = attempt_on(hourly(3'600'000), 1, kStart);
  failed.machines = {machine(0, kStart)};
  failed.stage = Stage::ended;
  failed.end_requested_at = kStart + 100s;
  reservation.attempts = {failed};
  const Amounts amounts = held(reservation, hourly(7'200'000));
  EXPECT_EQ(amounts.vcpus, 4);
  EXPECT_EQ(amounts.usd_per_hour, Money{7'200'000});
  EXPECT_EQ(amounts.usd.at(kNovember), Money{100'000 + 2 * 7'202'000});
}

TEST(Hold, IsSettledWhenTeardownIsAskedFor) {
  Reservation reservation = wanted(1);
  reservation.goal = Goal::absent;
  reservation.release_requested_at = kStart + 600s;
  Attempt attempt = attempt_on(hourly(3'600'000), 1, kStart);
  attempt.machines = {machine(0, kStart + 30s)};
  attempt.stage = Stage::ending;
  attempt.end_requested_at = kStart + 600s;
  reservation.attempts = {attempt};
  EXPECT_EQ(held(reservation), (Amounts{.usd = {{kNovember, Money{570'000}}}}));
}

TEST(Hold, OfWhatNeverHadAMachineSettlesToNothing) {
  Reservation reservation = wanted(1);
  reservation.goal = Goal::absent;
  reservation.release_requested_at = kStart + 1s;
  EXPECT_EQ(held(reservation), Amounts{});
}

TEST(Hold, IsDividedByMonths) {
  Reservation reservation = wanted(1);
  reservation.expires_at = kStart + 20 * 24h;
  const Amounts amounts = held(reservation, hourly(1'000'000));
  ASSERT_EQ(amounts.usd.size(), 2u);
  const Money whole = round_half_up(hourly(1'000'000).price.exact_cost(20 * 24h + 1s + 250ms));
  EXPECT_EQ(amounts.usd.at(kNovember) + amounts.usd.at(next(kNovember)), whole);
  EXPECT_EQ(amounts.usd.at(kNovember), Money::of(8 * 24 + 14));
  EXPECT_EQ(amounts_of(reservation, hourly(1'000'000), *reservation.expires_at, next(kNovember))
                .usd.size(),
            1u);
}

TEST(Hold, DoesNotChargeTheSameSlotTwice) {
  Reservation reservation = wanted(2);
  reservation.request.spread = true;
  Attempt first = attempt_on(hourly(3'600'000), 1, kStart);
  reservation.attempts = {first};
  EXPECT_EQ(held(reservation, hourly(7'200'000)).usd_per_hour, Money{10'800'000});
}

TEST(Hold, IsAnUpperBoundOfTheCost) {
  Reservation reservation = wanted(2);
  const Amounts promised = held(reservation);
  Attempt attempt = attempt_on(hourly(3'600'000), 2, kStart + 1s);
  // Stated to the second, so perhaps before we asked.
  attempt.machines = {machine(0, *parse_time("2026-11-22T10:00:00Z")), machine(1, kStart + 1s)};
  attempt.stage = Stage::ending;
  reservation.goal = Goal::absent;
  attempt.end_requested_at = reservation.release_requested_at = kStart + 2h + 999ms;
  reservation.attempts = {attempt};
  const Share cost = cost_between(reservation, Time::min(), kStart + 3h, kStart + 3h);
  EXPECT_LE(cost.user_usd, promised.usd.at(kNovember));
  EXPECT_EQ(held(reservation).usd.at(kNovember), cost.user_usd);
}

}  // namespace
}  // namespace mayfly::service
