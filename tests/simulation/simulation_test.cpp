#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "campaign.h"
#include "core/log.h"
#include "json/codec.h"

namespace mayfly::simulation {
namespace {

constexpr char kRegressions[] = "tests/simulation/regressions.txt";
constexpr std::uint64_t kSeeds = 20'000;

class Simulation : public testing::Test {
 protected:
  void SetUp() override { log::configure(log::Level::off, false); }

  static Outcome run(const std::vector<std::uint64_t>& seeds, const Story& story) {
    return campaign(seeds, story, [](std::uint64_t seed, const std::string& promise) {
      ADD_FAILURE() << "seed " << seed << ": " << promise << "\n  replay: MAYFLY_SIM_SEED=" << seed
                    << " simulation_test";
    });
  }

  static void tell(std::size_t seeds, const Outcome& total) {
    fmt::print(
        "  {} seeds: {} reservations, {} machines, {} of them clusters ({} became ready, {} bills "
        "compared), {} "
        "crashes, {:.1f} simulated years, {} steps\n",
        seeds, total.reservations, total.machines, total.clusters, total.clusters_ready,
        total.cluster_bills, total.crashes, total.virtual_days / 365.25, total.steps);
  }
};

// The first word of each line that is not a comment.
std::vector<std::uint64_t> regressions() {
  std::ifstream file(kRegressions);
  std::vector<std::uint64_t> seeds;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#')
      seeds.push_back(std::strtoull(line.c_str(), nullptr, 10));
  }
  return seeds;
}

TEST_F(Simulation, KeepsItsPromisesWhereItOnceBrokeThem) {
  const std::vector<std::uint64_t> seeds = regressions();
  ASSERT_FALSE(seeds.empty()) << kRegressions << ": run from the root of the sources";
  run(seeds, {});
}

TEST_F(Simulation, ConvergesAfterFaultsAndCrashes) {
  if (const std::uint64_t seed = from_environment("MAYFLY_SIM_SEED", 0); seed != 0) {
    const Outcome outcome = run({seed}, {.tell = true});
    tell(1, outcome);
    fmt::print("{}", strikes_table(outcome));
    return;
  }
  const std::vector<std::uint64_t> seeds = seeds_from(from_environment("MAYFLY_SIM_FIRST", 1),
                                                      from_environment("MAYFLY_SIM_SEEDS", kSeeds));
  const Outcome total = run(seeds, {});
  tell(seeds.size(), total);
  fmt::print("  how often each fault struck:\n{}", strikes_table(total));
  if (seeds.size() < kSeeds) return;
  for (std::size_t i = 0; i < total.faults.size(); ++i)
    EXPECT_GT(total.faults[i], 0) << json::enum_name(static_cast<sim::FaultKind>(i));
  for (std::size_t i = 0; i < total.troubles.size(); ++i)
    EXPECT_GT(total.troubles[i], 0) << json::enum_name(static_cast<Trouble>(i));
}

TEST_F(Simulation, MakesEveryRequestReadyWhenNothingGoesWrong) {
  const Outcome total = run(seeds_from(1, 50), {.faults = false, .crashes = false});
  tell(50, total);
  EXPECT_GT(total.became_ready, 0);
  EXPECT_GT(total.clusters_ready, 0);
  EXPECT_GT(total.cluster_bills, 0);
}

TEST_F(Simulation, IsTheSameForTheSameSeed) {
  const Outcome once = play(42, {});
  const Outcome again = play(42, {});
  EXPECT_EQ(once.steps, again.steps);
  EXPECT_EQ(once.machines, again.machines);
  EXPECT_EQ(once.broken, again.broken);
  EXPECT_EQ(once.faults, again.faults);
}

}  // namespace
}  // namespace mayfly::simulation
