#include "pricing/emr.h"

#include <gtest/gtest.h>

#include "model/clouds.h"
#include "pricing/catalog.h"
#include "pricing/price_list.h"
#include "pricing/snapshot.h"

namespace mayfly::pricing {
namespace {

const Catalog& snapshot() {
  return *Catalog::embedded();
}

Money surcharge_of(const char* region, const char* type) {
  const ListedType* node = snapshot().find(kEmr, region, type);
  return node ? node->surcharge_hour : Money{};
}

// (0.192 + 0.048 + 40 x 0.08 / 730 + 0.005) x 3 nodes x 2 h = 1.49630136...
TEST(ClusterOffer, CostsItsNodesWithSurchargeDisksAndAddressesToTheMicroDollar) {
  const std::optional<Offer> offer = snapshot().cluster_offer("us-east-1", "m5.xlarge", 25, 3);
  ASSERT_TRUE(offer);
  EXPECT_EQ(round_half_up(offer->price.exact_cost(2h)), Money{1'496'301});
  EXPECT_EQ(offer->price.hourly(), Money{748'151});
  EXPECT_EQ(round_half_up(offer->price.exact_cost(1s)), Money{12'469});  // a minute
}

TEST(ClusterOffer, SaysWhatOneNodeIsAndWhatAllCost) {
  const std::optional<Offer> offer = snapshot().cluster_offer("us-east-1", "m5.xlarge", 25, 3);
  ASSERT_TRUE(offer);
  const Offer wanted{.cloud = "emr",
                     .region = "us-east-1",
                     .instance_type = "m5.xlarge",
                     .vcpus = 4,
                     .memory_gib = Gib::of(16),
                     .disk_gib = 25,
                     .arch = Arch::x86_64,
                     .price = {.instance_hour = {3 * 240'000},
                               .disk_gib_month = {80'000},
                               .disk_gib = 3 * (25 + kClusterRootGib),
                               .ipv4_hour = {3 * 5'000},
                               .minimum_seconds = 60},
                     .nodes = 3,
                     .surcharge_hour = {48'000}};
  EXPECT_EQ(*offer, wanted);
}

TEST(ClusterOffer, IsOnlyOfTypesThatSomeReleaseTakesWhereTheDiskPriceIsKnown) {
  EXPECT_TRUE(snapshot().cluster_offer("eu-west-1", "m1.medium", 25, 1));  // emr-5 took it
  EXPECT_FALSE(snapshot().cluster_offer("us-east-1", "t3.xlarge", 25, 1));
  EXPECT_FALSE(snapshot().cluster_offer("us-east-1", "m5.large", 25, 1));
  EXPECT_FALSE(snapshot().cluster_offer("us-east-1", "m5.colossal", 25, 1));
  EXPECT_FALSE(snapshot().cluster_offer("nyc1", "m5.xlarge", 25, 1));
  EXPECT_FALSE(snapshot().cluster_offer("mx-central-1", "m7g.xlarge", 25, 1));
}

TEST(EmrSurcharge, IsTheListedOne) {
  EXPECT_EQ(surcharge_of("us-east-1", "m5.xlarge"), Money{48'000});
  EXPECT_EQ(surcharge_of("us-east-1", "r5.xlarge"), Money{63'000});
  EXPECT_EQ(surcharge_of("us-east-1", "c5.xlarge"), Money{43'000});  // not 0.0425
  EXPECT_EQ(surcharge_of("ca-central-1", "c5.xlarge"), Money{42'500});
  EXPECT_EQ(surcharge_of("us-east-1", "m4.large"), Money{30'000});  // 30 %
  EXPECT_EQ(surcharge_of("us-east-1", "m5.24xlarge"), Money{270'000});
  EXPECT_EQ(surcharge_of("us-east-1", "x2iedn.32xlarge"), Money{6'669'000});  // not capped
  EXPECT_EQ(surcharge_of("eu-west-1", "m5.xlarge"), Money{48'000});           // not 25 % of 0.214
}

TEST(EmrSurcharge, IsTheSameEverywhereButInGovCloud) {
  EXPECT_EQ(surcharge_of("eu-north-1", "m5.xlarge"), Money{48'000});   // not listed there
  EXPECT_EQ(surcharge_of("ap-south-1", "c6a.xlarge"), Money{38'250});  // of 0.153 in us-east-1
  EXPECT_EQ(surcharge_of("us-east-1", "c6a.xlarge"), Money{38'250});
  EXPECT_GT(surcharge_of("us-gov-west-1", "m5.xlarge"), Money{48'000});
}

TEST(EmrSurcharge, IsAQuarterOfThePriceWhereNoneIsListed) {
  EXPECT_EQ(surcharge_of("us-east-1", "m6i.xlarge"), Money{48'000});    // of 0.192
  EXPECT_EQ(emr_surcharge_by_rule("m6i.xlarge", Money{10}), Money{3});  // half up
  EXPECT_EQ(emr_surcharge_by_rule("m6i.xlarge", Money{9}), Money{2});
}

TEST(EmrSurcharge, IsThreeTenthsForM4) {
  EXPECT_EQ(emr_surcharge_by_rule("m4.large", Money{100'000}), Money{30'000});
  EXPECT_EQ(emr_surcharge_by_rule("m4.16xlarge", Money::of(3)), Money{270'000});
}

TEST(EmrSurcharge, IsCappedForTheFifthGenerationAndOlder) {
  for (const char* type : {"m5.24xlarge", "c5a.24xlarge", "r5dn.24xlarge", "m5zn.12xlarge",
                           "m4.16xlarge", "i3en.24xlarge", "d3.8xlarge", "g4dn.16xlarge",
                           "p3.16xlarge", "x1e.32xlarge", "z1d.12xlarge", "h1.16xlarge"}) {
    EXPECT_EQ(emr_surcharge_by_rule(type, Money::of(4)), Money{270'000}) << type;
  }
  for (const char* type : {"m6i.32xlarge", "c7gn.16xlarge", "r8g.48xlarge", "m7i-flex.8xlarge",
                           "x2iedn.16xlarge", "i4i.32xlarge", "im4gn.16xlarge", "is4gen.8xlarge",
                           "g5.48xlarge", "gr6.8xlarge", "p5.48xlarge", "f2.48xlarge"}) {
    EXPECT_EQ(emr_surcharge_by_rule(type, Money::of(4)), Money::of(1)) << type;
  }
}

TEST(EmrReleases, AreKnownByTheLastOfTheirGeneration) {
  EXPECT_EQ(release_bit({5, 30, 0}), release_bit({5, 36, 2}));
  EXPECT_EQ(release_bit({6, 0, 0}), release_bit({6, 15, 0}));
  EXPECT_EQ(release_bit({7, 0, 0}), release_bit({7, 13, 0}));
  EXPECT_EQ(release_bit({8, 0, 0}), release_bit({7, 13, 0}));
  const auto takes = [](const char* region, const char* type, ReleaseNumber release) {
    return (snapshot().find(kEmr, region, type)->releases & release_bit(release)) != 0;
  };
  EXPECT_TRUE(takes("us-east-1", "c3.xlarge", {5, 36, 2}));
  EXPECT_FALSE(takes("us-east-1", "c3.xlarge", {6, 15, 0}));
  EXPECT_TRUE(takes("us-east-1", "c3.xlarge", {7, 13, 0}));
  EXPECT_FALSE(takes("us-east-1", "g6.xlarge", {6, 15, 0}));
  EXPECT_TRUE(takes("us-east-1", "g6.xlarge", {7, 1, 0}));
}

TEST(EmrReleases, NeverTakeTTypes) {
  int nodes = 0;
  for (const ListedType& node : cluster_nodes(*read_price_list(snapshot_files())).types) {
    ++nodes;
    EXPECT_EQ(node.cloud, kEmr);
    if (node.burstable) EXPECT_EQ(node.releases, 0) << node.instance_type;
    EXPECT_GT(node.surcharge_hour, Money{});
  }
  EXPECT_EQ(nodes, 15'859);  // every machine of AWS
}

}  // namespace
}  // namespace mayfly::pricing
