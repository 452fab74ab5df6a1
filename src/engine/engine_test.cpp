#include "engine/engine.h"

#include <gtest/gtest.h>

#include "core/log.h"
#include "core/manual_loop.h"
#include "store/memory/memory_store.h"

namespace mayfly::engine {
namespace {

// A cloud that does what it is told and counts what it is asked.
class ScriptedCloud final : public clouds::Cloud {
 public:
  std::string_view name() const override { return "aws"; }
  const CloudTraits& traits() const override { return traits_; }

  void check(const clouds::Credentials&, Loop& loop,
             Done<CloudResult<clouds::Identity>> done) override {
    answer<clouds::Identity>(loop, std::move(done), clouds::Identity{});
  }
  void prepare(const clouds::Credentials&, clouds::PrepareSpec, Loop& loop,
               Done<CloudResult<std::vector<LaunchTarget>>> done) override {
    answer<std::vector<LaunchTarget>>(loop, std::move(done),
                                      std::vector<LaunchTarget>{{.zone = "a"}});
  }
  void launch(const clouds::Credentials&, clouds::LaunchSpec spec, Loop& loop,
              Done<CloudResult<std::vector<Instance>>> done) override {
    launches.push_back(spec);
    std::vector<Instance> made;
    for (const std::string& name : spec.names) {
      Instance instance{.id = "i-" + name,
                        .name = name,
                        .region = spec.region,
                        .launched_at = loop.now(),
                        .tags = spec.tags};
      machines[instance.id] = instance;
      made.push_back(instance);
    }
    answer<std::vector<Instance>>(loop, std::move(done), made);
  }
  void look_up(const clouds::Credentials&, LookUp what, Loop& loop,
               Done<CloudResult<std::vector<Instance>>> done) override {
    ++look_ups;
    std::vector<Instance> found;
    for (const auto& [id, machine] : machines) {
      if (machine.tags.at(tag::kReservation) == what.tags.at(tag::kReservation))
        found.push_back(machine);
    }
    answer<std::vector<Instance>>(loop, std::move(done), found);
  }
  void list(const clouds::Credentials&, std::string, std::string, Loop& loop,
            Done<CloudResult<std::vector<Instance>>> done) override {
    ++lists;
    std::vector<Instance> all;
    for (auto& [id, machine] : machines) {
      if (machine.state == InstanceState::pending) {
        machine.state = InstanceState::running;
        machine.public_ip = "203.0.113.1";
      }
      all.push_back(machine);
    }
    answer<std::vector<Instance>>(loop, std::move(done), all);
  }
  void terminate(const clouds::Credentials&, std::string, std::vector<std::string> ids, Loop& loop,
                 Done<CloudResult<Terminated>> done) override {
    for (const std::string& id : ids) machines.at(id).state = InstanceState::terminated;
    answer<Terminated>(loop, std::move(done), Terminated{});
  }

  std::vector<clouds::LaunchSpec> launches;
  std::map<std::string, Instance> machines;
  int lists = 0;
  int look_ups = 0;

 private:
  template <class T>
  void answer(Loop& loop, Done<CloudResult<T>> done, CloudResult<T> result) {
    loop.post_at(loop.now() + 10ms, [done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }
  CloudTraits traits_{
      .idempotent_launch = true, .machines_per_launch = 100, .shows_terminated = true};
};

class AnyKey final : public Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    loop.post(
        [key, done = std::move(done)]() mutable { done(clouds::Credentials{.key_id = key}); });
  }
};

struct BadDisk : store::Faults {
  bool broken = false;
  store::CommitFate lie = store::CommitFate::ok;
  store::CommitFate fate() override {
    return broken ? store::CommitFate::refused : std::exchange(lie, store::CommitFate::ok);
  }
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    log::configure(log::Level::off, false);
    boot();
  }

