#include "clouds/sim/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/sim/droplets.h"
#include "clouds/sim/ec2.h"
#include "clouds/sim/geography.h"
#include "core/manual_loop.h"
#include "json/codec.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

CallSite launch_call(std::string zone = "us-east-1a") {
  return {.cloud = "aws",
          .account = "1",
          .region = "us-east-1",
          .operation = "RunInstances",
          .instance_type = "m5.large",
          .zone = std::move(zone),
          .machines = 1};
}

CallSite describe_call() {
  return {.cloud = "aws", .account = "1", .region = "us-east-1", .operation = "DescribeInstances"};
}

CallSite droplets_call() {
  return {.cloud = "digitalocean", .account = "t", .region = "", .operation = "list droplets"};
}

TEST(FaultPlan, IsReadFromJsonAndPrintedBack) {
  const auto text = json::parse(
      R"({"faults":[{"fault":"late_arrival","probability":0.25,"longest":"3h"},
                    {"fault":"capacity","cloud":"aws","region":"us-east-1","zone":"us-east-1a","times":2}]})");
  const auto plan = json::decode<FaultPlan>(*text);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->faults[0].fault, FaultKind::late_arrival);
  EXPECT_EQ(plan->faults[0].probability.value, 250'000);
  EXPECT_EQ(plan->faults[0].longest, Duration{3h});
  EXPECT_EQ(plan->faults[1].probability, Chance::of(1));
  EXPECT_EQ(json::decode<FaultPlan>(json::encode(*plan)), *plan);
}

TEST(FaultPlan, NamesWhatIsWrong) {
  const auto text = json::parse(R"({"faults":[{"fault":"fire"},{"probability":2}]})");
  const auto plan = json::decode<FaultPlan>(*text);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().fields, SizeIs(3));
}

TEST(FaultPlan, ASwarmIsTheSameForTheSameSeed) {
  SeededRandom one(7), same(7), other(8);
  const FaultPlan plan = FaultPlan::swarm(one);
  EXPECT_EQ(FaultPlan::swarm(same), plan);
  EXPECT_NE(FaultPlan::swarm(other), plan);
}

TEST(Faults, StrikeOnlyWhereTheRuleSaysAndSoOften) {
  SeededRandom random(1);
  Faults faults(random);
  faults.set({{{.fault = FaultKind::capacity, .zone = "us-east-1a", .times = 2}}});
  EXPECT_FALSE(faults.draw(FaultKind::capacity, launch_call("us-east-1b")));
  EXPECT_FALSE(faults.draw(FaultKind::quota, launch_call()));
  EXPECT_TRUE(faults.draw(FaultKind::capacity, launch_call()));
  EXPECT_TRUE(faults.draw(FaultKind::capacity, launch_call()));
  EXPECT_FALSE(faults.draw(FaultKind::capacity, launch_call()));
}

