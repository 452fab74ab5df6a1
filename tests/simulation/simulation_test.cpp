#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "core/log.h"
#include "pricing/catalog.h"
#include "scenario.h"

namespace mayfly::simulation {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void add(Outcome& total, const Outcome& one) {
  total.steps += one.steps;
  total.crashes += one.crashes;
  total.reservations += one.reservations;
  total.became_ready += one.became_ready;
  total.machines += one.machines;
  total.virtual_days += one.virtual_days;
}

// Each seed is independent, so seeds run on all cores; what one seed does never depends on that.
Outcome campaign(std::uint64_t first, std::uint64_t count, const Story& story) {
  log::configure(log::Level::off, false);
  pricing::Catalog::embedded();
  std::atomic<std::uint64_t> next{first};
  std::mutex mutex;
  Outcome total;
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed < first + count; seed = next++) {
      const Outcome outcome = play(seed, story);
      const std::lock_guard lock(mutex);
      add(total, outcome);
      for (const std::string& promise : outcome.broken) {
        ADD_FAILURE() << "seed " << seed << ": " << promise
                      << "\n  replay: MAYFLY_SIM_SEED=" << seed << " simulation_test";
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  fmt::print(
      "  {} seeds: {} reservations, {} machines, {} crashes, {:.1f} simulated years, {} steps\n",
      count, total.reservations, total.machines, total.crashes, total.virtual_days / 365.25,
      total.steps);
  return total;
}

TEST(Simulation, ConvergesAfterFaultsAndCrashes) {
  if (const std::uint64_t seed = from_environment("MAYFLY_SIM_SEED", 0); seed != 0) {
    campaign(seed, 1, {.tell = true});
    return;
  }
  const Outcome total = campaign(1, from_environment("MAYFLY_SIM_SEEDS", 2000), {});
  EXPECT_GT(total.crashes, 0);
  EXPECT_GT(total.machines, 0);
}

TEST(Simulation, MakesEveryRequestReadyWhenNothingGoesWrong) {
  const Outcome total = campaign(1, 50, {.faults = false, .crashes = false});
  EXPECT_GT(total.became_ready, 0);
}

TEST(Simulation, IsTheSameForTheSameSeed) {
  const Outcome once = play(42, {});
  const Outcome again = play(42, {});
  EXPECT_EQ(once.steps, again.steps);
  EXPECT_EQ(once.machines, again.machines);
  EXPECT_EQ(once.broken, again.broken);
}

}  // namespace
}  // namespace mayfly::simulation
