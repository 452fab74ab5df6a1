// The rate limits, as the simulated clouds count them: ten thousand machines in ten regions come
// up, stay fresh at a twentieth of the describe budget and go, and no call is refused for its
// number.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "clouds/sim/sim_cloud.h"
#include "clouds/sim/world.h"
#include "core/log.h"
#include "engine/engine.h"
#include "sim_loop.h"
#include "store/memory/memory_store.h"

namespace mayfly::simulation {
namespace {

const std::vector<std::string> kTenRegions = {
    "ap-northeast-1", "ap-south-1", "ca-central-1", "eu-central-1", "eu-north-1",
    "eu-west-1",      "sa-east-1",  "us-east-1",    "us-east-2",    "us-west-2"};

class PaceKeyring final : public engine::Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    loop.post([key, done = std::move(done)]() mutable {
      done(
          clouds::Credentials{.key_id = key, .id = "id-" + key, .secret = Secret("secret-" + key)});
    });
  }
};

class PaceTest : public testing::Test {
 protected:
  PaceTest() {
    log::configure(log::Level::off, false);
    boot();
  }

  void boot() {
    store_ = std::make_unique<store::MemoryStore>(disk_);
    engine_ = std::make_unique<engine::Engine>(
        engine::Ports{.loop = loop_,
                      .store = *store_,
                      .keyring = keyring_,
                      .clouds = {{"aws", aws_.get()}, {"digitalocean", digitalocean_.get()}},
                      .catalog = &pricing::Catalog::embedded},
        engine::Settings{.observer = {.installation = "pace"}});
    engine_->start([](Result<void> started) { ASSERT_TRUE(started); });
    pass(1s);
  }
  void crash() {
    engine_.reset();
    store_.reset();
  }
  void pass(Duration span) { loop_.run_until(loop_.now() + span); }

