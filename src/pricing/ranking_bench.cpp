// How long a user waits for the ranking, on the whole snapshot. The worst request of a mix matters
// as much as the mean: each is timed by itself.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "core/time.h"
#include "pricing/random_requests.h"
#include "pricing/snapshot.h"

namespace mayfly::pricing {
namespace {

constexpr int kRequests = 1'000;

std::vector<Asked> mix() {
  RandomRequests draw(*Catalog::embedded(), 7);
  std::vector<Asked> requests;
  for (int i = 0; i < kRequests; ++i) requests.push_back(i % 4 == 0 ? draw.any() : draw.plain());
  return requests;
}

std::vector<Asked> clusters() {
  RandomRequests draw(*Catalog::embedded(), 7);
  std::vector<Asked> requests;
  for (int i = 0; i < kRequests; ++i)
    requests.push_back(i % 4 == 0 ? draw.cluster() : draw.plain_cluster());
  return requests;
}

template <class Rank>
void over(benchmark::State& state, const std::vector<Asked>& requests, Rank rank_one) {
  constexpr int kRepeats = 20;  // the clock counts microseconds
  const SystemClock clock;
  double worst = 0;
  for (const Asked& asked : requests) {
    const Time start = clock.now();
    for (int i = 0; i < kRepeats; ++i) rank_one(asked);
    worst = std::max(worst, static_cast<double>((clock.now() - start).count()) / kRepeats);
  }
  std::size_t next = 0;
  for (auto _ : state) rank_one(requests[next++ % requests.size()]);
  state.counters["worst_us"] = worst;
}

void cheapest_first(benchmark::State& state) {
  over(state, mix(), [](const Asked& asked) {
    benchmark::DoNotOptimize(cheapest(*Catalog::embedded(), asked.request, asked.reach, 1));
  });
}

void rank_with_reasons(benchmark::State& state) {
  over(state, mix(), [](const Asked& asked) {
    benchmark::DoNotOptimize(rank(*Catalog::embedded(), asked.request, asked.reach, 20));
  });
}

void relax_what_nothing_satisfies(benchmark::State& state) {
  Asked asked{.reach = {.clouds = {"aws", "digitalocean"}}};
  asked.request.vcpus = 96;
  asked.request.memory_gib = Gib::of(4'000);
  asked.request.max_price_usd_hour = Money::of(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(relax(*Catalog::embedded(), asked.request, asked.reach));
  }
}

void cheapest_cluster_first(benchmark::State& state) {
  over(state, clusters(), [](const Asked& asked) {
    benchmark::DoNotOptimize(cheapest(*Catalog::embedded(), asked.request, asked.reach, 1));
  });
}

void rank_clusters_with_reasons(benchmark::State& state) {
  over(state, clusters(), [](const Asked& asked) {
    benchmark::DoNotOptimize(rank(*Catalog::embedded(), asked.request, asked.reach, 20));
  });
}

void build_the_catalog(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Catalog::from_csv(snapshot_offers(), snapshot_gp3(), "2000-01-01"));
  }
}

BENCHMARK(cheapest_first)->Unit(benchmark::kMicrosecond);
BENCHMARK(rank_with_reasons)->Unit(benchmark::kMicrosecond);
BENCHMARK(cheapest_cluster_first)->Unit(benchmark::kMicrosecond);
BENCHMARK(rank_clusters_with_reasons)->Unit(benchmark::kMicrosecond);
BENCHMARK(relax_what_nothing_satisfies)->Unit(benchmark::kMillisecond);
BENCHMARK(build_the_catalog)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mayfly::pricing
