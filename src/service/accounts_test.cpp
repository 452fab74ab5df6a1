#include "service/accounts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "clouds/sim/sim_cloud.h"
#include "core/id.h"
#include "core/log.h"
#include "core/manual_loop.h"
#include "model/costs.h"
#include "service/documents.h"
#include "service/placing.h"
#include "store/memory/memory_store.h"

namespace mayfly::service {
namespace {

class AnyKeyring final : public engine::Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    loop.post([key, done = std::move(done)]() mutable {
      done(clouds::Credentials{.key_id = key, .id = "AKIA", .secret = Secret("hush")});
    });
  }
};

// A store that now and then refuses a write, or lies about one.
struct Unreliable final : store::Faults {
  SeededRandom random{5};
  std::uint64_t one_in = 0;
  bool refuses = false;
  store::CommitFate fate() override {
    if (refuses) return store::CommitFate::refused;
    if (one_in == 0 || random.next() % one_in != 0) return store::CommitFate::ok;
    return random.next() % 2 ? store::CommitFate::refused
                             : store::CommitFate::written_but_reported_failed;
  }
};

// Tomorrow's prices: one type, at a hundred times its price.
std::shared_ptr<const pricing::Catalog> dear_catalog() {
  auto catalog = pricing::Catalog::from_csv(
      "cloud,region,instance_type,vcpus,memory_gib,arch,gpu_count,included_disk_gib,"
      "price_usd_hour\naws,us-east-1,t3.small,2,2,x86_64,0,0,2.08\n",
      "region,usd_gb_month\nus-east-1,8\n", "2027-01-16");
  return *catalog;
}

// Engine, accounts and a simulated AWS; remembers every state there ever was.
class AccountsTest : public testing::Test {
 protected:
  AccountsTest() { log::configure(log::Level::off, false); }

  void boot(Allowance allowance) {
    allowance_ = allowance;
    engine_.reset();
    store_ = std::make_unique<store::MemoryStore>(disk_, &faults_);
    accounts_ = std::make_unique<Accounts>(*store_, loop_, allowance);
    engine::Settings settings{.observer = {.installation = "test"}};
    settings.policy.tombstone = 10min;
    settings.changed = [this](const Reservation* before, const Reservation* now) {
      accounts_->changed(before, now);
      if (now) seen_[now->id] = *now;
    };
    engine_ = std::make_unique<engine::Engine>(engine::Ports{.loop = loop_,
                                                             .store = *store_,
                                                             .keyring = keyring_,
                                                             .clouds = {{"aws", cloud_.get()}},
                                                             .catalog = [this] { return catalog_; },
                                                             .admit = accounts_->as_admit()},
                                               std::move(settings));
    engine_->start([](Result<void> result) { ASSERT_TRUE(result); });
    loop_.pass(1ms);
    load();
  }

  void crash_and_restart() {
    engine_.reset();
    loop_.drop_all();
    boot(allowance_);
  }

  Result<void> load(const std::string& user = "ann") {
    std::optional<Result<void>> loaded;
    accounts_->load(user, [&](Result<void> result) { loaded = std::move(result); });
    loop_.pass(1ms);
    EXPECT_TRUE(loaded);
    return *loaded;
  }

  Request small(int count = 1, int vcpus = 1) {
    Request request{.count = count, .vcpus = vcpus, .memory_gib = Gib::of(1)};
    request.lease = 2h;
    return request;
  }

  Reservation asked(const Request& request) {
    Reservation reservation{.id = new_id("r", loop_.now(), random_),
                            .user = "ann",
                            .request = request,
                            .keys = {{.cloud = "aws", .key = "k-aws"}}};
    reservation.created_at = reservation.next_at = loop_.now();
    if (request.lease) reservation.expires_at = loop_.now() + *request.lease;
    EXPECT_TRUE(place_first(reservation, *catalog_, {.clouds = {"aws"}}));
    return reservation;
  }

