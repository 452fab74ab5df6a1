#include "clouds/sim/ec2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/sim/geography.h"
#include "core/manual_loop.h"

namespace mayfly::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kRegion[] = "us-east-1";

struct Ec2 : testing::Test {
  ManualLoop clock;
  World world{clock, 1};
  std::string account = "123456789012";

  ec2::Launch spec(int count = 1) {
    return {.region = kRegion,
            .instance_type = "m5.large",
            .image = find_image(kRegion, "ubuntu-24.04", Arch::x86_64)->id,
            .subnet = subnet_of(account, "us-east-1a"),
            .at_least = count,
            .at_most = count,
            .token = "token-1",
            .parameters = "as sent",
            .tags = {{"mayfly:reservation", "r-1"}}};
  }
  std::vector<std::string> launch(const ec2::Launch& launch) {
    std::vector<std::string> ids;
    for (const Machine* machine : ec2::launch(world, account, launch).value())
      ids.push_back(machine->id);
    return ids;
  }
  std::vector<std::string> launch(int count = 1) { return launch(spec(count)); }
  std::string refusal(const ec2::Launch& launch) {
    const auto answer = ec2::launch(world, account, launch);
    return answer ? "accepted" : answer.error().code;
  }
  std::string terminate(const std::vector<std::string>& ids) {
    const auto answer = ec2::terminate(world, account, kRegion, ids);
    return answer ? "accepted" : answer.error().code;
  }
  InstanceState state(const std::string& id) {
    return world.find("aws", id)->state_at(world.now());
  }
  void pass(Duration duration) {
    clock.pass(duration);
    world.settle();
  }
  // Past every ordinary delay of a new machine.
  void boot() { pass(2min); }
};

TEST_F(Ec2, GivesTheSameMachinesForTheSameTokenAndParameters) {
  const auto first = launch(3);
  EXPECT_THAT(first, SizeIs(3));
  EXPECT_EQ(launch(3), first);
  EXPECT_THAT(world.ledger(), SizeIs(3));
}

TEST_F(Ec2, GivesTheDeadMachinesOfATokenEvenDaysLater) {
  const auto ids = launch();
  boot();
  ASSERT_EQ(terminate(ids), "accepted");
  pass(72h);
  EXPECT_EQ(launch(), ids);
  EXPECT_EQ(state(ids[0]), InstanceState::terminated);
}

TEST_F(Ec2, RefusesATokenWithOtherParameters) {
  launch();
  ec2::Launch other = spec();
  other.parameters = "something else";
  EXPECT_EQ(refusal(other), "IdempotentParameterMismatch");
}

TEST_F(Ec2, KnowsTokensPerRegionAndAccount) {
  launch();
  ec2::Launch elsewhere = spec();
  elsewhere.region = "eu-west-1";
  elsewhere.image = find_image("eu-west-1", "ubuntu-24.04", Arch::x86_64)->id;
  elsewhere.subnet.clear();
  launch(elsewhere);
  account = "210987654321";
  ec2::Launch of_another = spec();
  launch(of_another);
  EXPECT_THAT(world.ledger(), SizeIs(3));
}

TEST_F(Ec2, ForgetsATokenWhoseLaunchFailed) {
  world.set_capacity(kRegion, "us-east-1a", "m5.large", 0);
  EXPECT_EQ(refusal(spec()), "InsufficientInstanceCapacity");
  world.set_capacity(kRegion, "us-east-1a", "m5.large", std::nullopt);
  EXPECT_THAT(launch(), SizeIs(1));
}

TEST_F(Ec2, StartsAllMachinesOrNone) {
  world.set_capacity(kRegion, "us-east-1a", "m5.large", 2);
  const auto answer = ec2::launch(world, account, spec(3));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status, 500);
  EXPECT_EQ(answer.error().code, "InsufficientInstanceCapacity");
  EXPECT_THAT(world.ledger(), IsEmpty());
}

TEST_F(Ec2, CapacityIsPerZoneAndComesBackWhenMachinesEnd) {
  world.set_capacity(kRegion, "us-east-1a", "m5.large", 1);
  const auto ids = launch();
  ec2::Launch second = spec();
  second.token = "token-2";
  EXPECT_EQ(refusal(second), "InsufficientInstanceCapacity");
  ec2::Launch next_zone = second;
  next_zone.subnet = subnet_of(account, "us-east-1b");
  EXPECT_EQ(refusal(next_zone), "accepted");
  boot();
  ASSERT_EQ(terminate(ids), "accepted");
  pass(1min);
  second.token = "token-3";
  EXPECT_EQ(refusal(second), "accepted");
}