  void ask(const std::string& cloud, const std::string& region, int count,
           std::optional<Time> expires_at = {}) {
    const std::string id = fmt::format("r-{:06}", ids_.size());
    Reservation reservation{.id = id,
                            .user = "ann",
                            .keys = {{.cloud = cloud, .key = "k-" + cloud}},
                            .next_at = loop_.now(),
                            .created_at = loop_.now()};
    reservation.expires_at = expires_at;
    reservation.request.count = count;
    reservation.candidates.push_back({.cloud = cloud,
                                      .region = region,
                                      .instance_type = cloud == "aws" ? "t3.micro" : "s-1vcpu-1gb",
                                      .price = {.instance_hour = {1'000}}});
    engine_->create(std::move(reservation), {},
                    [](Result<engine::Snapshot> created) { ASSERT_TRUE(created); });
    ids_.push_back(id);
  }
  std::size_t in_phase(Phase phase) const {
    return static_cast<std::size_t>(std::ranges::count_if(ids_, [&](const std::string& id) {
      const auto state = engine_->find(id);
      return state && state->phase == phase;
    }));
  }
  Duration until_all_are(Phase phase, Duration most) {
    const Time begin = loop_.now();
    while (in_phase(phase) < ids_.size() && loop_.now() < begin + most) pass(10s);
    EXPECT_EQ(in_phase(phase), ids_.size());
    return loop_.now() - begin;
  }
  std::int64_t refused() {
    std::int64_t all = 0;
    for (const auto& [operation, count] : world_.throttle().counts()) all += count.refused;
    return all;
  }
  sim::Throttle::Count count(const std::string& operation) {
    const auto found = world_.throttle().counts().find(operation);
    return found == world_.throttle().counts().end() ? sim::Throttle::Count{} : found->second;
  }
  // Every reservation got its machines at the first attempt, and no others exist.
  void expect_no_lost_work(std::size_t machines) {
    for (const std::string& id : ids_) {
      const auto state = engine_->find(id);
      ASSERT_TRUE(state);
      ASSERT_EQ(state->attempts.size(), 1u) << id;
    }
    EXPECT_EQ(world_.ledger().size(), machines);
  }
  static double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

  SimLoop loop_{1};
  sim::World world_{loop_, 2};
  PaceKeyring keyring_;
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  std::unique_ptr<clouds::Cloud> aws_ = sim::make_sim_aws(world_);
  std::unique_ptr<clouds::Cloud> digitalocean_ = sim::make_sim_digitalocean(world_);
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<std::string> ids_;
};

// When a machine changes at the cloud, and when its reservation knows.
class Drift {
 public:
  Drift(SimLoop& loop, sim::World& world, engine::Engine& engine)
      : loop_(loop), world_(world), engine_(engine) {}

  void stop_one_of(const std::string& reservation) {
    const auto state = engine_.find(reservation);
    const Instance& known = state->attempts.front().machines.front().instance;
    const std::string machine = known.id;
    if (known.state != InstanceState::running || !stopped_.insert(machine).second) return;
    world_.settle();
    world_.stop(*world_.find("aws", machine));
    ++open_;
    engine_.watch(reservation, [this, machine, since = loop_.now()](const engine::Snapshot& now) {
      for (const Machine& each : now->attempts.front().machines) {
        if (each.instance.id != machine || each.instance.state != InstanceState::stopped) continue;
        --open_;
        ++noticed;
        longest = std::max(longest, loop_.now() - since);
        total += loop_.now() - since;
        return false;
      }
      return true;
    });
  }

  int open() const { return open_; }
  int noticed = 0;
  Duration longest{0};
  Duration total{0};

 private:
  SimLoop& loop_;
  sim::World& world_;
  engine::Engine& engine_;
  std::set<std::string> stopped_;
  int open_ = 0;
};

TEST_F(PaceTest, TenThousandMachinesInTenRegionsStayFreshAtATwentiethOfTheBudget) {
  constexpr int kReservations = 1000;
  constexpr int kMachines = 10;
  for (int i = 0; i < kReservations; ++i)
    ask("aws", kTenRegions[static_cast<std::size_t>(i) % kTenRegions.size()], kMachines);
  const Duration took = until_all_are(Phase::ready, 1h);
  expect_no_lost_work(kReservations * kMachines);
  EXPECT_EQ(refused(), 0);
  fmt::print("  {} machines ready in {:.0f} s: {} RunInstances, {} DescribeInstances, {} refused\n",
             kReservations * kMachines, seconds(took), count("RunInstances").asked,
             count("DescribeInstances").asked, refused());

  pass(1min);
  const std::int64_t described = count("DescribeInstances").asked;
  const std::int64_t launched = count("RunInstances").asked;
  Drift drift(loop_, world_, *engine_);
  constexpr Duration kSpan = 30min;
  SeededRandom random(3);
  for (const Time end = loop_.now() + kSpan; loop_.now() < end;) {
    pass(Duration{static_cast<std::int64_t>(random.below(6'000'000))});
    drift.stop_one_of(ids_[random.below(ids_.size())]);
  }
  pass(10s);
  const double budget = 20.0 * seconds(kSpan) * static_cast<double>(kTenRegions.size());
  const auto used = static_cast<double>(count("DescribeInstances").asked - described);
  fmt::print(
      "  {} changes noticed after {:.1f} s on average, {:.2f} s at most; "
      "{:.2f}% of the describe budget; {} refused\n",
      drift.noticed, seconds(drift.total) / drift.noticed, seconds(drift.longest),
      used / budget * 100, refused());
  EXPECT_GT(drift.noticed, 100);
  EXPECT_EQ(drift.open(), 0);
  EXPECT_LE(drift.longest, Duration(5s));
  EXPECT_LE(used, budget * 0.05);
  EXPECT_EQ(refused(), 0);
  EXPECT_EQ(count("RunInstances").asked, launched) << "nothing but listings";
}

TEST_F(PaceTest, AThousandLeasesThatEndedDuringADowntimeAreEndedOnceEach) {
  const Time end = loop_.now() + 2h;
  for (int i = 0; i < 1000; ++i) ask("aws", kTenRegions[static_cast<std::size_t>(i) % 2], 1, end);
  until_all_are(Phase::ready, 1h);
  expect_no_lost_work(1000);
  crash();
  pass(5h);
  ASSERT_EQ(count("TerminateInstances").asked, 0);
  boot();
  const Duration took = until_all_are(Phase::released, 1h);
  const auto ended = count("TerminateInstances");
  fmt::print("  1000 overdue leases ended in {:.0f} s by {} calls, {} refused\n", seconds(took),
             ended.asked, refused());
  EXPECT_EQ(ended.machines, 1000);
  EXPECT_EQ(ended.asked, 1000);
  EXPECT_EQ(refused(), 0);
  EXPECT_TRUE(world_.living().empty());
}

TEST_F(PaceTest, ACloudWithOneLimitForEverythingIsNeverAskedTooMuch) {
  for (int i = 0; i < 60; ++i) ask("digitalocean", i % 2 == 0 ? "nyc1" : "fra1", 5);
  const Duration ready = until_all_are(Phase::ready, 1h);
  expect_no_lost_work(300);
  for (const std::string& id : ids_) engine_->send(id, lifecycles::ReleaseRequested{"asked"}, {});
  const Duration released = until_all_are(Phase::released, 1h);
  fmt::print("  300 droplets ready in {:.0f} s, gone {:.0f} s after they were given back\n",
             seconds(ready), seconds(released));
  EXPECT_EQ(count("delete droplet").asked, 300);
  EXPECT_EQ(refused(), 0);
}

TEST_F(PaceTest, LeavesTheRestToAnOwnerWhoCallsTheSameCloud) {
  for (int i = 0; i < 10; ++i) ask("digitalocean", "nyc1", 1);
  until_all_are(Phase::ready, 1h);
  const std::string token = "secret-k-digitalocean";
  std::int64_t theirs_refused = 0;
  for (int i = 0; i < 3600; ++i) {
    // Their script calls once a second, and then we are given everything back as well.
    world_.settle();
    theirs_refused +=
        world_.throttle()
            .take({.cloud = "digitalocean", .account = token, .region = {}, .operation = "theirs"},
                  loop_.now())
            .has_value();
    if (i == 3000) {
      for (const std::string& id : ids_)
        engine_->send(id, lifecycles::ReleaseRequested{"asked"}, {});
    }
    pass(1s);
  }
  until_all_are(Phase::released, 10min);
  const auto left = world_.throttle().window(token, loop_.now());
  fmt::print("  3600 calls of the owner's: {} of theirs and {} of ours refused, {} left\n",
             theirs_refused, refused() - theirs_refused, left.remaining);
  EXPECT_EQ(refused(), 0);
}

}  // namespace
}  // namespace mayfly::simulation
