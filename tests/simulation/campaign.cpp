#include "campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "json/codec.h"

namespace mayfly::simulation {
namespace {

void add(Outcome& total, const Outcome& one) {
  total.steps += one.steps;
  total.crashes += one.crashes;
  total.reservations += one.reservations;
  total.became_ready += one.became_ready;
  total.clusters += one.clusters;
  total.clusters_ready += one.clusters_ready;
  total.cluster_bills += one.cluster_bills;
  total.machines += one.machines;
  total.virtual_days += one.virtual_days;
  for (std::size_t i = 0; i < total.faults.size(); ++i) total.faults[i] += one.faults[i];
  for (std::size_t i = 0; i < total.troubles.size(); ++i) total.troubles[i] += one.troubles[i];
}

}  // namespace

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::vector<std::uint64_t> seeds_from(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> seeds(count);
  std::iota(seeds.begin(), seeds.end(), first);
  return seeds;
}

Outcome campaign(const std::vector<std::uint64_t>& seeds, const Story& story, const Broke& broke) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Outcome total;
  const auto work = [&] {
    for (std::size_t i = next++; i < seeds.size(); i = next++) {
      const Outcome outcome = play(seeds[i], story);
      const std::lock_guard lock(mutex);
      add(total, outcome);
      for (const std::string& promise : outcome.broken) broke(seeds[i], promise);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return total;
}

std::string strikes_table(const Outcome& total) {
  std::string table;
  const auto line = [&](std::string_view name, std::int64_t struck) {
    table += fmt::format("  {:26}{:>12}\n", name, struck);
  };
  for (std::size_t i = 0; i < total.faults.size(); ++i)
    line(json::enum_name(static_cast<sim::FaultKind>(i)), total.faults[i]);
  for (std::size_t i = 0; i < total.troubles.size(); ++i)
    line(json::enum_name(static_cast<Trouble>(i)), total.troubles[i]);
  return table;
}

}  // namespace mayfly::simulation
