// The engine over simulated clouds that limit calls: what waits, what is let through, and how often
// is listed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "clouds/sim/sim_cloud.h"
#include "core/log.h"
#include "core/manual_loop.h"
#include "engine/engine.h"
#include "store/memory/memory_store.h"

namespace mayfly::engine {
namespace {

class OneKeyEach final : public Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    loop.post([key, done = std::move(done)]() mutable {
      done(clouds::Credentials{.key_id = key, .id = key, .secret = Secret(key)});
    });
  }
};

class RatesTest : public testing::Test {
 protected:
  RatesTest() {
    log::configure(log::Level::off, false);
    engine_ = std::make_unique<Engine>(
        Ports{.loop = loop_,
              .store = store_,
              .keyring = keyring_,
              .clouds = {{"aws", aws_.get()}, {"digitalocean", digitalocean_.get()}},
              .catalog = &pricing::Catalog::embedded},
        Settings{.policy = {.boot_deadline = 2min}, .observer = {.installation = "home"}});
    engine_->start([](Result<void>) {});
    loop_.pass(1s);
  }
  void ask(const std::string& id, const std::string& cloud, const std::string& region, int count) {
    Reservation reservation{.id = id,
                            .user = "ann",
                            .keys = {{.cloud = cloud, .key = "k"}},
                            .next_at = loop_.now(),
                            .created_at = loop_.now()};
    reservation.request.count = count;
    reservation.candidates.push_back({.cloud = cloud,
                                      .region = region,
                                      .instance_type = cloud == "aws" ? "t3.micro" : "s-1vcpu-1gb",
                                      .price = {.instance_hour = {1'000}}});
    engine_->create(std::move(reservation), {}, [](Result<Snapshot>) {});
  }
  void release(const std::string& id) {
    engine_->send(id, lifecycles::ReleaseRequested{"asked"}, {});
  }
  Phase phase_of(const std::string& id) { return engine_->find(id)->phase; }
  std::int64_t asked(const std::string& operation) {
    const auto found = world_.throttle().counts().find(operation);
    return found == world_.throttle().counts().end() ? 0 : found->second.asked;
  }
  Pacer::Use use(const std::string& cloud, const std::string& operation) {
    return engine_->statistics().calls.at({cloud, operation});
  }

  ManualLoop loop_;
  sim::World world_{loop_, 5};
  std::unique_ptr<clouds::Cloud> aws_ = sim::make_sim_aws(world_);
  std::unique_ptr<clouds::Cloud> digitalocean_ = sim::make_sim_digitalocean(world_);
  OneKeyEach keyring_;
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  store::MemoryStore store_{disk_};
  std::unique_ptr<Engine> engine_;
};

TEST_F(RatesTest, LaunchesWaitForTheirTurnAndCountFromWhenTheyWent) {
  for (int i = 0; i < 240; ++i) ask(fmt::format("r-{:03}", i), "aws", "us-east-1", 1);
  loop_.pass(3min);
  EXPECT_GT(use("aws", "launch").waiting, 50) << "one a second";
  loop_.pass(3min);
  EXPECT_EQ(use("aws", "launch").waiting, 0);
  EXPECT_EQ(use("aws", "launch").throttled, 0);
  for (int i = 0; i < 240; ++i) {
    const auto state = engine_->find(fmt::format("r-{:03}", i));
    EXPECT_EQ(state->phase, Phase::ready) << state->id;
    EXPECT_EQ(state->attempts.size(), 1u) << "waiting longer than a boot may take is no failure";
  }
}

TEST_F(RatesTest, ALaunchThatWaitsIsTakenBackAtOnce) {
  for (int i = 0; i < 40; ++i) ask(fmt::format("r-{:02}", i), "aws", "us-east-1", 1);
  loop_.pass(10s);
  const std::int64_t launched = asked("RunInstances");
  ASSERT_LT(launched, 20);
  release("r-39");
  const Time asked_at = loop_.now();
  loop_.pass(100ms);
  EXPECT_EQ(phase_of("r-39"), Phase::released) << "though it waits behind the others";
  EXPECT_LE(asked("RunInstances"), launched + 1);
  loop_.pass(3min);
  EXPECT_EQ(phase_of("r-38"), Phase::ready) << "and nobody else lost a turn";
  EXPECT_EQ(asked("RunInstances"), 39);
  EXPECT_EQ(engine_->find("r-39")->ended_at, asked_at);
}

TEST_F(RatesTest, ManyMachinesAreEndedInSeveralCallsWithOneAnswer) {
  ask("r-1", "digitalocean", "nyc1", 35);
  loop_.pass(20min);
  ASSERT_EQ(phase_of("r-1"), Phase::ready);
  release("r-1");
  loop_.pass(5min);
  EXPECT_EQ(phase_of("r-1"), Phase::released);
  EXPECT_EQ(use("digitalocean", "terminate").calls, 4);
  EXPECT_EQ(asked("delete droplet"), 35) << "each once";
}

TEST_F(RatesTest, ListingsComeAsOftenAsTheirPartOfTheLimitAllows) {
  ask("r-1", "aws", "us-east-1", 1);
  loop_.pass(5min);
  ASSERT_EQ(phase_of("r-1"), Phase::ready);
  const std::int64_t before = asked("DescribeInstances");
  loop_.pass(10min);
  EXPECT_NEAR(static_cast<double>(asked("DescribeInstances") - before), 150, 15)
      << "every four seconds";
  // The region fills up with what else this installation has there.
  for (int i = 0; i < 5500; ++i) {
    world_.add_foreign("aws", "k", "us-east-1", "t3.micro",
                       {{tag::kInstallation, "home"}, {tag::kReservation, "r-1"}});
  }
  loop_.pass(1min);
  const std::int64_t crowded = asked("DescribeInstances");
  loop_.pass(3min);
  EXPECT_NEAR(static_cast<double>(asked("DescribeInstances") - crowded), 30, 4)
      << "six pages are six calls, at one a second";
}

TEST_F(RatesTest, ScopesDoNotRunInStep) {
  for (const char* region : {"us-east-1", "eu-west-1", "ap-south-1", "sa-east-1"})
    ask(std::string("r-") + region, "aws", region, 1);
  loop_.pass(10min);
  std::set<std::int64_t> moments;
  std::int64_t calls = 0;
  for (int i = 0; i < 600; ++i) {
    const std::int64_t before = asked("DescribeInstances");
    loop_.pass(100ms);
    const std::int64_t made = asked("DescribeInstances") - before;
    calls += made;
    if (made > 0) moments.insert(i);
  }
  EXPECT_GT(static_cast<double>(moments.size()), 0.7 * static_cast<double>(calls));
}

}  // namespace
}  // namespace mayfly::engine