  // What Service::create does on the loop.
  Result<std::string> create(const Request& request) {
    Reservation reservation = asked(request);
    const std::string id = reservation.id;
    TRY_VOID(accounts_->open(reservation));
    engine_->create(std::move(reservation), {}, [this, id](Result<engine::Snapshot> created) {
      if (!created) accounts_->close(id);
    });
    return id;
  }

  Result<void> extend(const std::string& id, Time end) {
    TRY_VOID(accounts_->extend(id, end));
    engine_->send(id, lifecycles::LeaseSet{end},
                  [this, id](Result<engine::Snapshot>) { accounts_->extended(id); });
    return {};
  }

  void release(const std::string& id) {
    engine_->send(id, lifecycles::ReleaseRequested{"it was asked for"}, {});
  }

  const Reservation& state(const std::string& id) { return seen_.at(id); }
  Standing standing() { return accounts_->standing("ann"); }
  Money held() {
    const Standing now = standing();
    const auto found = now.held.usd.find(now.month);
    return found == now.held.usd.end() ? Money{} : found->second;
  }

  // By all there ever was, in a month, until now.
  Money spent(Month month) {
    Money sum;
    for (const auto& [id, each] : seen_) {
      sum += cost_between(each, start_of(month), start_of(next(month)), loop_.now()).user_usd;
    }
    return sum;
  }

  ManualLoop loop_;
  SeededRandom random_{1};
  sim::World world_{loop_, 1, {.throttling = false}};
  std::unique_ptr<clouds::Cloud> cloud_ = sim::make_sim_aws(world_);
  AnyKeyring keyring_;
  std::shared_ptr<const pricing::Catalog> catalog_ = pricing::Catalog::embedded();
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  Unreliable faults_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<std::string, Reservation> seen_;
  Allowance allowance_;
};

TEST_F(AccountsTest, HoldAtTheRequestAndSettleAtTheTeardown) {
  boot({.limits = {.machines = 3, .usd_per_month = Money::of(10)}});
  const auto id = create(small(2));
  ASSERT_TRUE(id);
  const Money promised = held();
  EXPECT_GE(promised, Money{1});
  EXPECT_EQ(standing().held.machines, 2);
  EXPECT_EQ(standing().used, Money{0});
  loop_.pass(10min);
  ASSERT_EQ(state(*id).phase, Phase::ready);
  EXPECT_LE(held(), promised);
  release(*id);
  loop_.pass(1s);
  EXPECT_EQ(standing().held, Amounts{});
  loop_.pass(1h);
  EXPECT_FALSE(engine_->find(*id));
  EXPECT_EQ(standing().used, cost_of(state(*id), loop_.now()).user_usd);
  EXPECT_GT(standing().used, Money{0});
  EXPECT_LT(standing().used, promised);
}

TEST_F(AccountsTest, RefuseWithTheFiguresThatBreakIt) {
  boot({.limits = {.machines = 3, .vcpus = 100}});
  ASSERT_TRUE(create(small(2)));
  const auto refused = create(small(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::over_limit);
  EXPECT_EQ(refused.error().message,
            "Over your limit of machines: limit 3, used 2, this request 2");
  EXPECT_EQ(standing().held.machines, 2);
  EXPECT_TRUE(create(small(1)));
}

TEST_F(AccountsTest, CountTheMonthsThatALeaseReaches) {
  boot({.limits = {.usd_per_month = Money::of(6)}});
  Request request = small();
  request.lease = 40 * 24h;
  const auto refused = create(request);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("dollars per month (2027-02): limit 6, used 0, held 0"),
            std::string::npos)
      << refused.error().message;
}

