#include "model/offer.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

constexpr Duration kMonth = 730h;

// t3a.small in us-east-1 with 25 GiB.
PriceTerms aws() {
  return {.instance_hour = {18'800},
          .disk_gib_month = {80'000},
          .disk_gib = 25,
          .ipv4_hour = {5'000},
          .minimum_seconds = 60};
}

PriceTerms digitalocean(std::int64_t micros_hour) {
  return {.instance_hour = {micros_hour},
          .minimum_seconds = 60,
          .minimum_charge = {10'000},
          .capped_hours = 672};
}

std::int64_t micros(const PriceTerms& terms, Duration lifetime) {
  return round_half_up(terms.exact_cost(lifetime)).value;
}

TEST(PriceTerms, AnHourIsInstanceDiskAndAddress) {
  // 0.0188 + 25 x 0.08 / 730 + 0.005 = 0.026539726...
  EXPECT_EQ(aws().hourly(), Money{26'540});
  EXPECT_EQ(micros(aws(), 1h), 26'540);
  // Not 730 times the rounded hour, which would be 19.3742.
  EXPECT_EQ(micros(aws(), kMonth), 19'374'000);
}

TEST(PriceTerms, AreBilledForAMinuteAtLeast) {
  EXPECT_EQ(aws().exact_cost(0s), aws().exact_cost(60s));
  EXPECT_EQ(aws().exact_cost(1s), aws().exact_cost(60s));
  EXPECT_EQ(aws().exact_cost(59'999ms), aws().exact_cost(60s));
  EXPECT_LT(aws().exact_cost(60s), aws().exact_cost(61s));
}

TEST(PriceTerms, BillSecondsBegun) {
  EXPECT_EQ(aws().exact_cost(60'001ms), aws().exact_cost(61s));
  EXPECT_EQ(aws().exact_cost(Duration{60'000'001}), aws().exact_cost(61s));
  EXPECT_EQ(aws().exact_cost(Duration{-5}), aws().exact_cost(60s));
}

TEST(PriceTerms, BillOneCentAtLeastWhereTheCloudDoes) {
  const PriceTerms terms = digitalocean(35'710);
  EXPECT_EQ(micros(terms, 1s), 10'000);
  // 0.03571 an hour is a cent after 1008.12 seconds.
  EXPECT_EQ(micros(terms, 1008s), 10'000);
  EXPECT_EQ(terms.exact_cost(1008s), terms.exact_cost(60s));
  EXPECT_GT(terms.exact_cost(1009s), terms.exact_cost(1008s));
}

TEST(PriceTerms, AreCappedIn672HoursOfEach730) {
  const PriceTerms terms = digitalocean(1'000'000);
  EXPECT_EQ(micros(terms, 671h), 671'000'000);
  EXPECT_EQ(micros(terms, 672h), 672'000'000);
  EXPECT_EQ(micros(terms, 672h + 1s), 672'000'000);
  EXPECT_EQ(micros(terms, kMonth), 672'000'000);
  // The second month is billed and capped like the first.
  EXPECT_EQ(micros(terms, kMonth + 1h), 673'000'000);
  EXPECT_EQ(micros(terms, kMonth + 672h), 1'344'000'000);
  EXPECT_EQ(micros(terms, kMonth + 700h), 1'344'000'000);
  EXPECT_EQ(micros(terms, 2 * kMonth), 1'344'000'000);
  EXPECT_EQ(micros(terms, 60 * kMonth), 60 * 672'000'000LL);
}

TEST(PriceTerms, WithoutACapGrowForEver) {
  PriceTerms terms = digitalocean(1'000'000);
  terms.capped_hours = 0;
  EXPECT_EQ(micros(terms, 2 * kMonth), 1'460'000'000);
}

TEST(PriceTerms, StayExactForTheLargestMachineForTenYears) {
  const PriceTerms terms{.instance_hour = Money::of(100'000),
                         .disk_gib_month = Money::of(1'000),
                         .disk_gib = 16'384,
                         .minimum_seconds = 60};
  // (100000 x 730 + 1000 x 16384) x 120 months, for a hundred machines.
  EXPECT_EQ(round_half_up(terms.exact_cost(120 * kMonth) * 100), Money::of(1'072'608'000'000));
}

TEST(PriceTerms, AreRoundedOnceForAllMachines) {
  // 61 s of 0.026539726... an hour: 449.701 micro-dollars; a hundred times the rounded one is
  // 45000.
  EXPECT_EQ(micros(aws(), 61s), 450);
  EXPECT_EQ(round_half_up(aws().exact_cost(61s) * 100).value, 44'970);
}

TEST(PriceTerms, RoundHalfUp) {
  EXPECT_EQ(round_half_up(kExactPerMicro / 2 - 1).value, 0);
  EXPECT_EQ(round_half_up(kExactPerMicro / 2).value, 1);
  EXPECT_EQ(round_half_up(kExactPerMicro).value, 1);
  EXPECT_EQ(round_half_up(kExactPerMicro * 3 / 2).value, 2);
  // Half a micro-dollar an hour: 365 of 730.
  EXPECT_EQ((PriceTerms{.disk_gib_month = {365}, .disk_gib = 1}).hourly().value, 1);
  EXPECT_EQ((PriceTerms{.disk_gib_month = {364}, .disk_gib = 1}).hourly().value, 0);
}

TEST(QuotaClass, IsStandardForTheFamiliesThatShareOneLimit) {
  for (const char* type :
       {"a1.large", "c7i.large", "d3.xlarge", "h1.2xlarge", "i4i.large", "im4gn.large",
        "is4gen.large", "m5.large", "r8g.large", "t3.micro", "z1d.large"}) {
    EXPECT_EQ(quota_class("aws", type), "standard") << type;
  }
}

TEST(QuotaClass, IsItsOwnForOtherFamilies) {
  EXPECT_EQ(quota_class("aws", "g5.xlarge"), "g");
  EXPECT_EQ(quota_class("aws", "gr6.4xlarge"), "g");
  EXPECT_EQ(quota_class("aws", "p4d.24xlarge"), "p");
  EXPECT_EQ(quota_class("aws", "x2gd.large"), "x");
  EXPECT_EQ(quota_class("aws", "u-6tb1.metal"), "u");
  EXPECT_EQ(quota_class("aws", "f2.6xlarge"), "f");
}

TEST(QuotaClass, IsNotFooledByTheFirstLetter) {
  EXPECT_EQ(quota_class("aws", "inf2.xlarge"), "inf");
  EXPECT_EQ(quota_class("aws", "trn1.2xlarge"), "trn");
  EXPECT_EQ(quota_class("aws", "dl2q.24xlarge"), "dl");
  EXPECT_EQ(quota_class("aws", "hpc7a.96xlarge"), "hpc");
  EXPECT_EQ(quota_class("aws", "mac2.metal"), "mac");
}

TEST(QuotaClass, IsOneForAllDroplets) {
  EXPECT_EQ(quota_class("digitalocean", "s-1vcpu-1gb"),
            quota_class("digitalocean", "g-8vcpu-32gb"));
}

TEST(Exclusion, CoversWhatItsMembersNameAndAllElse) {
  const Offer offer{.cloud = "aws", .region = "us-east-1", .instance_type = "t3.micro"};
  EXPECT_TRUE((Exclusion{}).covers(offer));
  EXPECT_TRUE((Exclusion{.cloud = "aws"}).covers(offer));
  EXPECT_TRUE((Exclusion{.region = "us-east-1", .quota = "standard"}).covers(offer));
  EXPECT_TRUE((Exclusion{.instance_type = "t3.micro"}).covers(offer));
  EXPECT_FALSE((Exclusion{.cloud = "digitalocean"}).covers(offer));
  EXPECT_FALSE((Exclusion{.cloud = "aws", .region = "us-east-2"}).covers(offer));
  EXPECT_FALSE((Exclusion{.region = "us-east-1", .quota = "g"}).covers(offer));
}

}  // namespace
}  // namespace mayfly
