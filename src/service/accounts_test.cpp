#include "service/accounts_fixture_test.h"

namespace mayfly::service {
namespace {

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

}  // namespace
}  // namespace mayfly::service