TEST(World, RunsEffectsInTheOrderOfTheirTimes) {
  ManualLoop clock;
  World world(clock, 1);
  std::vector<int> order;
  world.at(clock.now() + 2s, [&] { order.push_back(2); });
  world.at(clock.now() + 1s, [&] { order.push_back(1); });
  world.at(clock.now() + 9s, [&] { order.push_back(9); });
  clock.pass(3s);
  EXPECT_THAT(order, IsEmpty());
  world.settle();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(World, AnEffectHappensBeforeItsAnswer) {
  ManualLoop clock;
  WorldSettings settings;
  settings.throttling = false;
  World world(clock, 1, settings);
  for (int i = 0; i < 1000; ++i) {
    const CallFate fate = world.receive(describe_call());
    ASSERT_LE(clock.now(), fate.effect_at);
    ASSERT_LE(fate.effect_at, fate.answer_at);
    ASSERT_LE(fate.answer_at, clock.now() + 400ms);
  }
}

TEST(World, LostAnswersEndAtTheDeadline) {
  ManualLoop clock;
  World world(clock, 1);
  world.set_faults(FaultPlan{}.with(FaultKind::timeout_after_success, 1000));
  CallFate fate = world.receive(launch_call());
  EXPECT_FALSE(fate.refused);
  EXPECT_EQ(fate.masked->status, 0);
  EXPECT_EQ(fate.answer_at, clock.now() + 30s);
  world.set_faults(FaultPlan{}.with(FaultKind::timeout_before, 1000));
  fate = world.receive(launch_call());
  EXPECT_EQ(fate.refused->status, 0);
  EXPECT_EQ(fate.answer_at, clock.now() + 30s);
}

TEST(World, LateLaunchesAreMaskedAndHappenWithinThreeHours) {
  ManualLoop clock;
  World world(clock, 1);
  world.set_faults(FaultPlan{}.with(FaultKind::late_arrival, 1000));
  const CallFate fate = world.receive(launch_call());
  EXPECT_TRUE(fate.masked);
  EXPECT_GT(fate.effect_at, fate.answer_at);
  EXPECT_LE(fate.effect_at, clock.now() + 3h + 1min);
  EXPECT_FALSE(world.receive(describe_call()).masked) << "only launches are late";
}

TEST(World, AKeyIsRevokedAndWorksAgain) {
  ManualLoop clock;
  World world(clock, 1);
  FaultPlan once = FaultPlan{}.with(FaultKind::unauthorized_for_a_while, 1000);
  once.faults[0].times = 1;
  world.set_faults(once);
  EXPECT_EQ(world.receive(describe_call()).refused->code, "AuthFailure");
  EXPECT_TRUE(world.receive(launch_call()).refused);
  EXPECT_FALSE(world.receive(droplets_call()).refused) << "another account";
  clock.pass(10min);
  EXPECT_FALSE(world.receive(describe_call()).refused);
}

TEST(World, AKeyMayBeGoodAndNotAllowed) {
  ManualLoop clock;
  World world(clock, 1);
  world.set_faults(FaultPlan{}.with(FaultKind::forbidden, 1000));
  EXPECT_EQ(world.receive(launch_call()).refused->code, "UnauthorizedOperation");
  EXPECT_EQ(world.receive(droplets_call()).refused->code, "forbidden");
  CallSite who = launch_call();
  who.operation = "GetCallerIdentity";
  EXPECT_FALSE(world.receive(who).refused);
}

TEST(World, HealingRestoresKeysAndStopsFutureFailures) {
  ManualLoop clock;
  World world(clock, 1);
  world.set_faults(FaultPlan{}.with(FaultKind::spontaneous_termination, 1000));
  Machine& machine = world.create({.cloud = "aws", .account = "1", .region = "us-east-1"});
  world.revoke("1");
  world.heal();
  clock.pass(4h);
  EXPECT_FALSE(world.receive(describe_call()).refused);
  EXPECT_EQ(machine.state_at(world.now()), InstanceState::running);
}

TEST(Throttle, AllowsFiveLaunchCallsAndThenTwoASecond) {
  ManualLoop clock;
  World world(clock, 1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(world.receive(launch_call()).refused);
  const CallFate sixth = world.receive(launch_call());
  ASSERT_TRUE(sixth.refused);
  EXPECT_EQ(sixth.refused->code, "RequestLimitExceeded");
  EXPECT_EQ(sixth.refused->status, 503);
  clock.pass(1s);
  EXPECT_FALSE(world.receive(launch_call()).refused);
  EXPECT_FALSE(world.receive(launch_call()).refused);
  EXPECT_TRUE(world.receive(launch_call()).refused);
  EXPECT_FALSE(world.receive(describe_call()).refused) << "every API has its own";
}

TEST(Throttle, AllowsAThousandMachinesAndThenTwoASecond) {
  ManualLoop clock;
  World world(clock, 1);
  CallSite large = launch_call();
  large.machines = 1000;
  EXPECT_FALSE(world.receive(large).refused);
  EXPECT_TRUE(world.receive(launch_call()).refused);
  clock.pass(1s);
  EXPECT_FALSE(world.receive(launch_call()).refused);
}

TEST(Throttle, GivesUnfilteredListingsLess) {
  ManualLoop clock;
  World world(clock, 1);
  CallSite plain = describe_call();
  plain.unfiltered = true;
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(world.receive(plain).refused);
  EXPECT_TRUE(world.receive(plain).refused);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(world.receive(describe_call()).refused);
  EXPECT_TRUE(world.receive(describe_call()).refused);
}

TEST(Throttle, DigitalOceanAllows250AMinuteAndSaysHowLongToWait) {
  ManualLoop clock;
  World world(clock, 1);
  for (int i = 0; i < 250; ++i) EXPECT_FALSE(world.receive(droplets_call()).refused);
  clock.pass(20s);
  const CallFate refused = world.receive(droplets_call());
  ASSERT_TRUE(refused.refused);
  EXPECT_EQ(refused.refused->status, 429);
  EXPECT_EQ(refused.refused->retry_after, Duration{40s});
  clock.pass(40s);
  EXPECT_FALSE(world.receive(droplets_call()).refused);
}

TEST(Throttle, DigitalOceanAllows5000AnHour) {
  ManualLoop clock;
  World world(clock, 1);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_FALSE(world.receive(droplets_call()).refused) << i;
    clock.pass(300ms);
  }
  const CallFate refused = world.receive(droplets_call());
  ASSERT_TRUE(refused.refused);
  EXPECT_FALSE(refused.refused->retry_after) << "given on the burst limit only";
  EXPECT_EQ(world.throttle().window("t", world.now()).remaining, 0);
  clock.pass(1h);
  world.settle();
  EXPECT_EQ(world.throttle().window("t", world.now()).remaining, 5000);
}

TEST(Throttle, CanBeSwitchedOff) {
  ManualLoop clock;
  WorldSettings settings;
  settings.throttling = false;
  World world(clock, 1, settings);
  for (int i = 0; i < 10'000; ++i) ASSERT_FALSE(world.receive(droplets_call()).refused);
}

struct Books : testing::Test {
  ManualLoop clock;
  World world{clock, 1, [] {
                WorldSettings settings;
                settings.instance_boot = {30s, 30s};
                settings.droplet_shutdown = {0s, 0s};
                settings.price = [](const std::string& cloud, const std::string&,
                                    const std::string&) {
                  PriceTerms terms;
                  terms.instance_hour = Money::of(3);
                  if (cloud == "aws") terms.disk_gib_month = Money::of(1);
                  terms.ipv4_hour = Money::of(cloud == "aws" ? 1 : 0);
                  terms.minimum_seconds = 60;
                  return std::optional(terms);
                };
                return settings;
              }()};
  Machine& add(const std::string& cloud) {
    return world.create({.cloud = cloud,
                         .account = "1",
                         .region = "us-east-1",
                         .instance_type = "m5.large",
                         .tags = {{"mayfly:reservation", "r-1"}, {"mayfly:reservation:r-1", ""}},
                         .disk_gib = 730});
  }
  void pass(Duration duration) {
    clock.pass(duration);
    world.settle();
  }
};

TEST_F(Books, Ec2BillsFromTheLaunchToTheTerminateCall) {
  Machine& machine = add("aws");
  pass(10min);
  world.end(machine, "", "");
  pass(1h);
  const LedgerEntry entry = world.ledger()[0];
  EXPECT_EQ(entry.billed_from, machine.created);
  EXPECT_EQ(entry.billed_until, machine.created + 10min);
  EXPECT_EQ(entry.billed_seconds, 600);
  // Ten minutes of 3 (instance) + 1 (disk) + 1 (address) an hour.
  EXPECT_EQ(entry.cost, Money{833'333});
  EXPECT_EQ(entry.state, InstanceState::terminated);
  ASSERT_TRUE(entry.ended);
}

TEST_F(Books, Ec2BillsOnlyTheDiskOfAStoppedMachine) {
  Machine& machine = add("aws");
  machine.stopped_from = machine.created + 1h;
  pass(3h);
  EXPECT_EQ(world.ledger()[0].billed_seconds, 3 * 3600);
  EXPECT_EQ(world.ledger()[0].stopped_seconds, 2 * 3600);
  EXPECT_EQ(world.ledger()[0].cost, Money::of(5 + 2));
  EXPECT_FALSE(world.ledger()[0].billed_until);
  world.end(machine, "", "");
  pass(2h);
  EXPECT_EQ(world.ledger()[0].cost, Money::of(5 + 2)) << "the stop is not forgotten";
}

TEST_F(Books, DigitalOceanBillsAMachineThatIsOffInFull) {
  Machine& droplet = add("digitalocean");
  droplet.stopped_from = droplet.created + 1h;
  pass(3h);
  EXPECT_EQ(world.ledger()[0].stopped_seconds, 0);
  EXPECT_EQ(world.ledger()[0].cost, Money::of(9));
}

TEST_F(Books, AMachineThatNeverRanCostsTheMinimum) {
  Machine& machine = add("aws");
  pass(10s);
  world.end(machine, "", "");
  pass(1h);
  EXPECT_EQ(world.ledger()[0].billed_seconds, 60);
  EXPECT_EQ(world.ledger()[0].cost, Money{83'333});
}

TEST_F(Books, AreKeptInTheWholeSecondsThatTheCloudsState) {
  pass(900ms);
  Machine& machine = add("aws");
  pass(10min + 200ms);
  world.end(machine, "", "");
  pass(1h);
  const LedgerEntry entry = world.ledger()[0];
  EXPECT_EQ(entry.billed_from, machine.created - 900ms);
  EXPECT_EQ(entry.billed_until, machine.created + 10min + 100ms);
  EXPECT_EQ(entry.billed_seconds, 601);
}

TEST_F(Books, AreKeptInTheTimeOnTheWireWhenTheWorldRunsFaster) {
  WorldSettings settings = world.settings();
  const Time start = clock.now();
  settings.wire_time = [start](Time moment) { return start + (moment - start) / 60; };
  World fast(clock, 1, settings);
  Machine& machine = fast.create({.cloud = "aws", .account = "1", .region = "us-east-1"});
  clock.pass(10h);
  fast.settle();
  EXPECT_EQ(fast.ledger()[0].billed_seconds, 600);
  fast.end(machine, "", "");
  EXPECT_EQ(fast.ledger()[0].billed_until, start + 10min);
  EXPECT_EQ(fast.ledger()[0].cost, Money{666'667});
}

TEST_F(Books, SumsAreMadeOfWhatIsNotYetRounded) {
  for (int i = 0; i < 3; ++i) add("aws");
  pass(10min);
  ExactCost sum = 0;
  Money rounded;
  for (const LedgerEntry& entry : world.ledger()) {
    sum += *entry.exact_cost;
    rounded += *entry.cost;
  }
  EXPECT_EQ(round_half_up(sum), Money{2'500'000});
  EXPECT_EQ(rounded, Money{2'499'999});
}

TEST_F(Books, DigitalOceanBillsFromCreationAndAtLeastAMinute) {
  Machine& droplet = add("digitalocean");
  pass(20s);
  world.end(droplet, "", "");
  pass(1h);
  EXPECT_EQ(world.ledger()[0].billed_seconds, 60);
  EXPECT_EQ(world.ledger()[0].cost, Money{50'000});
}

TEST_F(Books, LivingMachinesAreFoundByOurTagAtEitherCloud) {
  Machine& machine = add("aws");
  add("digitalocean");
  EXPECT_THAT(world.living_with_tag("mayfly:reservation", "r-1"), SizeIs(2));
  EXPECT_THAT(world.living_with_tag("mayfly:reservation", "r-2"), IsEmpty());
  world.end(machine, "", "");
  pass(1min);
  EXPECT_THAT(world.living(), SizeIs(1));
  EXPECT_THAT(world.ledger(), SizeIs(2));
}

TEST_F(Books, EndingAForeignMachineIsRemembered) {
  Machine& foreign = world.add_foreign("aws", "1", "us-east-1", "m5.large");
  EXPECT_THAT(world.foreign_ended(), IsEmpty());
  world.end(foreign, "", "");
  EXPECT_THAT(world.foreign_ended(), ElementsAre(foreign.id));
}

}  // namespace
}  // namespace mayfly::sim
