#include "pricing/ranking.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pricing/index.h"

namespace mayfly::pricing {
namespace {

using testing::ElementsAre;

const Reach kBoth{.clouds = {"aws", "digitalocean"}};

Request size(int vcpus, std::int64_t memory_gib) {
  Request request;
  request.vcpus = vcpus;
  request.memory_gib = Gib::of(memory_gib);
  return request;
}

// In the east of the United States, where both clouds sell.
Request eastern(int vcpus, std::int64_t memory_gib) {
  Request request = size(vcpus, memory_gib);
  request.regions = {"us-east-1", "nyc*"};
  return request;
}

RankedOffer best(const Request& request, const Reach& reach = kBoth) {
  const std::vector<RankedOffer> offers = cheapest(*Catalog::embedded(), request, reach, 1);
  EXPECT_EQ(offers.size(), 1);
  return offers.empty() ? RankedOffer{} : offers.front();
}

std::string named(const RankedOffer& ranked) {
  return fmt::format("{} {} {}", ranked.offer.cloud, ranked.offer.instance_type,
                     to_string(ranked.hourly));
}

std::vector<std::string> reasons(const Request& request, const Reach& reach = kBoth) {
  std::vector<std::string> all;
  for (const Rejection& rejection : rank(*Catalog::embedded(), request, reach, 1).rejected) {
    all.push_back(rejection.reason);
  }
  return all;
}

// A catalog of our own: region, type, vcpus, memory, price on AWS; the like on DigitalOcean.
std::shared_ptr<const Catalog> catalog_of(const std::string& rows) {
  auto catalog = Catalog::from_csv(
      "cloud,region,instance_type,vcpus,memory_gib,arch,gpu_count,included_disk_gib,price_usd_"
      "hour\n" +
          rows,
      "region,usd_gb_month\ncheap-disk-1,0.073\ndear-disk-1,0.73\n", "2000-01-01");
  EXPECT_TRUE(catalog) << catalog.error().message;
  return *catalog;
}

std::vector<std::string> order(const Catalog& catalog, const Request& request,
                               const Reach& reach = kBoth) {
  std::vector<std::string> types;
  for (const RankedOffer& ranked : cheapest(catalog, request, reach, 100)) {
    types.push_back(ranked.offer.instance_type);
  }
  return types;
}

TEST(Ranking, ComparesWholeMachinesAndBothCloudsWinSomewhere) {
  EXPECT_EQ(named(best(eastern(1, 1))), "digitalocean s-1vcpu-1gb 0.00893");
  EXPECT_EQ(named(best(eastern(2, 2))), "aws t3a.small 0.02654");
  EXPECT_EQ(named(best(eastern(2, 4))), "digitalocean s-2vcpu-4gb 0.03571");
  EXPECT_EQ(named(best(eastern(4, 8))), "digitalocean s-4vcpu-8gb 0.07143");
  EXPECT_EQ(named(best(eastern(8, 16))), "digitalocean s-8vcpu-16gb 0.14286");
  EXPECT_EQ(named(best(eastern(16, 64))), "aws m5a.4xlarge 0.69574");
}

TEST(Ranking, PricesAnHourWithoutALease) {
  const RankedOffer offer = best(eastern(2, 2));
  EXPECT_EQ(offer.cost, offer.hourly);
  const Ranking ranking = rank(*Catalog::embedded(), eastern(2, 2), kBoth, 20);
  EXPECT_EQ(ranking.billed_seconds, 3'600);
  EXPECT_EQ(ranking.snapshot, "2026-11-21");
  EXPECT_EQ(ranking.offers.size(), 20);
  EXPECT_GT(ranking.satisfying, 20);
}

TEST(Ranking, PricesAllMachinesOverTheLease) {
  Request request = eastern(2, 4);
  request.count = 3;
  request.lease = 2h;
  EXPECT_EQ(to_string(best(request).cost), "0.21426");
  EXPECT_EQ(to_string(best(request).hourly), "0.03571");
  request.lease = 10s;
  EXPECT_EQ(rank(*Catalog::embedded(), request, kBoth, 1).billed_seconds, 60);
}

TEST(Ranking, LetsTheLeaseDecide) {
  // For a minute one pays a whole cent on DigitalOcean, and a minute on AWS.
  Request request = eastern(2, 4);
  request.lease = 1min;
  EXPECT_EQ(best(request).offer.cloud, "aws");
  request.lease = 1h;
  EXPECT_EQ(best(request).offer.cloud, "digitalocean");
}

TEST(Ranking, LetsTheDiskDecide) {
  const auto catalog = catalog_of(
      "aws,cheap-disk-1,a.large,2,4,x86_64,0,0,0.11\n"
      "aws,dear-disk-1,b.large,2,4,x86_64,0,0,0.1\n");
  Request request = size(2, 4);
  request.disk_gib = 1;
  EXPECT_THAT(order(*catalog, request), ElementsAre("b.large", "a.large"));
  request.disk_gib = 25;
  EXPECT_THAT(order(*catalog, request), ElementsAre("a.large", "b.large"));
}

TEST(Ranking, BreaksTiesByListPriceThenByName) {
  const auto catalog = catalog_of(
      "digitalocean,b1,s-3,1,1,x86_64,0,25,0.03\n"
      "digitalocean,b1,s-2,1,1,x86_64,0,25,0.02\n"
      "digitalocean,b1,s-22,1,1,x86_64,0,25,0.02\n"
      "digitalocean,a1,s-2z,1,1,x86_64,0,25,0.02\n");
  Request request = size(1, 1);
  request.lease = 1min;  // a cent for each
  EXPECT_THAT(order(*catalog, request), ElementsAre("s-2z", "s-2", "s-22", "s-3"));
}

TEST(Ranking, CapsDropletsButNotTheirGpus) {
  const auto catalog = catalog_of(
      "digitalocean,a1,gpu-1,1,1,x86_64,1,25,1\n"
      "digitalocean,a1,s-1,1,1,x86_64,0,25,1\n");
  Request request = size(1, 1);
  request.lease = 730h;
  request.instance_type = "gpu-1";
  EXPECT_EQ(cheapest(*catalog, request, kBoth, 1).front().cost, Money::of(730));
  request.instance_type = "s-1";
  EXPECT_EQ(cheapest(*catalog, request, kBoth, 1).front().cost, Money::of(672));
}

TEST(Ranking, WantsAsMuchDiskAsAskedAndGivesWhatComesWithTheSize) {
  Request request = size(1, 1);
  request.regions = {"nyc1"};
  EXPECT_EQ(best(request).offer.disk_gib, 25);
  request.disk_gib = 26;
  EXPECT_EQ(named(best(request)), "digitalocean s-1vcpu-1gb-35gb-intel 0.0119");
  EXPECT_EQ(best(request).offer.disk_gib, 35);
}

TEST(Ranking, OffersNothingWhereTheDiskPriceIsUnknown) {
  Request request = size(2, 4);
  request.regions = {"mx-central-1"};
  EXPECT_TRUE(cheapest(*Catalog::embedded(), request, kBoth, 1).empty());
  const Ranking ranking = rank(*Catalog::embedded(), request, kBoth, 1);
  ASSERT_EQ(ranking.rejected.size(), 2);
  EXPECT_EQ(ranking.rejected[1].reason,
            "regions: nothing is offered where the disk price is unknown");
  EXPECT_EQ(ranking.rejected[1].offers, 228);
  EXPECT_FALSE(ranking.rejected[1].example);
}

TEST(Ranking, GivesOtherArchitecturesOnlyWhenAsked) {
  Request request = size(16, 32);
  request.regions = {"us-east-1"};
  EXPECT_EQ(best(request).offer.arch, Arch::x86_64);
  request.arch = Arch::any;
  EXPECT_EQ(best(request).offer.arch, Arch::arm64);
  request.arch = Arch::arm64;
  EXPECT_EQ(best(request).offer.arch, Arch::arm64);
  request.regions = {"nyc*"};  // x86_64 only
  EXPECT_TRUE(cheapest(*Catalog::embedded(), request, kBoth, 1).empty());
}

TEST(Ranking, SaysWhatIsBurstableAndLeavesItOutWhenAsked) {
  Request request = eastern(2, 4);
  EXPECT_TRUE(best(request).offer.burstable);
  request.burstable = false;
  EXPECT_FALSE(best(request).offer.burstable);
  EXPECT_EQ(named(best(request)), "digitalocean c-2 0.0625");
}

TEST(Ranking, OffersGpusAndMetalOnlyByName) {
  Request request = size(8, 16);
  request.regions = {"us-east-1"};
  for (const RankedOffer& ranked : cheapest(*Catalog::embedded(), request, kBoth, 5'000)) {
    EXPECT_FALSE(ranked.offer.instance_type.starts_with("g"));
    EXPECT_FALSE(ranked.offer.instance_type.contains("metal"));
  }
  Request named_type;
  named_type.instance_type = "g5.xlarge";  // without a size
  EXPECT_EQ(best(named_type).offer.instance_type, "g5.xlarge");
  named_type.vcpus = 5;  // has 4
  EXPECT_TRUE(cheapest(*Catalog::embedded(), named_type, kBoth, 1).empty());
}

TEST(Ranking, LeavesOutGovernmentRegionsUnlessNamed) {
  Request request = size(2, 4);
  request.clouds = {"aws"};
  for (const RankedOffer& ranked : cheapest(*Catalog::embedded(), request, kBoth, 20'000)) {
    EXPECT_FALSE(ranked.offer.region.starts_with("us-gov-"));
  }
  request.regions = {"us-gov-*"};
  EXPECT_TRUE(best(request).offer.region.starts_with("us-gov-"));
}

TEST(Ranking, TakesTheRequestsRegionsOrElseTheDefaultOnes) {
  Reach reach = kBoth;
  reach.default_regions = {"fra1", "aws:eu-central-*"};
  EXPECT_EQ(best(size(2, 4), reach).offer.region, "fra1");
  Request request = size(2, 4);
  request.regions = {"aws:*"};
  EXPECT_EQ(best(request, reach).offer.cloud, "aws");
  reach.enabled_regions["aws"] = {"eu-west-1"};
  EXPECT_EQ(best(request, reach).offer.region, "eu-west-1");
}

TEST(Ranking, ComparesTheRoundedPriceOfOneMachineWithTheLimit) {
  Request request = eastern(2, 2);
  request.count = 10;
  request.max_price_usd_hour = Money{26'540};  // 0.0265397...
  EXPECT_EQ(named(best(request)), "aws t3a.small 0.02654");
  request.max_price_usd_hour = Money{26'539};
  EXPECT_TRUE(cheapest(*Catalog::embedded(), request, kBoth, 1).empty());
}

TEST(Ranking, KeepsToTheCloudsThatCount) {
  Request request = eastern(2, 4);
  EXPECT_EQ(best(request, {.clouds = {"aws"}}).offer.cloud, "aws");
  EXPECT_TRUE(cheapest(*Catalog::embedded(), request, Reach{}, 1).empty());
  request.clouds = {"aws"};
  EXPECT_EQ(best(request).offer.cloud, "aws");
  request.clouds.reset();
  request.image = "amazon-linux-2023";
  EXPECT_EQ(best(request).offer.cloud, "aws");
  request.image = "fedora-41-x64";
  EXPECT_EQ(best(request).offer.cloud, "digitalocean");
}

TEST(Ranking, DoesNotOfferAgainWhatFailed) {
  Reach reach = kBoth;
  reach.exclusions = {
      {.cloud = "digitalocean", .instance_type = "s-2vcpu-4gb", .reason = "was sold out"}};
  EXPECT_EQ(named(best(eastern(2, 4), reach)), "digitalocean s-2vcpu-4gb-amd 0.04167");
  reach.exclusions.push_back(
      {.cloud = "digitalocean", .quota = "machines", .reason = "droplet limit"});
  EXPECT_EQ(best(eastern(2, 4), reach).offer.instance_type, "t3a.medium");
  reach.exclusions.push_back(
      {.cloud = "aws", .region = "us-east-1", .quota = "standard", .reason = "vCPU limit"});
  EXPECT_EQ(best(eastern(2, 4), reach).offer.instance_type.substr(0, 1), "x");
}

TEST(ClosestMatch, PrefersEqualThenSimilarThenTheLeastExcess) {
  const auto catalog = catalog_of(
      "aws,cheap-disk-1,cheap.large,4,32,x86_64,0,0,0.1\n"
      "aws,cheap-disk-1,less.large,9,36,x86_64,0,0,0.7\n"
      "aws,cheap-disk-1,more.large,12,48,x86_64,0,0,0.3\n"
      "aws,cheap-disk-1,same.large,10,40,x86_64,0,0,0.9\n"
      "aws,cheap-disk-1,wide.large,64,40,x86_64,0,0,0.2\n");
  Request request = size(10, 40);
  request.match = Match::closest;
  Reach reach = kBoth;
  const auto next = [&] {
    const std::string type = order(*catalog, request, reach).at(0);
    reach.exclusions.push_back({.instance_type = type});
    return type;
  };
  EXPECT_EQ(next(), "same.large");
  EXPECT_EQ(next(), "more.large");  // similar, and cheaper than less.large
  EXPECT_EQ(next(), "less.large");
  EXPECT_EQ(next(), "wide.large");
  EXPECT_TRUE(order(*catalog, request, reach).empty());  // 4 of 10 vCPUs is not close
}

TEST(ClosestMatch, GivesOneOfEachCloudTheCheaperFirst) {
  Request request = eastern(2, 4);
  request.match = Match::closest;
  const Ranking ranking = rank(*Catalog::embedded(), request, kBoth, 20);
  ASSERT_EQ(ranking.offers.size(), 2);
  EXPECT_EQ(ranking.satisfying, 2);
  EXPECT_EQ(named(ranking.offers[0]), "digitalocean s-2vcpu-4gb 0.03571");
  EXPECT_EQ(named(ranking.offers[1]), "aws t3a.medium 0.04534");
  EXPECT_EQ(ranking.rejected.back().reason,
            "match: another of the cloud is closer or, as close, cheaper");
  EXPECT_EQ(rank(*Catalog::embedded(), request, kBoth, 1).satisfying, 2);
}

TEST(ExactMatch, WantsTheSizeItself) {
  Request request = eastern(2, 3);
  request.match = Match::exact;
  EXPECT_TRUE(cheapest(*Catalog::embedded(), request, kBoth, 1).empty());
  request.memory_gib = Gib::of(4);
  EXPECT_EQ(named(best(request)), "digitalocean s-2vcpu-4gb 0.03571");
}

TEST(Rejections, AreGroupedByTheFirstConstraintWithTheCheapestExample) {
  const auto catalog = catalog_of(
      "aws,cheap-disk-1,a.large,1,4,x86_64,0,0,0.2\n"
      "aws,cheap-disk-1,b.large,1,4,x86_64,0,0,0.1\n"
      "aws,cheap-disk-1,c.large,2,1,x86_64,0,0,0.3\n"
      "aws,cheap-disk-1,d.large,2,2,x86_64,0,0,0.3\n"
      "aws,cheap-disk-1,e.large,2,4,arm64,0,0,0.1\n"
      "aws,cheap-disk-1,g.large,2,4,x86_64,1,0,0.1\n"
      "aws,cheap-disk-1,t3.large,2,4,x86_64,0,0,0.1\n"
      "aws,cheap-disk-1,x.large,2,4,x86_64,0,0,9\n"
      "digitalocean,nyc1,s-2,2,4,x86_64,0,25,0.1\n");
  Request request = size(2, 4);
  request.burstable = false;
  request.max_price_usd_hour = Money::of(1);
  const Ranking ranking = rank(*catalog, request, {.clouds = {"aws"}}, 1);
  std::vector<std::string> lines;
  for (const Rejection& rejection : ranking.rejected) {
    lines.push_back(fmt::format("{} {} {}", rejection.offers,
                                rejection.example->offer.instance_type, rejection.reason));
  }
  EXPECT_THAT(
      lines,
      ElementsAre(
          "1 s-2 key: none for DigitalOcean",
          "1 g.large instance_type: GPUs, bare metal, special and bygone families only by name",
          "1 e.large arch: is not x86_64", "1 t3.large burstable: is, and that is excluded",
          "2 b.large vcpus: has 1, needs at least 2", "2 c.large memory_gib: needs at least 4",
          "1 x.large max_price_usd_hour: costs more than 1"));
  EXPECT_EQ(ranking.satisfying, 0);
}

TEST(Rejections, SayWhichWishRuledOutAPlace) {
  Request request = eastern(2, 4);
  EXPECT_EQ(reasons(request)[0], "regions: not among those asked for");
  EXPECT_EQ(reasons(size(2, 4))[0], "regions: us-gov-* only when named");
  Reach reach = kBoth;
  reach.default_regions = {"fra1"};
  EXPECT_EQ(reasons(size(2, 4), reach)[0], "regions: not among the default regions");
  reach.enabled_regions["digitalocean"] = {};
  EXPECT_EQ(reasons(size(2, 4), reach)[1], "regions: not enabled for the account");
  request.clouds = {"aws"};
  EXPECT_EQ(reasons(request)[0], "clouds: not among those asked for");
  request.clouds.reset();
  request.image = "ami-1";
  EXPECT_EQ(reasons(request)[0], "image: ami-1 is not for this cloud");
  request.instance_type = "t3.micro";
  EXPECT_EQ(reasons(request)[2], "instance_type: is not t3.micro");
}

TEST(Rejections, RepeatWhyAnOfferIsExcluded) {
  Reach reach = kBoth;
  reach.exclusions = {{.cloud = "digitalocean", .reason = "droplet limit reached"}};
  EXPECT_EQ(reasons(eastern(2, 4), reach).back(), "excluded: droplet limit reached");
}

TEST(RegionPatterns, AreNamesOrGlobsForOneCloudOrAll) {
  EXPECT_TRUE(matches_region("eu-west-1", "aws", "eu-west-1"));
  EXPECT_FALSE(matches_region("eu-west", "aws", "eu-west-1"));
  EXPECT_TRUE(matches_region("eu-*", "aws", "eu-west-1"));
  EXPECT_TRUE(matches_region("nyc?", "digitalocean", "nyc3"));
  EXPECT_FALSE(matches_region("nyc?", "digitalocean", "nyc"));
  EXPECT_TRUE(matches_region("*", "aws", "eu-west-1"));
  EXPECT_TRUE(matches_region("*-*-*1", "aws", "eu-west-1"));
  EXPECT_TRUE(matches_region("*west*", "aws", "us-west-2"));
  EXPECT_FALSE(matches_region("*-2*-1", "aws", "us-west-2"));
  EXPECT_TRUE(matches_region("aws:eu-*", "aws", "eu-west-1"));
  EXPECT_FALSE(matches_region("aws:*", "digitalocean", "nyc1"));
  EXPECT_FALSE(matches_region("", "aws", "eu-west-1"));
  EXPECT_FALSE(matches_region("EU-*", "aws", "eu-west-1"));
}

}  // namespace
}  // namespace mayfly::pricing
