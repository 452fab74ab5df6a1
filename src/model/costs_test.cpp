#include "model/costs.h"

#include <gtest/gtest.h>

#include "core/calendar.h"
#include "core/random.h"

namespace mayfly {
namespace {

const Time kStart = *parse_time("2026-10-30T22:10:05Z");
constexpr Time kEver = Time::min();

Offer offer(std::int64_t micro_dollars_hour) {
  return {.cloud = "digitalocean",
          .price = {.instance_hour = {micro_dollars_hour},
                    .disk_gib_month = {81'234},
                    .disk_gib = 25,
                    .minimum_seconds = 60,
                    .minimum_charge = {10'000},
                    .capped_hours = 672}};
}

Machine machine(int slot, Time launched_at) {
  Machine made{.slot = slot};
  made.instance.launched_at = launched_at;
  return made;
}

// Two attempts; of the second one machine stood stopped for a while and one is surplus.
Reservation two_attempts() {
  Reservation reservation{.id = "r-1", .phase = Phase::released, .created_at = kStart};
  Attempt lost{.number = 1, .offer = offer(35'710), .stage = Stage::ended};
  lost.machines = {machine(0, kStart + 3s)};
  lost.end_requested_at = kStart + 200s;
  lost.machines[0].billed_until = kStart + 231s;
  Attempt kept{.number = 2, .offer = offer(1'070'001), .stage = Stage::ended};
  kept.machines = {machine(0, kStart + 210s), machine(1, kStart + 211s),
                   machine(-1, kStart + 400s)};
  kept.end_requested_at = kStart + 70 * 24h;
  for (Machine& each : kept.machines) each.billed_until = kStart + 70 * 24h + 42s;
  kept.machines[2].billed_until = kStart + 500s;
  kept.machines[1].stopped_seconds = 12'345;
  kept.offer.price.stopped_bills_disk_only = true;
  reservation.attempts = {lost, kept};
  return reservation;
}

TEST(CostBetween, IsTheWholeCostFromEverToNow) {
  const Reservation reservation = two_attempts();
  for (const Duration age : {Duration{0s}, Duration{1s}, Duration{215s}, Duration{90 * 24h}}) {
    const Time now = kStart + age;
    const Cost whole = cost_of(reservation, now);
    const Share share = cost_between(reservation, kEver, now, now);
    EXPECT_EQ(share.user_usd, whole.user_usd) << to_string(age);
    EXPECT_EQ(share.tail_usd, whole.tail_usd) << to_string(age);
    EXPECT_EQ(cost_between(reservation, kEver, now + 24h, now), share);
  }
}

TEST(CostBetween, OfConsecutiveMonthsAddsUpToTheWhole) {
  const Reservation reservation = two_attempts();
  const Time now = kStart + 100 * 24h;
  Share sum;
  for (Month month = month_of(kStart); start_of(month) < now; month = next(month)) {
    sum += cost_between(reservation, start_of(month), start_of(next(month)), now);
  }
  EXPECT_EQ(sum, cost_between(reservation, kEver, now, now));
  EXPECT_GT(sum.user_usd, Money::of(1000));
}

TEST(CostBetween, AddsUpHoweverTimeIsCut) {
  const Reservation reservation = two_attempts();
  const Time now = kStart + 75 * 24h;
  const Share whole = cost_between(reservation, kEver, now, now);
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    Share sum;
    Time from = kStart - 1h;
    while (from < now) {
      const Time to = from + Duration{static_cast<std::int64_t>(random.next() % 900'000'000'000)};
      const Share part = cost_between(reservation, from, to, now);
      EXPECT_GE(part.user_usd.value, 0);
      EXPECT_GE(part.machine_seconds, 0);
      sum += part;
      from = to;
    }
    EXPECT_EQ(sum, whole);
  }
}

TEST(CostBetween, OfItsAttemptsAddsUpToTheReservation) {
  const Reservation reservation = two_attempts();
  const Time now = kStart + 75 * 24h;
  const auto shares = shares_between(reservation, kStart + 20s, kStart + 40 * 24h, now);
  ASSERT_EQ(shares.size(), 2u);
  Share sum = shares[0];
  sum += shares[1];
  EXPECT_EQ(sum, cost_between(reservation, kStart + 20s, kStart + 40 * 24h, now));
  // 197 s at 0.0357 per hour and 25 GiB: below the one cent that fell due with the launch.
  EXPECT_EQ(shares[0].user_usd, Money{0});
  EXPECT_EQ(shares_between(reservation, kStart, kStart + 4s, now)[0].user_usd, Money{10'000});
}

TEST(CostBetween, CountsEveryNodeOfACluster) {
  Reservation reservation = two_attempts();
  reservation.attempts.erase(reservation.attempts.begin() + 1);
  const auto had = [&] { return cost_between(reservation, kEver, kStart + 1h, kStart + 1h); };
  EXPECT_EQ(had().machine_seconds, 197);
  reservation.attempts[0].offer.nodes = 3;
  EXPECT_EQ(had().machine_seconds, 3 * 197);
}

TEST(CostBetween, BeforeTheLaunchAndAfterTheEndIsNothing) {
  const Reservation reservation = two_attempts();
  const Time now = kStart + 100 * 24h;
  EXPECT_EQ(cost_between(reservation, kEver, kStart, now), Share{});
  EXPECT_EQ(cost_between(reservation, kStart + 71 * 24h, now, now), Share{});
  EXPECT_EQ(cost_between(reservation, now, kStart, now), Share{});
}

TEST(CostBetween, BooksTheTailApart) {
  const Reservation reservation = two_attempts();
  const Time now = kStart + 100 * 24h;
  const Share tail = cost_between(reservation, *reservation.attempts[1].end_requested_at, now, now);
  EXPECT_EQ(tail.user_usd, Money{0});
  EXPECT_EQ(tail.machine_seconds, 0);
  EXPECT_GT(tail.tail_usd, Money{0});
}

TEST(CostBetween, OfAPastMonthStaysWhileTheMachineRunsOn) {
  Reservation reservation = two_attempts();
  reservation.phase = Phase::ready;
  Attempt& running = reservation.attempts[1];
  running.stage = Stage::running;
  running.end_requested_at.reset();
  running.machines.resize(1);
  running.machines[0].billed_until.reset();
  const Time november = start_of(next(month_of(kStart)));
  const Share october = cost_between(reservation, kEver, november, november);
  for (int day = 0; day < 60; ++day) {
    EXPECT_EQ(cost_between(reservation, kEver, november, november + day * 24h), october);
  }
}

}  // namespace
}  // namespace mayfly
