// What a cluster is given: the rules of docs/pricing.md, "Clusters".
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/print.h"
#include "model/clouds.h"
#include "pricing/index.h"
#include "pricing/ranking.h"

namespace mayfly::pricing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Reach kEmrReach{.clouds = {"emr"}};

Request cluster(int nodes, std::vector<std::string> regions = {"us-east-1"}) {
  Request request{.kind = Kind::cluster};
  request.nodes = nodes;
  request.regions = std::move(regions);
  return request;
}

RankedOffer best_cluster(const Request& request, const Reach& reach = kEmrReach) {
  const std::vector<RankedOffer> offers = cheapest(*Catalog::embedded(), request, reach, 1);
  EXPECT_EQ(offers.size(), 1);
  return offers.empty() ? RankedOffer{} : offers.front();
}

std::string best_node(const Request& request, const Reach& reach = kEmrReach) {
  const RankedOffer best = best_cluster(request, reach);
  return fmt::format("{} {}", best.offer.region, best.offer.instance_type);
}

std::vector<RankedOffer> all_clusters(const Request& request) {
  return cheapest(*Catalog::embedded(), request, kEmrReach, 100'000);
}

bool is_satisfiable(const Request& request, const Reach& reach = kEmrReach) {
  return !cheapest(*Catalog::embedded(), request, reach, 1).empty();
}

std::vector<std::string> cluster_reasons(const Request& request, const Reach& reach = kEmrReach) {
  std::vector<std::string> all;
  for (const Rejection& rejection : rank(*Catalog::embedded(), request, reach, 1).rejected)
    all.push_back(rejection.reason);
  return all;
}

std::vector<std::string> cluster_advice(const Request& request) {
  std::vector<std::string> lines;
  for (const Relaxation& change : relax(*Catalog::embedded(), request, kEmrReach)) {
    lines.push_back(
        fmt::format("{} {} {}", change.field, json::print(change.value), to_string(change.cost)));
  }
  return lines;
}

// (0.192 + 0.048 + 40 x 0.08 / 730 + 0.005) x 3 = 0.74815068... an hour, twice that for two.
TEST(ClusterRanking, PricesTheWholeClusterToTheMicroDollar) {
  Request request = cluster(3);
  request.instance_type = "m5.xlarge";
  request.lease = 2h;
  const RankedOffer best = best_cluster(request);
  EXPECT_EQ(best.hourly, Money{748'151});
  EXPECT_EQ(best.cost, Money{1'496'301});
  EXPECT_EQ(best.offer, Catalog::embedded()->cluster_offer("us-east-1", "m5.xlarge", 25, 3));
}

// 100 GiB for data and 15 for the system; a minute at least.
TEST(ClusterRanking, CountsTheDiskForDataThatIsAskedForAndTheSystemDiskOnTop) {
  Request request = cluster(1);
  request.instance_type = "m5.xlarge";
  request.disk_gib = 100;
  request.lease = 10s;
  const RankedOffer best = best_cluster(request);
  EXPECT_EQ(best.hourly, Money{257'603});  // 0.245 + 115 x 0.08 / 730 = 0.25760273...
  EXPECT_EQ(best.cost, Money{4'293});      // / 60
}

TEST(ClusterRanking, TakesTheCheapestOfAllWhenNoSizeIsAsked) {
  EXPECT_EQ(best_node(cluster(3)), "us-east-1 c4.large");
  Request request = cluster(3);
  request.memory_gib = Gib::of(8);
  EXPECT_EQ(best_node(request), "us-east-1 m4.large");
  request.vcpus = 4;
  request.memory_gib = Gib::of(16);
  EXPECT_EQ(best_node(request), "us-east-1 m5a.xlarge");
  request.arch = Arch::any;
  EXPECT_EQ(best_node(request), "us-east-1 m6g.xlarge");
}

TEST(ClusterRanking, NeverOffersTTypesNorWhatTheReleaseDoesNotTake) {
  const Index& index = Catalog::embedded()->index(Kind::cluster);
  for (const char* release : {"emr-5.36.2", "emr-6.15.0", "emr-7.13.0"}) {
    Request request = cluster(1, {"*"});
    request.arch = Arch::any;
    request.release = release;
    const std::vector<RankedOffer> offers = all_clusters(request);
    EXPECT_GT(offers.size(), 5'000) << release;
    const Releases asked = release_bit(*parse_release(release));
    for (const RankedOffer& ranked : offers) {
      ASSERT_FALSE(ranked.offer.burstable) << ranked.offer.instance_type;
      ASSERT_FALSE(ranked.offer.instance_type.starts_with("t")) << ranked.offer.instance_type;
      const ListedType* node =
          Catalog::embedded()->find(kEmr, ranked.offer.region, ranked.offer.instance_type);
      ASSERT_TRUE(node->releases & asked) << release << ' ' << node->instance_type;
    }
  }
  EXPECT_TRUE(index.find_type("t3.micro"));  // it is there, to say why it lost
}

TEST(ClusterRanking, TakesTypesByTheReleaseAskedFor) {
  Request request = cluster(1);
  request.instance_type = "c3.xlarge";
  EXPECT_FALSE(is_satisfiable(request));
  request.release = "emr-5.36.0";
  EXPECT_TRUE(is_satisfiable(request));
  request.release = "emr-6.1.0";
  EXPECT_FALSE(is_satisfiable(request));
}

TEST(ClusterRanking, NamesAwsInRequestsAndTheDriverInTheReach) {
  Request request = cluster(1, {"aws:us-east-1"});
  request.clouds = {"aws"};
  EXPECT_EQ(best_node(request), "us-east-1 c4.large");
  EXPECT_EQ(best_cluster(request).offer.cloud, "emr");
  EXPECT_FALSE(is_satisfiable(request, {.clouds = {"aws", "digitalocean"}}));
  request.clouds = {"digitalocean"};
  EXPECT_FALSE(is_satisfiable(request));
}

TEST(ClusterRanking, IsLimitedByTheRegionsAndExclusionsOfTheDriver) {
  Reach reach = kEmrReach;
  reach.enabled_regions = {{"aws", {}}, {"emr", {"eu-west-1"}}};
  EXPECT_EQ(best_node(cluster(1, {"*"}), reach), "eu-west-1 c4.large");
  reach = kEmrReach;
  reach.exclusions = {{.cloud = "aws", .reason = "of machines"},
                      {.cloud = "emr", .instance_type = "c4.large", .reason = "no capacity"}};
  EXPECT_EQ(best_node(cluster(1), reach), "us-east-1 m4.large");
  reach.exclusions = {{.cloud = "emr", .quota = "standard", .reason = "vCPU limit"}};
  EXPECT_EQ(quota_class("emr", best_cluster(cluster(1), reach).offer.instance_type), "x");
}

TEST(ClusterRanking, ComparesTheLimitWithThePriceOfOneNode) {
  Request request = cluster(10);
  request.instance_type = "m5.xlarge";
  request.max_price_usd_hour = Money{249'384};  // 0.245 + 40 x 0.08 / 730 = 0.24938356...
  EXPECT_TRUE(is_satisfiable(request));
  request.max_price_usd_hour = Money{249'383};
  EXPECT_FALSE(is_satisfiable(request));
}

TEST(ClusterRanking, MatchesShapesAsForMachines) {
  Request request = cluster(2);
  request.vcpus = 4;
  request.memory_gib = Gib::of(30);
  request.match = Match::exact;
  EXPECT_FALSE(is_satisfiable(request));
  request.match = Match::closest;
  EXPECT_EQ(all_clusters(request).size(), 1);
  EXPECT_EQ(best_node(request), "us-east-1 r5a.xlarge");  // 32 is within 1.2 times 30
}

TEST(ClusterRanking, SaysWhyOthersLost) {
  Request request = cluster(2);
  request.vcpus = 4;
  request.max_price_usd_hour = Money{150'000};
  EXPECT_THAT(
      cluster_reasons(request),
      ElementsAre("release: Amazon EMR 6.15.0 does not take this type",
                  "regions: not among those asked for",
                  "instance_type: GPUs, bare metal, special and bygone families only by name",
                  "arch: is not x86_64", "vcpus: has 2, needs at least 4",
                  "max_price_usd_hour: a node costs more than 0.15"));
  EXPECT_THAT(cluster_reasons(request, Reach{})[1], HasSubstr("key: none for AWS"));
}

TEST(ClusterRanking, ShowsNodesAsExamplesOfWhatLost) {
  for (const Rejection& rejection : rank(*Catalog::embedded(), cluster(3), kEmrReach, 1).rejected) {
    ASSERT_TRUE(rejection.example);
    EXPECT_EQ(rejection.example->offer.nodes, 3);
    if (!rejection.reason.starts_with("release"))
      EXPECT_FALSE(rejection.example->offer.burstable) << rejection.reason;
  }
}

TEST(ClusterRelax, NamesTheLeastChangesThatHelp) {
  Request request = cluster(2);
  request.max_price_usd_hour = Money{100'000};
  EXPECT_THAT(cluster_advice(request), ElementsAre("max_price_usd_hour 0.135384 0.270767"));
  EXPECT_THAT(cluster_advice(cluster(2, {"nyc*"})),
              ElementsAre(R"(regions ["us-east-1"] 0.270767)"));
}

TEST(ClusterRelax, StandsInForATypeThatEmrDoesNotTake) {
  Request request = cluster(2);
  request.instance_type = "t3.xlarge";
  EXPECT_THAT(cluster_advice(request), ElementsAre(R"(instance_type "m5a.xlarge" 0.448767)"));
  request.instance_type = "c3.xlarge";
  EXPECT_THAT(cluster_advice(request), ElementsAre(R"(instance_type "c6a.xlarge" 0.401267)",
                                                   R"(release "emr-7.13.0" 0.544767)"));
  request.applications = {"Spark", "Ganglia"};  // which emr-7 does not have
  EXPECT_THAT(cluster_advice(request), ElementsAre(R"(instance_type "c6a.xlarge" 0.401267)",
                                                   R"(release "emr-5.36.2" 0.544767)"));
}

TEST(ClusterRelax, StaysInTheRegionOfTheSubnet) {
  Request request = cluster(1, {"us-west-9"});
  request.subnet = "subnet-1";
  EXPECT_THAT(cluster_advice(request), IsEmpty());
}

}  // namespace
}  // namespace mayfly::pricing