TEST_F(Ec2, RefusesWhatDoesNotExist) {
  ec2::Launch launch = spec();
  launch.image = "ami-00000000000000000";
  EXPECT_EQ(refusal(launch), "InvalidAMIID.NotFound");
  launch = spec();
  launch.subnet = "subnet-0";
  EXPECT_EQ(refusal(launch), "InvalidSubnetID.NotFound");
}

TEST_F(Ec2, RefusesATypeThatIsNotSoldThereAndAnImageOfAnotherProcessor) {
  WorldSettings settings;
  settings.sold = [](const std::string&, const std::string&, const std::string& type) {
    return type == "m5.large" ? std::optional(Arch::x86_64) : std::nullopt;
  };
  World shop(clock, 1, settings);
  ec2::Launch launch = spec();
  launch.instance_type = "m99.large";
  EXPECT_EQ(ec2::launch(shop, account, launch).error().code, "Unsupported");
  launch = spec();
  launch.image = find_image(kRegion, "ubuntu-24.04", Arch::arm64)->id;
  EXPECT_EQ(ec2::launch(shop, account, launch).error().code, "InvalidParameterValue");
}

TEST_F(Ec2, SomeZonesLackSomeTypes) {
  ec2::Launch launch = spec();
  launch.instance_type = "t3.micro";
  int zones = 0;
  for (const std::string& zone : zones_of(kRegion)) {
    launch.token = zone;
    launch.subnet = subnet_of(account, zone);
    const bool offered = zone_offers(zone, launch.instance_type);
    EXPECT_EQ(refusal(launch), offered ? "accepted" : "Unsupported") << zone;
    zones += offered;
  }
  EXPECT_EQ(zones, 2);
}

TEST_F(Ec2, MachinesGoFromPendingToRunningToTerminated) {
  const std::string id = launch()[0];
  EXPECT_EQ(state(id), InstanceState::pending);
  pass(19s);
  EXPECT_EQ(state(id), InstanceState::pending);
  pass(42s);
  EXPECT_EQ(state(id), InstanceState::running);
  ASSERT_EQ(terminate({id}), "accepted");
  EXPECT_EQ(state(id), InstanceState::shutting_down);
  pass(9s);
  EXPECT_EQ(state(id), InstanceState::shutting_down);
  pass(32s);
  EXPECT_EQ(state(id), InstanceState::terminated);
}

TEST_F(Ec2, ShowsTerminatedMachinesForAnHour) {
  const auto ids = launch();
  boot();
  terminate(ids);
  pass(59min);
  EXPECT_THAT(ec2::describe(world, account, kRegion), SizeIs(1));
  pass(2min);
  EXPECT_THAT(ec2::describe(world, account, kRegion), IsEmpty());
  EXPECT_EQ(terminate(ids), "InvalidInstanceID.NotFound");
}

TEST_F(Ec2, NewMachinesAreNotVisibleAtOnce) {
  WorldSettings settings;
  settings.visibility = {10s, 10s};
  World slow(clock, 1, settings);
  const std::string id = ec2::launch(slow, account, spec()).value()[0]->id;
  EXPECT_THAT(ec2::describe(slow, account, kRegion), IsEmpty());
  EXPECT_EQ(ec2::terminate(slow, account, kRegion, {id}).error().code,
            "InvalidInstanceID.NotFound");
  clock.pass(10s);
  slow.settle();
  EXPECT_THAT(ec2::describe(slow, account, kRegion), SizeIs(1));
}

TEST_F(Ec2, OneUnknownIdFailsTheWholeTermination) {
  auto ids = launch(2);
  boot();
  const auto known = ids;
  ids.push_back("i-0ffffffffffffffff");
  ids.push_back("i-0eeeeeeeeeeeeeeee");
  const auto answer = ec2::terminate(world, account, kRegion, ids);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "InvalidInstanceID.NotFound");
  EXPECT_THAT(answer.error().message, HasSubstr("i-0ffffffffffffffff, i-0eeeeeeeeeeeeeeee"));
  EXPECT_THAT(ec2::ids_in(answer.error().message),
              ElementsAre("i-0ffffffffffffffff", "i-0eeeeeeeeeeeeeeee"));
  for (const std::string& id : known) EXPECT_EQ(state(id), InstanceState::running);
}

TEST_F(Ec2, MachinesOfOtherAccountsAndRegionsAreUnknown) {
  const auto ids = launch();
  boot();
  EXPECT_EQ(ec2::terminate(world, account, "eu-west-1", ids).error().code,
            "InvalidInstanceID.NotFound");
  EXPECT_EQ(ec2::terminate(world, "210987654321", kRegion, ids).error().code,
            "InvalidInstanceID.NotFound");
}

