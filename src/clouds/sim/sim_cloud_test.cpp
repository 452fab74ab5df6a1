#include "clouds/sim/sim_cloud.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/manual_loop.h"

namespace mayfly::sim {
namespace {

using clouds::Cloud;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The engine's side: calls a cloud and waits for the one answer.
struct SimCloud : testing::TestWithParam<const char*> {
  ManualLoop loop;
  World world{loop, 3};
  std::unique_ptr<Cloud> cloud =
      std::string_view(GetParam()) == "aws" ? make_sim_aws(world) : make_sim_digitalocean(world);
  clouds::Credentials credentials{
      .key_id = "k-1", .id = "AKIA", .secret = Secret("dop_v1_x"), .region = "us-east-1"};
  bool aws() const { return cloud->name() == "aws"; }
  std::string region() const { return aws() ? "us-east-1" : "nyc3"; }
  std::string type() const { return aws() ? "m5.large" : "s-1vcpu-1gb"; }

  template <class T>
  CloudResult<T> wait(std::optional<CloudResult<T>>& answer) {
    EXPECT_FALSE(answer) << "answered inside the call";
    loop.run();
    EXPECT_TRUE(answer) << "never answered";
    return *std::move(answer);
  }
  CloudResult<std::vector<LaunchTarget>> prepare() {
    std::optional<CloudResult<std::vector<LaunchTarget>>> answer;
    cloud->prepare(credentials,
                   {.region = region(), .instance_type = type(), .image = "ubuntu-24.04"}, loop,
                   [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
  clouds::LaunchSpec spec(std::vector<std::string> names = {"m-1", "m-2"}) {
    return {.region = region(),
            .instance_type = type(),
            .target = prepare().value()[0],
            .disk_gib = 25,
            .names = std::move(names),
            .token = "token-1",
            .tags = {{tag::kInstallation, "i-1"}, {tag::kReservation, "r-1"}}};
  }
  CloudResult<std::vector<Instance>> launch(clouds::LaunchSpec launch_spec) {
    std::optional<CloudResult<std::vector<Instance>>> answer;
    cloud->launch(credentials, std::move(launch_spec), loop,
                  [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
  CloudResult<std::vector<Instance>> list() {
    std::optional<CloudResult<std::vector<Instance>>> answer;
    cloud->list(credentials, cloud->traits().lists_all_regions ? "" : region(), "i-1", loop,
                [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
  CloudResult<Cloud::Terminated> terminate(std::vector<std::string> ids) {
    std::optional<CloudResult<Cloud::Terminated>> answer;
    cloud->terminate(credentials, region(), std::move(ids), loop,
                     [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
  CloudResult<std::map<std::string, Time>> ended(std::vector<std::string> ids) {
    std::optional<CloudResult<std::map<std::string, Time>>> answer;
    cloud->ended(credentials, region(), std::move(ids), loop,
                 [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
};

using Ends = std::map<std::string, Time>;

INSTANTIATE_TEST_SUITE_P(Clouds, SimCloud, testing::Values("aws", "digitalocean"));

TEST_P(SimCloud, ChecksACredential) {
  std::optional<CloudResult<clouds::Identity>> answer;
  cloud->check(credentials, loop, [&](auto result) { answer = std::move(result); });
  EXPECT_TRUE(wait(answer));
  world.revoke(account_of(cloud->name(), credentials));
  answer.reset();
  cloud->check(credentials, loop, [&](auto result) { answer = std::move(result); });
  EXPECT_EQ(wait(answer).error().reaction, Reaction::key_refused);
}

TEST_P(SimCloud, LaunchesListsAndEndsMachines) {
  const auto launched = launch(spec());
  ASSERT_TRUE(launched) << launched.error().message;
  ASSERT_THAT(*launched, SizeIs(2));
  EXPECT_EQ((*launched)[1].name, "m-2");
  EXPECT_EQ((*launched)[0].state, InstanceState::pending);
  loop.pass(2min);
  auto listed = list().value();
  ASSERT_THAT(listed, SizeIs(2));
  EXPECT_EQ(listed[0].state, InstanceState::running);
  EXPECT_EQ(listed[0].tags.at(tag::kReservation), "r-1");
  EXPECT_NE(listed[0].public_ip, "");
  const auto ended = terminate({listed[0].id, listed[1].id});
  ASSERT_TRUE(ended);
  EXPECT_THAT(ended->not_found, IsEmpty());
  loop.pass(1min);
  listed = list().value();
  if (cloud->traits().shows_terminated)
    EXPECT_EQ(listed[0].state, InstanceState::terminated);
  else
    EXPECT_THAT(listed, IsEmpty());
  EXPECT_THAT(world.living(), IsEmpty());
}

TEST_P(SimCloud, StatesWholeSecondsAndBillsByThem) {
  const Instance machine = launch(spec({"m-1"})).value()[0];
  EXPECT_EQ(machine.launched_at, std::chrono::floor<std::chrono::seconds>(machine.launched_at));
  EXPECT_EQ(machine.launched_at, world.ledger()[0].billed_from);
  loop.pass(2min);
  EXPECT_EQ(ended({machine.id}).value(), Ends{}) << "it lives";
  ASSERT_TRUE(terminate({machine.id}));
  loop.pass(1min);
  const Time end = world.ledger()[0].billed_until.value();
  EXPECT_EQ(end, std::chrono::floor<std::chrono::seconds>(end));
  EXPECT_EQ(ended({machine.id, "17", ""}).value(), (Ends{{machine.id, end}}));
  EXPECT_FALSE(world.ledger()[0].by_itself);
}

TEST_P(SimCloud, StatesTheEndThatAMachineTookByItself) {
  FaultPlan soon = FaultPlan{}.with(FaultKind::spontaneous_termination, 1000);
  soon.faults[0].longest = 10min;
  world.set_faults(soon);
  const Instance machine = launch(spec({"m-1"})).value()[0];
  loop.pass(20min);
  const auto ends = ended({machine.id});
  ASSERT_EQ(ends.value().size(), 1u);
  EXPECT_EQ(ends->at(machine.id), world.ledger()[0].billed_until);
  EXPECT_TRUE(world.ledger()[0].by_itself);
}

TEST_P(SimCloud, KnowsEndsForAnHourOrForEver) {
  const Instance machine = launch(spec({"m-1"})).value()[0];
  loop.pass(1min);
  ASSERT_TRUE(terminate({machine.id}));
  loop.pass(62min);
  EXPECT_EQ(ended({machine.id}).value().size(), aws() ? 0u : 1u);
}

TEST_P(SimCloud, OnlyEc2StatesSinceWhenAMachineStopped) {
  const Instance machine = launch(spec({"m-1"})).value()[0];
  loop.pass(2min);
  world.settle();
  world.stop(*world.find(cloud->name(), machine.id));
  const Time stopped = world.stated(world.now());
  loop.pass(1min);
  const Instance shown = list().value().at(0);
  EXPECT_EQ(shown.state, InstanceState::stopped);
  EXPECT_EQ(shown.state_since, aws() ? std::optional(stopped) : std::nullopt);
  EXPECT_EQ(ended({machine.id}).value(), Ends{});
}

TEST_P(SimCloud, TellsUnknownIdsApartAndEndsTheOthers) {
  const std::string id = launch(spec({"m-1"})).value()[0].id;
  const std::string unknown = aws() ? "i-0ffffffffffffffff" : "17";
  loop.pass(2min);
  const auto ended = terminate({unknown, id});
  ASSERT_TRUE(ended);
  EXPECT_THAT(ended->not_found, ElementsAre(unknown));
  loop.pass(1min);
  EXPECT_THAT(world.living(), IsEmpty());
}

TEST_P(SimCloud, OneMachineThatCannotBeEndedDoesNotKeepTheOthers) {
  const auto machines = launch(spec()).value();
  loop.pass(2min);
  world.find(cloud->name(), machines[0].id)->refuses_until = loop.now() + 60s;
  EXPECT_FALSE(terminate({machines[0].id, machines[1].id}));
  loop.pass(50s);
  ASSERT_THAT(world.living(), SizeIs(1));
  EXPECT_EQ(world.living()[0].id, machines[0].id);
}

TEST_P(SimCloud, EndingNothingSucceeds) {
  EXPECT_TRUE(terminate({}));
}

TEST_P(SimCloud, FindsByTagOrName) {
  ASSERT_TRUE(launch(spec()));
  loop.pass(1min);
  std::optional<CloudResult<std::vector<Instance>>> answer;
  cloud->look_up(credentials,
                 {.region = region(), .tags = {{tag::kReservation, "r-1"}}, .names = {"m-1"}}, loop,
                 [&](auto result) { answer = std::move(result); });
  EXPECT_THAT(wait(answer).value(), SizeIs(2));
}

TEST_P(SimCloud, RepeatingALaunchIsSafeOnlyWithTokens) {
  const auto same = spec();
  ASSERT_TRUE(launch(same));
  ASSERT_TRUE(launch(same));
  EXPECT_THAT(world.living(), SizeIs(aws() ? 2 : 4));
}

TEST_P(SimCloud, ALostAnswerIsAmbiguousAndTheMachinesExist) {
  const auto wanted = spec();
  world.set_faults(FaultPlan{}.with(FaultKind::timeout_after_success, 1000));
  const auto answer = launch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reaction, Reaction::ambiguous);
  EXPECT_THAT(world.living(), SizeIs(2));
}

TEST_P(SimCloud, ALateLaunchArrivesAfterHealing) {
  const auto wanted = spec();
  world.set_faults(FaultPlan{}.with(FaultKind::late_arrival, 1000));
  const auto answer = launch(wanted);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reaction, Reaction::ambiguous);
  world.heal();
  EXPECT_THAT(world.living(), IsEmpty());
  loop.pass(3h + 1min);
  EXPECT_THAT(world.living(), SizeIs(2));
}

TEST_P(SimCloud, AnEffectOutlivesTheProcessThatAskedForIt) {
  cloud->launch(credentials, spec(), loop, [](auto) { FAIL() << "nobody is there to hear it"; });
  loop.drop_all();
  loop.pass(1min);
  EXPECT_THAT(world.living(), SizeIs(2));
}

TEST_P(SimCloud, CapacityMeansTheNextZoneOrOffer) {
  const auto wanted = spec();
  world.set_faults(FaultPlan{}.with(FaultKind::capacity, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, aws() ? Reaction::next_zone : Reaction::next_offer);
  EXPECT_THAT(world.ledger(), IsEmpty());
}

TEST_P(SimCloud, ThrottlingMeansAgain) {
  const auto wanted = spec();
  world.set_faults(FaultPlan{}.with(FaultKind::throttle, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, Reaction::again);
}

TEST_P(SimCloud, TheSameSeedIsTheSameHistory) {
  const auto history = [&](std::uint64_t seed) {
    ManualLoop own;
    World twin(own, seed);
    SeededRandom chance(seed);
    twin.set_faults(FaultPlan::swarm(chance));
    const auto port = aws() ? make_sim_aws(twin) : make_sim_digitalocean(twin);
    std::string text;
    for (int i = 0; i < 20; ++i) {
      auto each = spec({"m"});
      each.token = std::to_string(i);
      port->launch(credentials, each, own, [&](auto answer) {
        text += answer ? answer->at(0).id : answer.error().code;
        text += to_string(own.now());
      });
      own.pass(10s);
    }
    own.run();
    return text;
  };
  EXPECT_EQ(history(11), history(11));
  EXPECT_NE(history(11), history(12));
}

}  // namespace
}  // namespace mayfly::sim