  void boot() {
    store_ = std::make_unique<store::MemoryStore>(disk_, &bad_disk_);
    engine_ = std::make_unique<Engine>(Ports{.loop = loop_,
                                             .store = *store_,
                                             .keyring = keyring_,
                                             .clouds = {{"aws", &cloud_}},
                                             .catalog = &pricing::Catalog::embedded},
                                       Settings{.observer = {.installation = "test"}});
    engine_->start([](Result<void> result) { ASSERT_TRUE(result); });
    loop_.pass(1ms);
  }
  void crash() {
    engine_.reset();
    store_.reset();
  }
  Reservation wanted(const std::string& id) {
    Reservation reservation{.id = id,
                            .user = "ann",
                            .keys = {{.cloud = "aws", .key = "k"}},
                            .next_at = loop_.now(),
                            .created_at = loop_.now()};
    reservation.candidates.push_back({.cloud = "aws",
                                      .region = "r1",
                                      .instance_type = "t",
                                      .price = {.instance_hour = {1'000}}});
    return reservation;
  }
  Result<Snapshot> create(const std::string& id) {
    engine_->create(wanted(id), {},
                    [this](Result<Snapshot> result) { answer_ = std::move(result); });
    loop_.pass(1ms);
    return answer_;
  }
  Phase phase_of(const std::string& id) {
    return from_document(*disk_->get("reservations", id))->phase;
  }

  ManualLoop loop_;
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  BadDisk bad_disk_;
  ScriptedCloud cloud_;
  AnyKey keyring_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<Engine> engine_;
  Result<Snapshot> answer_ = nullptr;
};

TEST_F(EngineTest, DrivesAReservationFromAskedToReadyToReleased) {
  ASSERT_TRUE(create("r-1"));
  loop_.pass(10s);
  EXPECT_EQ(phase_of("r-1"), Phase::ready);
  engine_->send("r-1", lifecycles::ReleaseRequested{"asked"}, {});
  loop_.pass(10s);
  EXPECT_EQ(phase_of("r-1"), Phase::released);
  EXPECT_EQ(cloud_.launches.size(), 1u);
}

TEST_F(EngineTest, AsksTheCloudForNothingBeforeTheIntentIsWritten) {
  ASSERT_TRUE(create("r-1"));
  bad_disk_.broken = true;
  loop_.pass(1min);
  EXPECT_TRUE(cloud_.launches.empty());
  bad_disk_.broken = false;
  loop_.pass(1min);
  EXPECT_EQ(cloud_.launches.size(), 1u);
  EXPECT_EQ(phase_of("r-1"), Phase::ready);
}

TEST_F(EngineTest, SaysThatNothingWasCreatedWhenNothingIsStored) {
  bad_disk_.broken = true;
  engine_->create(wanted("r-1"), {},
                  [this](Result<Snapshot> result) { answer_ = std::move(result); });
  loop_.pass(2s);
  ASSERT_FALSE(answer_);
  EXPECT_EQ(answer_.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(engine_->find("r-1"));
}

TEST_F(EngineTest, FindsOutWhenTheStoreWroteAndSaidItDidNot) {
  bad_disk_.lie = store::CommitFate::written_but_reported_failed;
  engine_->create(wanted("r-1"), {},
                  [this](Result<Snapshot> result) { answer_ = std::move(result); });
  loop_.pass(10s);
  EXPECT_TRUE(answer_);
  EXPECT_EQ(cloud_.launches.size(), 1u);
  EXPECT_EQ(phase_of("r-1"), Phase::ready);
}

TEST_F(EngineTest, TellsACallerThatTheStoreCannotWriteAndGoesOnTrying) {
  ASSERT_TRUE(create("r-1"));
  loop_.pass(10s);
  bad_disk_.broken = true;
  answer_ = nullptr;
  engine_->send("r-1", lifecycles::ReleaseRequested{"asked"},
                [this](Result<Snapshot> result) { answer_ = std::move(result); });
  loop_.pass(30s);
  ASSERT_FALSE(answer_);
  EXPECT_EQ(answer_.error().code, ErrorCode::unavailable);
  bad_disk_.broken = false;
  loop_.pass(1min);
  EXPECT_EQ(phase_of("r-1"), Phase::released) << "the wish was heard";
}

TEST_F(EngineTest, TakesUpWhatLivedAndLooksBeforeItLaunchesAgain) {
  ASSERT_TRUE(create("r-1"));
  while (cloud_.launches.empty()) loop_.pass(1ms);
  crash();
  boot();
  loop_.pass(1min);
  EXPECT_EQ(phase_of("r-1"), Phase::ready);
  EXPECT_GE(cloud_.look_ups, 1);
  EXPECT_EQ(cloud_.launches.size(), 1u) << "the look-up found it";
}

TEST_F(EngineTest, ListsARegionOnceForEverybodyInIt) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(create("r-" + std::to_string(i)));
  loop_.pass(20s);
  EXPECT_LE(cloud_.lists, 20) << "one listing every two seconds, not one per reservation";
  for (int i = 0; i < 50; ++i) EXPECT_EQ(phase_of("r-" + std::to_string(i)), Phase::ready);
}

TEST_F(EngineTest, WritesNothingForReservationsThatNothingHappensTo) {
  ASSERT_TRUE(create("r-1"));
  loop_.pass(10s);
  const auto before = engine_->statistics().writes;
  loop_.pass(2h);
  EXPECT_EQ(engine_->statistics().writes, before);
}

TEST_F(EngineTest, EndsALeaseOnTime) {
  Reservation reservation = wanted("r-1");
  reservation.expires_at = loop_.now() + 1h;
  const Time end = *reservation.expires_at;
  engine_->create(std::move(reservation), {}, [](Result<Snapshot>) {});
  loop_.pass(59min + 59s);
  EXPECT_EQ(phase_of("r-1"), Phase::ready);
  loop_.pass(2s);
  const auto stored = from_document(*disk_->get("reservations", "r-1"));
  EXPECT_EQ(stored->release_requested_at, end);
}

TEST_F(EngineTest, TellsWatchersOfEveryDurableState) {
  ASSERT_TRUE(create("r-1"));
  std::vector<Phase> seen;
  engine_->watch("r-1", [&seen](const Snapshot& state) {
    seen.push_back(state->phase);
    return state->phase != Phase::ready;
  });
  loop_.pass(10s);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back(), Phase::ready);
  const std::size_t heard = seen.size();
  engine_->send("r-1", lifecycles::ReleaseRequested{"asked"}, {});
  loop_.pass(10s);
  EXPECT_EQ(seen.size(), heard) << "it said that it had heard enough";
}

TEST_F(EngineTest, ForgetsAReservationWhenItsTombstoneHasPassed) {
  ASSERT_TRUE(create("r-1"));
  engine_->send("r-1", lifecycles::ReleaseRequested{"asked"}, {});
  loop_.pass(1h);
  EXPECT_EQ(engine_->statistics().live, 1u);
  loop_.pass(24h);
  EXPECT_EQ(engine_->statistics().live, 0u);
  EXPECT_EQ(phase_of("r-1"), Phase::released);
}

}  // namespace
}  // namespace mayfly::engine
