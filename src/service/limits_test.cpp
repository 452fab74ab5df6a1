#include "service/limits.h"

#include <gtest/gtest.h>

namespace mayfly::service {
namespace {

const Allowance kServer{.limits = {.machines = 10, .usd_per_month = Money::of(50)},
                        .lease = {.otherwise = 8h, .longest = 7 * 24h}};

TEST(Limits, OfTheServerCountUnlessAnAdminSaidOtherwise) {
  EXPECT_EQ(resolve(kServer, {}), kServer);
  const Allowance mine = resolve(kServer, {.machines = "none",
                                           .vcpus = "64",
                                           .usd_per_month = "12.5",
                                           .lease_default = "2h",
                                           .lease_max = "none"});
  EXPECT_EQ(mine.limits.machines, std::nullopt);
  EXPECT_EQ(mine.limits.vcpus, 64);
  EXPECT_EQ(mine.limits.usd_per_month, Money{12'500'000});
  EXPECT_EQ(mine.lease.otherwise, 2h);
  EXPECT_EQ(mine.lease.longest, std::nullopt);
}

TEST(Limits, AreRefusedAllAtOnceWhenTheyAreNone) {
  EXPECT_TRUE(check({.machines = "0", .usd_per_hour = "0.000001", .lease_max = "none"}));
  const auto refused =
      check({.machines = "-1", .vcpus = "2.5", .usd_per_hour = "0.0000001", .lease_default = "8"});
  ASSERT_FALSE(refused);
  std::vector<std::string> fields;
  for (const FieldError& wrong : refused.error().fields) fields.push_back(wrong.field);
  EXPECT_EQ(fields,
            (std::vector<std::string>{"machines", "vcpus", "usd_per_hour", "lease_default"}));
}

TEST(LeasePolicy, GivesARequestWithoutALeaseTheDefaultButNeverMoreThanTheLongest) {
  EXPECT_EQ(lease_of(std::nullopt, {}).value(), std::nullopt);
  EXPECT_EQ(lease_of(std::nullopt, kServer.lease).value(), 8h);
  EXPECT_EQ(lease_of(std::nullopt, {.longest = 2h}).value(), 2h);
  EXPECT_EQ(lease_of(std::nullopt, {.otherwise = 8h, .longest = 2h}).value(), 2h);
  EXPECT_EQ(lease_of(30min, kServer.lease).value(), 30min);
}

TEST(LeasePolicy, RefusesALongerOneByNameAndFigure) {
  EXPECT_EQ(lease_of(7 * 24h, kServer.lease).value(), 7 * 24h);
  const auto refused = lease_of(7 * 24h + 1s, kServer.lease);
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].field, "lease");
  EXPECT_EQ(refused.error().fields[0].message,
            "must be at most 7d, the longest lease you may have");
}

TEST(OverLimit, SaysWhichFiguresBreakIt) {
  const OverLimit broken{.limit = "usd_per_month",
                         .month = "2026-11",
                         .allowed = Figure::of(50),
                         .used = {12'300'000},
                         .held = {30'100'000},
                         .requested = {9'200'000}};
  EXPECT_EQ(describe(broken),
            "dollars per month (2026-11): limit 50, used 12.3, held 30.1, this request 9.2");
  EXPECT_EQ(describe({.limit = "vcpus",
                      .allowed = Figure::of(4),
                      .used = Figure::of(3),
                      .requested = Figure::of(2)}),
            "vCPUs: limit 4, used 3, this request 2");
  EXPECT_EQ(over_limit({broken}).extensions.at("limits"),
            R"([{"limit":"usd_per_month","month":"2026-11","allowed":50,"used":12.3,)"
            R"("held":30.1,"requested":9.2}])");
}

}  // namespace
}  // namespace mayfly::service
