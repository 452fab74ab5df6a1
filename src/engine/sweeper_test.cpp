// The sweeper in an engine over simulated clouds: what it ends, and what it never touches.
#include "engine/sweeper.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "clouds/sim/sim_cloud.h"
#include "clouds/sim/world.h"
#include "core/log.h"
#include "core/manual_loop.h"
#include "engine/engine.h"
#include "store/memory/memory_store.h"

namespace mayfly::engine {
namespace {

constexpr char kOurs[] = "m-1";

// Ann has a key for each cloud, Bob one for the same AWS account as hers.
class TwoUsersKeys final : public Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    loop.post([this, key, done = std::move(done)]() mutable {
      if (broken.contains(key)) return done(fail(ErrorCode::not_found, "the key was removed"));
      done(credentials(key));
    });
  }
  void reaches(Loop& loop, Done<Result<std::vector<KeyReach>>> done) override {
    loop.post([this, done = std::move(done)]() mutable { done(keys); });
  }
  static clouds::Credentials credentials(const std::string& key) {
    const std::string account = key.ends_with("aws") ? "aws" : key;
    return {.key_id = key, .id = "id-" + account, .secret = Secret("secret-" + account)};
  }

  std::vector<KeyReach> keys = {
      {.id = "k-aws", .user = "ann", .cloud = "aws", .regions = {"eu-west-1", "us-east-1"}},
      {.id = "k-do", .user = "ann", .cloud = "digitalocean"},
      {.id = "k-bob-aws", .user = "bob", .cloud = "aws", .regions = {"us-east-1"}},
  };
  std::set<std::string> broken;
};

struct SomeFaults : store::Faults {
  bool reads_fail = false;
  store::CommitFate fates = store::CommitFate::ok;
  bool read_fails() override { return reads_fail; }
  store::CommitFate fate() override { return fates; }
  Duration commit_delay() override { return 2ms; }
};

// One Mayfly: it can crash and start again over what its disk kept.
class House {
 public:
  House(ManualLoop& loop, sim::World& world, std::string installation)
      : loop_(loop),
        aws_(sim::make_sim_aws(world)),
        digitalocean_(sim::make_sim_digitalocean(world)),
        installation_(std::move(installation)) {
    boot();
  }

  void boot() {
    store_ = std::make_unique<store::MemoryStore>(disk, &faults);
    Settings settings{.observer = {.installation = installation_}};
    settings.sweep.first_after = 1s;
    engine = std::make_unique<Engine>(
        Ports{.loop = loop_,
              .store = *store_,
              .keyring = keyring,
              .clouds = {{"aws", aws_.get()}, {"digitalocean", digitalocean_.get()}},
              .catalog = &pricing::Catalog::embedded},
        std::move(settings));
    engine->start([](Result<void>) {});
  }
  void crash() {
    engine.reset();
    store_.reset();
  }

