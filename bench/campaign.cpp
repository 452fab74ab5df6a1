// campaign [--first SEED] [--count SEEDS] [--jobs THREADS] [--failures MOST] [--every SECONDS]
//
// Plays a range of the simulation's seeds (tests/simulation) and says how it goes: seeds a second,
// simulated years, promises broken so far. It stops at the first broken promises, each with the
// line that replays it, and says from where to go on. Ranges add up: a million seeds may be run in
// parts, on several machines. The fingerprint is of everything that the seeds of the range did: the
// same sources give the same one everywhere.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include "core/log.h"
#include "pool.h"
#include "scenario.h"

namespace mayfly::simulation {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kDaysInYear = 365.25;

struct Options {
  std::uint64_t first = 1;
  std::uint64_t count = 20'000;
  std::uint64_t jobs = std::max(1u, std::thread::hardware_concurrency());
  std::uint64_t failures = 10;  // broken promises after which it stops
  std::uint64_t every = 10;     // seconds between two lines
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of all threads, in user code and in the system's.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// splitmix64's last step: close numbers become unrelated ones.
std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t fingerprint(std::uint64_t seed, const Outcome& outcome) {
  std::uint64_t print = mixed(seed);
  for (const std::int64_t count : {outcome.steps, outcome.crashes, outcome.reservations,
                                   outcome.became_ready, outcome.machines}) {
    print = mixed(print + static_cast<std::uint64_t>(count));
  }
  return print;
}

class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options), next_(options.first) {}

  // The program's exit code: 0 when every promise of every seed held.
  int run() {
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < options_.jobs; ++i) {
      threads.emplace_back([this] { work(); });
    }
    for (std::thread& thread : threads) thread.join();
    tell("done");
    summarise();
    return broken_ == 0 ? 0 : 1;
  }

 private:
  std::uint64_t end() const { return options_.first + options_.count; }

  void work() {
    while (const std::uint64_t seed = begin_seed()) end_seed(seed, play(seed, {}));
    const std::lock_guard lock(mutex_);
    allocations_ += allocations();
  }

  // 0: there is nothing more to do.
  std::uint64_t begin_seed() {
    const std::lock_guard lock(mutex_);
    if (next_ >= end() || broken_ >= options_.failures) return 0;
    under_way_.insert(next_);
    return next_++;
  }

  void end_seed(std::uint64_t seed, const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(seed);
    ++seeds_;
    total_.steps += outcome.steps;
    total_.crashes += outcome.crashes;
    total_.reservations += outcome.reservations;
    total_.became_ready += outcome.became_ready;
    total_.machines += outcome.machines;
    total_.virtual_days += outcome.virtual_days;
    fingerprint_ += fingerprint(seed, outcome);
    for (const std::string& promise : outcome.broken) {
      ++broken_;
      fmt::print("BROKEN seed {}: {}\n  replay: MAYFLY_SIM_SEED={} build/release/simulation_test\n",
                 seed, promise, seed);
    }
    if (seconds_since(told_) < static_cast<double>(options_.every)) return;
    told_ = Clock::now();
    tell("at");
  }

  // Every seed below has been played.
  std::uint64_t done_below() const { return under_way_.empty() ? next_ : *under_way_.begin(); }

  void tell(std::string_view word) const {
    fmt::print("{} {}: {} of {} seeds, {:.0f}/s, {:.1f} simulated years, {} broken promises\n",
               word, done_below(), seeds_, options_.count,
               static_cast<double>(seeds_) / seconds_since(begin_),
               total_.virtual_days / kDaysInYear, broken_);
    std::fflush(stdout);
  }

  void summarise() const {
    const double wall = seconds_since(begin_);
    const double cpu = cpu_seconds();
    const double years = total_.virtual_days / kDaysInYear;
    const auto each = [&](std::int64_t count) {
      return static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(1, seeds_));
    };
    fmt::print(
        "\nseeds {} to {}: {} broken promises\n"
        "  {} reservations ({} became ready), {} machines, {} crashes, {} steps\n"
        "  {:.1f} simulated years in {:.0f} s: {:.1f} seeds/s, {:.0f} simulated years per "
        "core-hour\n"
        "  a seed: {:.2f} ms of one core, {:.0f} steps, {:.0f} allocations\n"
        "  fingerprint {:016x}\n",
        options_.first, done_below() - 1, broken_, total_.reservations, total_.became_ready,
        total_.machines, total_.crashes, total_.steps, years, wall,
        static_cast<double>(seeds_) / wall, years * 3600 / cpu,
        cpu * 1000 / static_cast<double>(std::max<std::uint64_t>(1, seeds_)), each(total_.steps),
        each(allocations_), fingerprint_);
    if (done_below() < end()) {
      fmt::print("to go on: --first {} --count {}\n", done_below(), end() - done_below());
    }
  }

  const Options options_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point told_ = begin_;
  std::mutex mutex_;  // of everything below
  std::uint64_t next_;
  std::set<std::uint64_t> under_way_;
  std::uint64_t seeds_ = 0;
  std::uint64_t broken_ = 0;
  std::uint64_t fingerprint_ = 0;
  std::int64_t allocations_ = 0;
  Outcome total_;
};

bool read_options(int argc, char** argv, Options& options) {
  const struct {
    std::string_view name;
    std::uint64_t& value;
  } known[] = {{"--first", options.first},
               {"--count", options.count},
               {"--jobs", options.jobs},
               {"--failures", options.failures},
               {"--every", options.every}};
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view text = i + 1 < argc ? argv[i + 1] : "";
    bool good = false;
    for (const auto& option : known) {
      if (option.name != name) continue;
      const auto [stop, error] =
          std::from_chars(text.data(), text.data() + text.size(), option.value);
      good = !text.empty() && error == std::errc{} && stop == text.data() + text.size() &&
             option.value > 0;
    }
    if (!good) return false;
  }
  return true;
}

}  // namespace
}  // namespace mayfly::simulation

int main(int argc, char** argv) {
  mayfly::simulation::Options options;
  if (!mayfly::simulation::read_options(argc, argv, options)) {
    fmt::print(stderr,
               "usage: campaign [--first SEED] [--count SEEDS] [--jobs THREADS] [--failures MOST] "
               "[--every SECONDS]\n");
    return 2;
  }
  mayfly::log::configure(mayfly::log::Level::off, false);
  return mayfly::simulation::Campaign(options).run();
}