TEST_F(AccountsTest, TakeTheFirstOfferForWhichThereIsRoom) {
  boot({.limits = {.vcpus = 1}});
  Reservation reservation = asked(small());
  const std::size_t ranked = reservation.candidates.size();
  Offer large = reservation.candidates.front();
  large.vcpus = 2;
  large.instance_type = "large";
  reservation.candidates.insert(reservation.candidates.begin(), large);
  std::erase_if(reservation.candidates, [&](const Offer& offer) {
    return offer.vcpus > 1 && offer.instance_type != "large";
  });
  if (reservation.candidates.size() == 1) {
    large.vcpus = 1;
    large.instance_type = "small";
    reservation.candidates.push_back(large);
  }
  ASSERT_GT(ranked, 0u);
  ASSERT_TRUE(accounts_->open(reservation));
  EXPECT_EQ(reservation.candidates.front().vcpus, 1);
  ASSERT_EQ(reservation.exclusions.size(), 1u);
  EXPECT_NE(reservation.exclusions[0].reason.find("vCPUs: limit 1, used 0, this request 2"),
            std::string::npos);
  EXPECT_EQ(standing().held.vcpus, 1);
  accounts_->close(reservation.id);
  EXPECT_EQ(standing().held, Amounts{});
}

TEST_F(AccountsTest, ExtendOnlyWhileThereIsRoom) {
  boot({.limits = {.usd_per_month = Money{100'000}}});
  const auto id = create(small());
  ASSERT_TRUE(id);
  loop_.pass(5min);
  const Time end = *state(*id).expires_at;
  EXPECT_TRUE(extend(*id, end + 1h));
  const Money longer = held();
  const auto refused = extend(*id, end + 240h);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::over_limit);
  EXPECT_EQ(held(), longer);
  loop_.pass(1min);
  EXPECT_TRUE(extend(*id, end - 1h));
  loop_.pass(1s);
  EXPECT_LT(held(), longer);
}

TEST_F(AccountsTest, HoldWithoutALeaseUntilTheMonthEndsAndEachThatFollows) {
  boot({.limits = {.usd_per_month = Money::of(100)}});
  Request request = small();
  request.lease.reset();
  const auto id = create(request);
  ASSERT_TRUE(id);
  loop_.pass(10min);
  const Offer& offer = placed_offer(state(*id))[0];
  const Time month_end = start_of(next(standing().month));
  const Time launched = state(*id).attempts.back().machines[0].instance.launched_at;
  EXPECT_EQ(held(), round_half_up(offer.price.exact_cost(month_end - launched)));
  loop_.pass(month_end - loop_.now() + 5min);
  EXPECT_EQ(month_text(standing().month), "2027-02");
  // A whole month of 28 days, but for a micro-dollar of rounding.
  EXPECT_NEAR(static_cast<double>(held().value),
              static_cast<double>(round_half_up(offer.price.exact_cost(28 * 24h)).value), 1.0);
}

TEST_F(AccountsTest, RefuseAFailoverThatCostsMoreThanThereIsRoomFor) {
  boot({.limits = {.usd_per_hour = Money{30'000}}});
  Reservation reservation = asked(small());
  const Offer cheap = reservation.candidates.front();
  Offer dear = cheap;
  dear.instance_type = "m5.4xlarge";
  dear.price.instance_hour = Money::of(1);
  reservation.candidates = {cheap, dear};
  world_.set_faults(
      {.faults = {{.fault = sim::FaultKind::capacity, .instance_type = cheap.instance_type}}});
  const std::string id = reservation.id;
  ASSERT_TRUE(accounts_->open(reservation));
  engine_->create(std::move(reservation), {}, [](Result<engine::Snapshot>) {});
  loop_.pass(10min);
  EXPECT_EQ(state(id).phase, Phase::failed);
  EXPECT_NE(state(id).end_reason.find("dollars per hour: limit 0.03"), std::string::npos)
      << state(id).end_reason;
  for (const Attempt& attempt : state(id).attempts) EXPECT_EQ(attempt.offer, cheap);
  EXPECT_EQ(standing().held, Amounts{});
}

TEST_F(AccountsTest, HoldMoreForADearerFailoverForWhichThereIsRoom) {
  boot({.limits = {.usd_per_hour = Money::of(2)}});
  Reservation reservation = asked(small());
  const Offer cheap = reservation.candidates.front();
  Offer dear = cheap;
  dear.instance_type = "m5.4xlarge";
  dear.price.instance_hour = Money::of(1);
  reservation.candidates = {cheap, dear};
  world_.set_faults(
      {.faults = {{.fault = sim::FaultKind::capacity, .instance_type = cheap.instance_type}}});
  const std::string id = reservation.id;
  ASSERT_TRUE(accounts_->open(reservation));
  engine_->create(std::move(reservation), {}, [](Result<engine::Snapshot>) {});
  EXPECT_LT(standing().held.usd_per_hour, Money::of(1));
  loop_.pass(10min);
  EXPECT_EQ(state(id).phase, Phase::ready);
  EXPECT_GT(standing().held.usd_per_hour, Money::of(1));
}

TEST_F(AccountsTest, LeaveNothingHeldWhenACreationFails) {
  boot({.limits = {.machines = 5}});
  faults_.refuses = true;
  const auto id = create(small(2));
  ASSERT_TRUE(id);
  EXPECT_EQ(standing().held.machines, 2);
  loop_.pass(30s);
  EXPECT_EQ(standing().held, Amounts{});
  faults_.refuses = false;
  loop_.pass(1h);
  EXPECT_EQ(standing().held, Amounts{});
}

TEST_F(AccountsTest, KnowAfterARestartWhatTheyKnewBefore) {
  boot({.limits = {.usd_per_month = Money::of(10)}});
  const auto gone = create(small());
  const auto ended = create(small());
  loop_.pass(20min);
  release(*gone);
  loop_.pass(1h);
  release(*ended);
  const auto lives = create(small(2));
  ASSERT_TRUE(lives);
  loop_.pass(5min);
  ASSERT_FALSE(engine_->find(*gone));
  ASSERT_TRUE(engine_->find(*ended));
  const Standing before = standing();
  EXPECT_GT(before.used, cost_of(state(*ended), loop_.now()).user_usd);
  crash_and_restart();
  EXPECT_EQ(standing().used, before.used);
  EXPECT_EQ(standing().held, before.held);
}

TEST_F(AccountsTest, FollowWhatAnAdminSets) {
  boot({.limits = {.machines = 1}});
  EXPECT_FALSE(create(small(2)));
  accounts_->set_overrides("ann", {.machines = "2"}, 2);
  EXPECT_TRUE(create(small(2)));
  accounts_->set_overrides("ann", {.machines = "none"}, 1);
  EXPECT_EQ(standing().allowance.limits.machines, 2);
  // Lowered below what there is: nothing more, and what there is stays.
  accounts_->set_overrides("ann", {.machines = "1"}, 3);
  EXPECT_FALSE(create(small(1)));
  EXPECT_EQ(standing().held.machines, 2);
}

TEST_F(AccountsTest, KeepHistoryWhenTheCatalogChanges) {
  boot({});
  const auto early = create(small());
  loop_.pass(30min);
  release(*early);
  const auto running = create(small());
  loop_.pass(30min);
  const Time then = loop_.now();
  const auto past = [&](const std::string& id) {
    return cost_between(state(id), Time::min(), then, then);
  };
  const Share before_early = past(*early);
  const Share before_running = past(*running);
  const Money rate = placed_offer(state(*running))->price.hourly();
  const Money promised = held();

  catalog_ = dear_catalog();
  loop_.pass(10min);
  crash_and_restart();
  loop_.pass(10min);
  EXPECT_EQ(past(*early), before_early);
  EXPECT_EQ(past(*running), before_running);
  EXPECT_EQ(held(), promised);
  EXPECT_EQ(placed_offer(state(*running))->price.hourly(), rate);
  const auto later = create(small());
  loop_.pass(10min);
  EXPECT_GT(placed_offer(state(*later))->price.hourly().value, 3 * rate.value);
}

// ---- any order of things
// ------------------------------------------------------------------------------

class Interleavings : public AccountsTest, public testing::WithParamInterface<int> {
 protected:
  void step() {
    switch (random_.next() % 10) {
      case 0:
      case 1:
      case 2: {
        Request request = small(1 + pick(3), 1 + pick(2));
        request.lease = std::chrono::minutes(5 + pick(600));
        if (const auto id = create(request)) ids_.push_back(*id);
        break;
      }
      case 3:
        if (!ids_.empty()) release(any());
        break;
      case 4:
      case 5:
        if (!ids_.empty()) {
          const std::string id = any();
          if (const auto now = engine_->find(id); now && now->goal == Goal::present)
            (void)extend(id, *now->expires_at + std::chrono::minutes(pick(120) - 30));
        }
        break;
      case 6:
        if (pick(20) == 0) crash_and_restart();
        break;
      default:
        loop_.pass(std::chrono::milliseconds(1 + pick(600'000)));
    }
  }

  void check() {
    const Limits& limits = allowance_.limits;
    std::int64_t machines = 0;
    std::int64_t vcpus = 0;
    Money usd_per_hour;
    for (const auto& [id, each] : seen_) {
      if (each.goal == Goal::absent) continue;
      for (const Attempt* attempt : live_attempts(each)) {
        for (const Machine& machine : attempt->machines) {
          if (machine.slot < 0 || machine.gone_at) continue;
          ++machines;
          vcpus += attempt->offer.vcpus;
          usd_per_hour += attempt->offer.price.hourly();
        }
      }
    }
    EXPECT_LE(machines, *limits.machines);
    EXPECT_LE(vcpus, *limits.vcpus);
    EXPECT_LE(usd_per_hour, *limits.usd_per_hour);
    for (Month month = month_of(start_); start_of(month) < loop_.now(); month = next(month)) {
      EXPECT_LE(spent(month), *limits.usd_per_month) << month_text(month);
    }
    const Standing now = standing();
    EXPECT_GE(now.held.machines, machines);
    EXPECT_LE(now.used + held(), *limits.usd_per_month);
  }

  std::string any() { return ids_[random_.next() % ids_.size()]; }
  int pick(int below) { return static_cast<int>(random_.next() % static_cast<unsigned>(below)); }

  std::vector<std::string> ids_;
  Time start_;
};

TEST_P(Interleavings, NeverPassALimitAndLeaveNothingHeld) {
  random_ = SeededRandom(static_cast<std::uint64_t>(GetParam()));
  start_ = loop_.now();
  world_.set_faults({.faults = {{.fault = sim::FaultKind::capacity, .probability = {300'000}}}});
  boot({.limits = {.machines = 8,
                   .vcpus = 12,
                   .usd_per_hour = Money{150'000},
                   .usd_per_month = Money{1'500'000}}});
  faults_.one_in = 40;
  for (int i = 0; i < 250 && !HasFailure(); ++i) {
    step();
    check();
  }
  faults_.one_in = 0;
  for (const std::string& id : ids_) release(id);
  loop_.pass(3h);
  check();
  const Standing end = standing();
  EXPECT_EQ(end.held, Amounts{});
  EXPECT_EQ(end.used, spent(end.month));
  EXPECT_EQ(engine_->statistics().live, 0u);
  EXPECT_GT(ids_.size(), 5u);
  crash_and_restart();
  EXPECT_EQ(standing().used, end.used);
  EXPECT_EQ(standing().held, Amounts{});
}

INSTANTIATE_TEST_SUITE_P(Seeds, Interleavings, testing::Range(1, 13));

}  // namespace
}  // namespace mayfly::service