  Reservation wanted(const std::string& id, const std::string& region = "us-east-1") {
    Reservation reservation{.id = id,
                            .user = "ann",
                            .keys = {{.cloud = "aws", .key = "k-aws"}},
                            .next_at = loop_.now(),
                            .created_at = loop_.now()};
    reservation.request.image = "ubuntu-24.04";
    reservation.candidates.push_back({.cloud = "aws",
                                      .region = region,
                                      .instance_type = "t3.micro",
                                      .price = {.instance_hour = {1'000}}});
    return reservation;
  }
  std::optional<Stray> record(const sim::Machine& machine) {
    const auto document = disk->get("strays", stray_id(machine.cloud, machine.id));
    if (!document) return std::nullopt;
    return *stray_from_document(*document);
  }
  std::optional<Result<SweepReport>> sweep(const std::string& user, bool dry_run) {
    auto answer = std::make_shared<std::optional<Result<SweepReport>>>();
    engine->sweep(user, dry_run,
                  [answer](Result<SweepReport> report) { *answer = std::move(report); });
    for (int i = 0; i < 600 && !*answer; ++i) loop_.pass(100ms);
    return *answer;
  }

  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();
  SomeFaults faults;
  TwoUsersKeys keyring;
  std::unique_ptr<Engine> engine;

 private:
  ManualLoop& loop_;
  std::unique_ptr<clouds::Cloud> aws_;
  std::unique_ptr<clouds::Cloud> digitalocean_;
  std::string installation_;
  std::unique_ptr<store::MemoryStore> store_;
};

class SweeperTest : public testing::Test {
 protected:
  SweeperTest() { log::configure(log::Level::off, false); }

  static std::string account(const std::string& cloud) {
    return sim::account_of(cloud, TwoUsersKeys::credentials(cloud == "aws" ? "k-aws" : "k-do"));
  }
  sim::Machine& put(const std::string& cloud, const std::string& region, const std::string& type,
                    std::map<std::string, std::string> tags) {
    return world_.add_foreign(cloud, account(cloud), region, type, std::move(tags));
  }
  sim::Machine& instance(std::map<std::string, std::string> tags,
                         const std::string& region = "us-east-1") {
    return put("aws", region, "t3.micro", std::move(tags));
  }
  sim::Machine& droplet(const std::vector<std::string>& tags,
                        const std::string& size = "s-1vcpu-1gb") {
    std::map<std::string, std::string> written;
    for (const std::string& tag : tags) written[tag] = "";
    return put("digitalocean", "nyc1", size, std::move(written));
  }
  static std::map<std::string, std::string> ours(const std::string& reservation,
                                                 const std::string& attempt = "1") {
    return {
        {tag::kInstallation, kOurs}, {tag::kReservation, reservation}, {tag::kAttempt, attempt}};
  }
  bool alive(const sim::Machine& machine) {
    world_.settle();
    return machine.state_at(world_.now()) <= InstanceState::stopped;
  }

  ManualLoop loop_;
  sim::World world_{loop_, 7};
};

TEST_F(SweeperTest, EndsWhatNothingAnswersForInEveryRegionThatAKeyReaches) {
  const sim::Machine& here = instance({{tag::kInstallation, kOurs}});
  const sim::Machine& there = instance(ours("r-unknown"), "eu-west-1");
  const sim::Machine& drop = droplet({"mayfly:installation:m-1", "mayfly:reservation:r-unknown"});
  const sim::Machine& gpu = droplet({"mayfly:installation:m-1"}, "gpu-h100x1-80gb");
  loop_.pass(10s);  // droplets get their tags late
  House house(loop_, world_, kOurs);
  loop_.pass(10min);
  for (const sim::Machine* machine : {&here, &there, &drop, &gpu}) {
    EXPECT_TRUE(alive(*machine)) << "the age guard";
    ASSERT_TRUE(house.record(*machine));
    EXPECT_EQ(house.record(*machine)->state, StrayState::suspected);
    EXPECT_EQ(house.record(*machine)->user, "ann");
  }
  EXPECT_EQ(house.engine->statistics().strays, 4u);
  loop_.pass(15min);
  for (const sim::Machine* machine : {&here, &there, &drop, &gpu}) {
    EXPECT_FALSE(alive(*machine));
    EXPECT_EQ(house.record(*machine)->state, StrayState::ended);
    EXPECT_TRUE(house.record(*machine)->ended_at);
  }
  EXPECT_EQ(house.record(here)->reason, StrayReason::no_reservation);
  EXPECT_EQ(house.record(there)->reason, StrayReason::unknown_reservation);
  EXPECT_EQ(house.engine->statistics().strays, 0u);
}

TEST_F(SweeperTest, NeverTouchesAnythingWithoutExactlyOurTag) {
  for (const char* value : {"m-", "m-10", "M-1", "m-2", "", "m-1 "})
    instance({{tag::kInstallation, value}, {tag::kReservation, "r-unknown"}});
  instance({});
  instance({{"Mayfly:Installation", kOurs}});
  instance({{"mayfly:installations", kOurs}});
  instance({{tag::kReservation, "r-unknown"}});
  for (const char* tag :
       {"mayfly:installation:m-10", "mayfly:installation:m-", "Mayfly:Installation:M-1",
        "mayfly:installation:m-2", "m-1", "mayfly:reservation:r-unknown"}) {
    droplet({tag});
    droplet({tag}, "gpu-h100x1-80gb");
  }
  droplet({});
  House house(loop_, world_, kOurs);
  loop_.pass(49h);
  EXPECT_TRUE(world_.foreign_ended().empty());
  EXPECT_TRUE(house.disk->query({.collection = "strays"}).empty());
  const auto report = house.sweep("ann", false);
  ASSERT_TRUE(report && *report);
  for (const SweptRegion& region : (*report)->regions) {
    EXPECT_EQ(region.listed, 0) << "others' machines are not even counted";
    EXPECT_FALSE(region.error);
  }
  loop_.pass(2h);
  EXPECT_TRUE(world_.foreign_ended().empty());
}

TEST_F(SweeperTest, LeavesTheMachinesOfAnotherInstallationInTheSameAccountAlone) {
  House first(loop_, world_, "m-1");
  House second(loop_, world_, "m-12");
  first.engine->create(first.wanted("r-first"), {}, [](Result<Snapshot>) {});
  second.engine->create(second.wanted("r-second"), {}, [](Result<Snapshot>) {});
  const sim::Machine& of_second = instance({{tag::kInstallation, "m-12"}});
  loop_.pass(25h);
  EXPECT_EQ(first.engine->find("r-first")->phase, Phase::ready);
  EXPECT_EQ(second.engine->find("r-second")->phase, Phase::ready);
  EXPECT_TRUE(first.disk->query({.collection = "strays"}).empty());
  EXPECT_EQ(second.disk->query({.collection = "strays"}).size(), 1u);
  EXPECT_FALSE(alive(of_second)) << "each sweeps its own";
  EXPECT_EQ(world_.living().size(), 2u);
}

TEST_F(SweeperTest, JudgesNothingWhileTheStoreCannotBeRead) {
  House house(loop_, world_, kOurs);
  loop_.pass(100ms);
  house.faults.reads_fail = true;
  const sim::Machine& stray = instance(ours("r-unknown"));
  loop_.pass(2h);
  EXPECT_TRUE(alive(stray));
  const auto report = house.sweep("ann", true);
  ASSERT_TRUE(report && *report);
  const auto& found = (*report)->regions.at(1).strays;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().verdict, StrayVerdict::unclear);
  house.faults.reads_fail = false;
  loop_.pass(25h);
  EXPECT_FALSE(alive(stray));
}

TEST_F(SweeperTest, LooksAgainWithinTheDayWhereItCouldNotSee) {
  const sim::Machine& stray = instance(ours("r-unknown"));
  House house(loop_, world_, kOurs);
  world_.revoke(account("aws"));
  loop_.pass(5min);
  world_.restore(account("aws"));
  loop_.pass(2h);
  EXPECT_FALSE(alive(stray));
}

TEST_F(SweeperTest, LooksAgainWithinTheDayWhenItCouldNotWriteDownWhatItSaw) {
  const sim::Machine& stray = instance(ours("r-unknown"));
  House house(loop_, world_, kOurs);
  house.faults.fates = store::CommitFate::refused;
  loop_.pass(5min);
  EXPECT_FALSE(house.record(stray));
  house.faults.fates = store::CommitFate::ok;
  loop_.pass(2h);
  EXPECT_FALSE(alive(stray));
}

TEST_F(SweeperTest, JudgesNothingWhenTheStoreFailsBetweenTheSightsEither) {
  const sim::Machine& stray = instance(ours("r-unknown"));
  House house(loop_, world_, kOurs);
  loop_.pass(10min);
  ASSERT_EQ(house.engine->statistics().strays, 1u);
  house.faults.reads_fail = true;
  loop_.pass(3h);
  EXPECT_TRUE(alive(stray));
  house.faults.reads_fail = false;
  loop_.pass(5min);
  EXPECT_FALSE(alive(stray));
}

TEST_F(SweeperTest, EndsNothingBeforeTheRecordSaysSo) {
  const sim::Machine& stray = instance(ours("r-unknown"));
  House house(loop_, world_, kOurs);
  loop_.pass(10min);
  house.faults.fates = store::CommitFate::refused;
  loop_.pass(3h);
  EXPECT_TRUE(alive(stray));
  EXPECT_EQ(house.record(stray)->state, StrayState::suspected);
  house.faults.fates = store::CommitFate::written_but_reported_failed;
  loop_.pass(1min);
  house.faults.fates = store::CommitFate::ok;
  loop_.pass(10min);
  EXPECT_FALSE(alive(stray));
  EXPECT_EQ(house.record(stray)->state, StrayState::ended);
}

// Dead at any moment of it, and started again: the stray ends, and nothing else does.
TEST_F(SweeperTest, GoesOnAfterACrashAtAnyMoment) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    ManualLoop loop;
    sim::World world(loop, seed);
    world.set_faults(sim::FaultPlan{}
                         .with(sim::FaultKind::phantom_not_found, 100)
                         .with(sim::FaultKind::delete_accepted_but_stays, 300)
                         .with(sim::FaultKind::delete_refused, 200)
                         .with(sim::FaultKind::timeout_after_success, 100)
                         .with(sim::FaultKind::timeout_before, 100));
    const sim::Machine& stray =
        world.add_foreign("aws", account("aws"), "us-east-1", "t3.micro", ours("r-unknown"));
    const sim::Machine& drop = world.add_foreign("digitalocean", account("digitalocean"), "nyc1",
                                                 "s-1vcpu-1gb", {{"mayfly:installation:m-1", ""}});
    const sim::Machine& other = world.add_foreign("aws", account("aws"), "us-east-1", "t3.micro",
                                                  {{tag::kInstallation, "m-10"}});
    House house(loop, world, kOurs);
    for (int crashes = 0; crashes < 8; ++crashes) {
      loop.pass(std::chrono::milliseconds(random.below(crashes % 2 ? 400'000 : 20'000)));
      house.crash();
      loop.pass(std::chrono::milliseconds(random.below(60'000)));
      house.boot();
    }
    world.heal();
    loop.pass(30h);
    EXPECT_GE(loop.now(), stray.ended) << "seed " << seed;
    EXPECT_GE(loop.now(), drop.ended) << "seed " << seed;
    EXPECT_EQ(other.ended, kNever) << "seed " << seed;
    ASSERT_TRUE(house.record(stray) && house.record(drop));
    EXPECT_EQ(house.record(stray)->state, StrayState::ended) << "seed " << seed;
    EXPECT_EQ(house.record(drop)->state, StrayState::ended) << "seed " << seed;
  }
}

TEST_F(SweeperTest, AsksAgainForAsLongAsAMachineStays) {
  world_.set_faults(sim::FaultPlan{}.with(sim::FaultKind::delete_accepted_but_stays, 1000));
  const sim::Machine& drop = droplet({"mayfly:installation:m-1"});
  House house(loop_, world_, kOurs);
  loop_.pass(6h);
  EXPECT_EQ(house.record(drop)->state, StrayState::ending);
  world_.set_faults({});
  loop_.pass(61min);
  EXPECT_FALSE(alive(drop));
}

TEST_F(SweeperTest, LeavesWhatAReservationAnswersForAloneThroughWhicheverKeyItIsSeen) {
  House house(loop_, world_, kOurs);
  house.engine->create(house.wanted("r-1"), {}, [](Result<Snapshot>) {});
  loop_.pass(25h);
  EXPECT_EQ(house.engine->find("r-1")->phase, Phase::ready);
  const auto report = house.sweep("bob", false);
  ASSERT_TRUE(report && *report);
  ASSERT_EQ((*report)->regions.size(), 1u);
  EXPECT_EQ((*report)->regions.front().known, 1);
  loop_.pass(1h);
  EXPECT_EQ(house.engine->find("r-1")->phase, Phase::ready);
  EXPECT_TRUE(house.disk->query({.collection = "strays"}).empty());
}

TEST_F(SweeperTest, EndsWhatShowsUpAfterTheTombstoneAndWhatNamesAnotherAttempt) {
  House house(loop_, world_, kOurs);
  house.engine->create(house.wanted("r-over"), {}, [](Result<Snapshot>) {});
  house.engine->create(house.wanted("r-1"), {}, [](Result<Snapshot>) {});
  loop_.pass(5min);
  house.engine->send("r-over", lifecycles::ReleaseRequested{"asked"}, {});
  loop_.pass(25h);
  ASSERT_FALSE(house.engine->find("r-over"));
  const sim::Machine& late = instance(ours("r-over"));
  const sim::Machine& unknown = instance(ours("r-1", "7"));
  const sim::Machine& elsewhere = instance(ours("r-1"), "eu-west-1");
  loop_.pass(25h);
  EXPECT_FALSE(alive(late));
  EXPECT_FALSE(alive(unknown));
  EXPECT_FALSE(alive(elsewhere));
  EXPECT_EQ(house.record(late)->reason, StrayReason::reservation_over);
  EXPECT_EQ(house.record(unknown)->reason, StrayReason::unknown_attempt);
  EXPECT_EQ(house.record(elsewhere)->reason, StrayReason::elsewhere);
  EXPECT_EQ(house.engine->find("r-1")->phase, Phase::ready);
}

TEST_F(SweeperTest, HearsOfStraysInRegionsInUseWithoutWaitingForADay) {
  House house(loop_, world_, kOurs);
  house.engine->create(house.wanted("r-1"), {}, [](Result<Snapshot>) {});
  loop_.pass(1h);
  const sim::Machine& stray = instance(ours("r-unknown"));
  loop_.pass(20min);
  EXPECT_FALSE(alive(stray));
}

TEST_F(SweeperTest, ChangesNothingInADryRunAndSaysWhatItWouldDo) {
  House house(loop_, world_, kOurs);
  loop_.pass(1min);
  const sim::Machine& stray = instance(ours("r-unknown"));
  world_.revoke(account("digitalocean"));
  for (int i = 0; i < 3; ++i) {
    const auto report = house.sweep("ann", true);
    ASSERT_TRUE(report && *report);
    ASSERT_EQ((*report)->regions.size(), 3u);
    const SweptRegion& here = (*report)->regions.at(1);
    EXPECT_EQ(here.region, "us-east-1");
    ASSERT_EQ(here.strays.size(), 1u);
    EXPECT_EQ(here.strays.front().machine, stray.id);
    EXPECT_EQ(here.strays.front().verdict, StrayVerdict::waiting);
    const SweptRegion& droplets = (*report)->regions.at(2);
    EXPECT_FALSE(droplets.region);
    EXPECT_TRUE(droplets.error) << "a region that cannot be listed is not left out";
    loop_.pass(30min);
  }
  EXPECT_FALSE(house.record(stray));
  EXPECT_TRUE(alive(stray));
  ASSERT_TRUE(*house.sweep("ann", false));
  loop_.pass(10min);
  const auto waiting = house.sweep("ann", true);
  EXPECT_EQ((*waiting)->regions.at(1).strays.front().verdict, StrayVerdict::waiting);
  EXPECT_TRUE((*waiting)->regions.at(1).strays.front().not_before);
}

TEST_F(SweeperTest, EndsOnDemandWhatIsPastTheGuards) {
  const sim::Machine& stray = instance(ours("r-unknown"));
  House house(loop_, world_, kOurs);
  loop_.pass(14min);
  house.crash();
  loop_.pass(10min);
  house.boot();
  loop_.pass(10ms);
  const auto dry = house.sweep("ann", true);
  EXPECT_EQ((*dry)->regions.at(1).strays.front().verdict, StrayVerdict::to_be_ended);
  const auto wet = house.sweep("ann", false);
  EXPECT_EQ((*wet)->regions.at(1).strays.front().verdict, StrayVerdict::ending);
  loop_.pass(2min);
  EXPECT_FALSE(alive(stray));
}

TEST_F(SweeperTest, RefusesASecondSweepOfAUserWhileOneIsUnderWay) {
  House house(loop_, world_, kOurs);
  loop_.pass(1s);
  int done = 0;
  house.engine->sweep("ann", true, [&](Result<SweepReport> report) { done += report ? 1 : 0; });
  house.engine->sweep("ann", true, [&](Result<SweepReport> report) {
    EXPECT_EQ(report.error().code, ErrorCode::conflict);
    ++done;
  });
  house.engine->sweep("bob", true, [&](Result<SweepReport> report) { done += report ? 1 : 0; });
  loop_.pass(1min);
  EXPECT_EQ(done, 3);
  EXPECT_TRUE(*house.sweep("ann", true));
}

TEST_F(SweeperTest, LooksWhereSomethingIsSoldWhenTheCloudDidNotSayWhereTheKeyReaches) {
  const sim::Machine& far_away = instance(ours("r-unknown"), "ap-southeast-2");
  House house(loop_, world_, kOurs);
  house.crash();
  house.keyring.keys = {{.id = "k-aws", .user = "ann", .cloud = "aws"}};
  house.boot();
  loop_.pass(1h);
  EXPECT_FALSE(alive(far_away));
}

TEST_F(SweeperTest, GoesOnWithAnotherKeyOfTheAccountWhenTheFirstIsGone) {
  const sim::Machine& stray = instance(ours("r-unknown"));
  House house(loop_, world_, kOurs);
  loop_.pass(5min);
  ASSERT_EQ(house.record(stray)->key, "k-aws");
  house.keyring.broken.insert("k-aws");
  loop_.pass(49h);
  EXPECT_FALSE(alive(stray));
}

// ---- known, but vanished
// --------------------------------------------------------------------------------

TEST_F(SweeperTest, ReportsKnownMachinesThatAListingLacksAndTheReservationSaysSo) {
  House house(loop_, world_, kOurs);
  house.engine->create(house.wanted("r-1"), {}, [](Result<Snapshot>) {});
  loop_.pass(10min);
  const std::string id = world_.living().front().id;
  sim::Machine& machine = *world_.find("aws", id);
  machine.hidden_from = loop_.now();
  machine.hidden_until = kNever;  // not even as terminated
  const auto report = house.sweep("ann", true);
  ASSERT_TRUE(report && *report);
  const auto& vanished = (*report)->regions.at(1).vanished;
  ASSERT_EQ(vanished.size(), 1u);
  EXPECT_EQ(vanished.front().reservation, "r-1");
  EXPECT_EQ(vanished.front().machine, id);
  EXPECT_EQ(house.engine->find("r-1")->phase, Phase::ready) << "one absence proves nothing";
  loop_.pass(10min);
  const Snapshot state = house.engine->find("r-1");
  EXPECT_EQ(state->phase, Phase::failed);
  EXPECT_TRUE(std::ranges::any_of(state->journal, [&](const JournalEntry& entry) {
    return entry.message.contains(id) && entry.message.contains("observed gone");
  }));
}

}  // namespace
}  // namespace mayfly::engine
