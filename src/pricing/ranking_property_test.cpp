// The ranking against the naive one: the same offers in the same order at the same cost, for
// catalogs and requests of every kind.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "json/codec.h"
#include "json/print.h"
#include "pricing/naive_ranking.h"
#include "pricing/random_requests.h"
#include "pricing/snapshot.h"

namespace mayfly::pricing {
namespace {

constexpr std::size_t kEverything = 1'000'000;

std::string describe(const Asked& asked) {
  return fmt::format("{}\nclouds {}\ndefault regions {}\nexclusions {}",
                     json::print(json::encode(asked.request)),
                     json::print(json::encode(asked.reach.clouds)),
                     json::print(json::encode(asked.reach.default_regions)),
                     json::print(json::encode(asked.reach.exclusions)));
}

void expect_same(const RankedOffer& given, const naive::Found& wanted) {
  EXPECT_EQ(given.offer.cloud, wanted.line->cloud);
  EXPECT_EQ(given.offer.region, wanted.line->region);
  EXPECT_EQ(given.offer.instance_type, wanted.line->type);
  EXPECT_EQ(given.hourly.value, wanted.hourly_micros);
  EXPECT_EQ(given.cost.value, wanted.cost_micros);
}

// Returns how many offers satisfied.
std::size_t compare(const Catalog& catalog, const std::vector<naive::Line>& lines,
                    const Asked& asked) {
  SCOPED_TRACE(describe(asked));
  const std::vector<naive::Found> wanted = naive::rank(lines, asked.request, asked.reach);
  const Ranking ranking = rank(catalog, asked.request, asked.reach, kEverything);
  EXPECT_EQ(ranking.satisfying, wanted.size());
  EXPECT_EQ(ranking.offers.size(), wanted.size());
  for (std::size_t i = 0; i < std::min(ranking.offers.size(), wanted.size()); ++i) {
    expect_same(ranking.offers[i], wanted[i]);
    if (testing::Test::HasFailure()) break;
  }
  const std::vector<RankedOffer> first = cheapest(catalog, asked.request, asked.reach, 3);
  EXPECT_EQ(first.size(), std::min<std::size_t>(3, wanted.size()));
  for (std::size_t i = 0; i < std::min(first.size(), wanted.size()); ++i)
    expect_same(first[i], wanted[i]);

  std::size_t rejected = 0;
  for (const Rejection& rejection : ranking.rejected) rejected += rejection.offers;
  const std::size_t offers = asked.request.kind == Kind::vm ? catalog.size() : lines.size();
  EXPECT_EQ(rejected + ranking.satisfying, offers);
  return wanted.size();
}

// Some of the snapshot's lines with prices from a short list, so that ties are many.
std::string sample(std::uint64_t seed, bool few_prices) {
  SeededRandom random(seed);
  std::string text;
  std::string_view rest = snapshot_offers();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (text.empty()) {
      text = line;
    } else if (random.below(60) == 0) {
      const std::size_t price = line.rfind(',') + 1;
      text += few_prices ? fmt::format("{}0.{}\n", line.substr(0, price), 1 + random.below(9))
                         : std::string(line);
    }
  }
  return text;
}

TEST(Ranking, AgreesWithTheNaiveOneOnSmallCatalogsOfManyKinds) {
  std::size_t satisfied = 0;
  std::size_t requests = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::string offers = sample(seed, seed % 2 == 0);
    const auto catalog = Catalog::from_csv(offers, snapshot_gp3(), "2000-01-01");
    ASSERT_TRUE(catalog) << catalog.error().message;
    const std::vector<naive::Line> lines = naive::read(offers, snapshot_gp3());
    RandomRequests draw(**catalog, seed);
    for (int i = 0; i < 100; ++i, ++requests) {
      satisfied += compare(**catalog, lines, draw.any()) > 0;
      if (HasFailure()) FAIL() << "seed " << seed;
    }
  }
  // Otherwise the comparison says little.
  EXPECT_GT(satisfied, requests / 4);
  EXPECT_LT(satisfied, requests);
}

TEST(Ranking, AgreesWithTheNaiveOneOnTheSnapshot) {
  const std::vector<naive::Line> lines = naive::read(snapshot_offers(), snapshot_gp3());
  RandomRequests draw(*Catalog::embedded(), 1);
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    compare(*Catalog::embedded(), lines, i % 2 ? draw.plain() : draw.any());
  }
}

TEST(Ranking, OfClustersAgreesWithTheNaiveOneOnSmallCatalogsOfManyKinds) {
  std::size_t satisfied = 0;
  std::size_t requests = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::string offers = sample(seed, seed % 2 == 0);
    PriceFiles files = snapshot_files();
    files.offers = offers;
    const auto catalog = Catalog::from_csv(files, "2000-01-01");
    ASSERT_TRUE(catalog) << catalog.error().message;
    const std::vector<naive::Line> nodes = naive::read_nodes(files);
    RandomRequests draw(**catalog, seed);
    for (int i = 0; i < 100; ++i, ++requests) {
      satisfied += compare(**catalog, nodes, draw.cluster()) > 0;
      if (HasFailure()) FAIL() << "seed " << seed;
    }
  }
  EXPECT_GT(satisfied, requests / 4);
  EXPECT_LT(satisfied, requests);
}

TEST(Ranking, OfClustersAgreesWithTheNaiveOneOnTheSnapshot) {
  const std::vector<naive::Line> nodes = naive::read_nodes(snapshot_files());
  RandomRequests draw(*Catalog::embedded(), 1);
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    compare(*Catalog::embedded(), nodes, i % 2 ? draw.plain_cluster() : draw.cluster());
  }
}

}  // namespace
}  // namespace mayfly::pricing