TEST_F(Ec2, RefusesToTerminateNothingAndNonsense) {
  EXPECT_EQ(terminate({}), "InvalidParameterCombination");
  EXPECT_EQ(terminate({"web-1"}), "InvalidInstanceID.Malformed");
}

TEST_F(Ec2, TerminatingTwiceIsFine) {
  const auto ids = launch();
  boot();
  EXPECT_EQ(terminate(ids), "accepted");
  pass(1min);
  EXPECT_EQ(terminate(ids), "accepted");
}

TEST_F(Ec2, AProtectedMachineKeepsItsZone) {
  const std::string here = launch()[0];
  ec2::Launch there = spec();
  there.token = "token-2";
  there.subnet = subnet_of(account, "us-east-1b");
  const std::string protected_one = launch(there)[0];
  there.token = "token-3";
  const std::string beside = launch(there)[0];
  boot();
  ASSERT_TRUE(ec2::set_terminate_protection(world, account, kRegion, protected_one, true));
  EXPECT_EQ(terminate({here, protected_one, beside}), "OperationNotPermitted");
  EXPECT_EQ(state(here), InstanceState::shutting_down);
  EXPECT_EQ(state(protected_one), InstanceState::running);
  EXPECT_EQ(state(beside), InstanceState::running);
  ASSERT_TRUE(ec2::set_terminate_protection(world, account, kRegion, protected_one, false));
  EXPECT_EQ(terminate({protected_one, beside}), "accepted");
}

TEST_F(Ec2, AMachineThatFailsToBootEndsWhilePendingAndSaysWhy) {
  world.set_faults(FaultPlan{}.with(FaultKind::boot_failure, 1000));
  const std::string id = launch()[0];
  boot();
  EXPECT_EQ(state(id), InstanceState::terminated);
  EXPECT_NE(world.find("aws", id)->end_code, "");
}

TEST_F(Ec2, MachinesStopAndEndByThemselves) {
  world.set_faults(FaultPlan{}.with(FaultKind::spontaneous_stop, 1000));
  const std::string stopping = launch()[0];
  world.set_faults(FaultPlan{}.with(FaultKind::spontaneous_termination, 1000));
  ec2::Launch second = spec();
  second.token = "token-2";
  const std::string ending = launch(second)[0];
  boot();
  pass(2h);
  EXPECT_EQ(state(stopping), InstanceState::stopped);
  EXPECT_EQ(state(ending), InstanceState::terminated);
}

TEST_F(Ec2, PhantomAbsenceIsShortAndRare) {
  const auto ids = launch();
  boot();
  world.set_faults(FaultPlan{}.with(FaultKind::phantom_not_found, 1000));
  EXPECT_THAT(ec2::describe(world, account, kRegion), IsEmpty());
  EXPECT_EQ(terminate(ids), "InvalidInstanceID.NotFound");
  pass(30s);
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(ec2::describe(world, account, kRegion), SizeIs(1));
    pass(30s);
  }
}

TEST_F(Ec2, DeletesAreRefusedForAWhile) {
  const auto ids = launch();
  boot();
  FaultPlan once = FaultPlan{}.with(FaultKind::delete_refused, 1000);
  once.faults[0].times = 1;
  world.set_faults(once);
  EXPECT_EQ(terminate(ids), "IncorrectInstanceState");
  pass(59s);
  EXPECT_EQ(terminate(ids), "IncorrectInstanceState");
  pass(1s);
  EXPECT_EQ(terminate(ids), "accepted");
}

TEST_F(Ec2, DeletesAreAcceptedAndForgotten) {
  const auto ids = launch();
  boot();
  FaultPlan once = FaultPlan{}.with(FaultKind::delete_accepted_but_stays, 1000);
  once.faults[0].times = 1;
  world.set_faults(once);
  EXPECT_EQ(terminate(ids), "accepted");
  pass(5min);
  EXPECT_EQ(state(ids[0]), InstanceState::running);
  EXPECT_EQ(terminate(ids), "accepted");
  pass(1min);
  EXPECT_EQ(state(ids[0]), InstanceState::terminated);
}

TEST_F(Ec2, SaysQuotaAndUnsupportedInItsOwnWords) {
  world.set_faults(FaultPlan{}.with(FaultKind::quota, 1000));
  EXPECT_EQ(refusal(spec()), "VcpuLimitExceeded");
  world.set_faults(FaultPlan{}.with(FaultKind::unsupported_zone, 1000));
  EXPECT_EQ(refusal(spec()), "Unsupported");
}

}  // namespace
}  // namespace mayfly::sim
