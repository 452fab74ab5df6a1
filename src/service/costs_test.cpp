#include "service/costs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"

namespace mayfly::service {
namespace {

const Time kNow = *parse_time("2026-12-10T08:00:00Z");

// A reservation that ran on two offers, one after the other.
Reservation ran(int number, Random& random) {
  const auto upto = [&](std::int64_t most) {
    return static_cast<std::int64_t>(random.next() % most);
  };
  Reservation reservation{.id = fmt::format("r-{:03}", number), .user = "ann"};
  reservation.created_at = kNow - 40 * 24h + std::chrono::seconds(upto(30 * 86'400));
  if (number % 3 > 0) reservation.request.name = number % 3 == 1 ? "build" : "test";
  reservation.phase = number % 5 ? Phase::released : Phase::ready;
  Time at = reservation.created_at;
  for (int i = 0; i < 2; ++i) {
    Attempt attempt{.number = i + 1, .stage = Stage::ended};
    attempt.offer = {.cloud = i ? "aws" : "digitalocean",
                     .region = number % 2 ? "east" : "west",
                     .price = {.instance_hour = {10'001 + upto(5'000'000)},
                               .disk_gib_month = {upto(100'000)},
                               .disk_gib = 25,
                               .minimum_seconds = 60,
                               .minimum_charge = {i ? 0 : 10'000}}};
    Machine machine{.slot = 0};
    machine.instance.launched_at = at + 5s;
    at += std::chrono::seconds(60 + upto(5 * 86'400));
    attempt.machines = {machine};
    if (i == 0 || is_final(reservation.phase)) {
      attempt.end_requested_at = at;
      attempt.machines[0].billed_until = at + std::chrono::seconds(upto(90));
    } else {
      attempt.stage = Stage::running;
    }
    reservation.attempts.push_back(attempt);
  }
  if (is_final(reservation.phase)) reservation.ended_at = at + 2min;
  return reservation;
}

std::vector<Reservation> many() {
  SeededRandom random(11);
  std::vector<Reservation> all;
  for (int number = 0; number < 60; ++number) all.push_back(ran(number, random));
  return all;
}

CostsView report(const std::vector<Reservation>& all, CostsQuery query) {
  CostReport sum(std::move(query), kNow);
  for (const Reservation& reservation : all) sum.add(reservation);
  return sum.view();
}

CostsQuery whole(std::optional<CostGroup> group = {}) {
  return {.from = kNow - 100 * 24h, .to = kNow + 24h, .group = group, .limit = 1000};
}

TEST(Costs, OfAllReservationsAreTheSumOfTheirCosts) {
  const auto all = many();
  Cost sum;
  for (const Reservation& reservation : all) {
    sum.user_usd += cost_of(reservation, kNow).user_usd;
    sum.tail_usd += cost_of(reservation, kNow).tail_usd;
  }
  const CostsView costs = report(all, whole());
  EXPECT_EQ(costs.usd, sum.user_usd);
  EXPECT_EQ(costs.tail_usd, sum.tail_usd);
  EXPECT_EQ(costs.reservations, std::ssize(all));
  EXPECT_EQ(costs.currency, "USD");
  EXPECT_FALSE(costs.final);
  EXPECT_TRUE(costs.rows.empty());
}

class CostsInRows : public testing::TestWithParam<CostGroup> {};

TEST_P(CostsInRows, AddUpToTheTotal) {
  const CostsView costs = report(many(), whole(GetParam()));
  Money usd;
  Money tail;
  for (const CostRow& row : costs.rows) {
    usd += row.usd;
    tail += row.tail_usd;
  }
  EXPECT_GT(costs.rows.size(), 1u);
  EXPECT_EQ(usd, costs.usd);
  EXPECT_EQ(tail, costs.tail_usd);
}

INSTANTIATE_TEST_SUITE_P(Groups, CostsInRows,
                         testing::Values(CostGroup::day, CostGroup::month, CostGroup::reservation,
                                         CostGroup::cloud, CostGroup::region, CostGroup::name),
                         [](const auto& each) { return std::string(json::enum_name(each.param)); });

TEST(Costs, OfConsecutiveWindowsAddUpToTheWhole) {
  const auto all = many();
  Money usd;
  Money tail;
  for (Time from = kNow - 100 * 24h; from < kNow; from += 5 * 24h) {
    const CostsView costs = report(all, {.from = from, .to = from + 5 * 24h});
    usd += costs.usd;
    tail += costs.tail_usd;
  }
  EXPECT_EQ(usd, report(all, whole()).usd);
  EXPECT_EQ(tail, report(all, whole()).tail_usd);
}

TEST(Costs, AreCountedOnceForEachReservationOfARow) {
  const CostsView costs = report(many(), whole(CostGroup::cloud));
  ASSERT_EQ(costs.rows.size(), 2u);
  EXPECT_EQ(costs.rows[0].key, "aws");
  EXPECT_EQ(costs.rows[0].reservations, 60);
  EXPECT_EQ(costs.reservations, 60);
  const CostsView names = report(many(), whole(CostGroup::name));
  ASSERT_EQ(names.rows.size(), 3u);
  EXPECT_EQ(names.rows[0].key, "-");
  EXPECT_EQ(names.rows[1].key, "build");
  EXPECT_EQ(names.rows[1].reservations, 20);
}

TEST(Costs, ComeInPagesOfRows) {
  const auto all = many();
  CostsQuery query = whole(CostGroup::reservation);
  const CostsView unpaged = report(all, query);
  query.limit = 7;
  std::vector<std::string> keys;
  while (true) {
    const CostsView page = report(all, query);
    for (const CostRow& row : page.rows) keys.push_back(row.key);
    EXPECT_EQ(page.usd, unpaged.usd);
    if (!page.next_cursor) break;
    query.cursor = *page.next_cursor;
  }
  ASSERT_EQ(keys.size(), unpaged.rows.size());
  EXPECT_TRUE(std::ranges::is_sorted(keys));
}

TEST(Costs, ArePrintedAsCommaSeparatedValues) {
  SeededRandom random(3);
  Reservation one = ran(1, random);
  CostsQuery query = whole();
  const CostsView costs = report({one}, query);
  EXPECT_EQ(
      to_csv(costs),
      fmt::format("key,reservations,machine_hours,usd,tail_usd,final,name,estimate_usd,"
                  "whole_usd,whole_tail_usd\r\ntotal,1,{},{},{},true,,,,\r\n",
                  to_string(costs.machine_hours), to_string(costs.usd), to_string(costs.tail_usd)));
  query.group = CostGroup::reservation;
  const CostsView rows = report({one}, query);
  EXPECT_NE(to_csv(rows).find(fmt::format("r-001,1,{},{},{},true,build,0,{},{}\r\n",
                                          to_string(costs.machine_hours), to_string(costs.usd),
                                          to_string(costs.tail_usd), to_string(costs.usd),
                                          to_string(costs.tail_usd))),
            std::string::npos)
      << to_csv(rows);
}

}  // namespace
}  // namespace mayfly::service
