#include "clouds/sim/emr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/sim/geography.h"
#include "clouds/sim/sim_cloud.h"
#include "core/manual_loop.h"
#include "model/cluster.h"

namespace mayfly::sim::emr {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Clusters : testing::Test {
  ManualLoop loop;
  World world{loop, 4};

  static Launch three_nodes(std::string name = "c-1") {
    return {.region = "us-east-1",
            .name = std::move(name),
            .instance_type = "m5.xlarge",
            .zone = "us-east-1a",
            .disk_gib = 32,
            .tags = {{tag::kReservation, "r-1"}},
            .cluster = {.release = "emr-6.15.0",
                        .applications = {"Hadoop", "Spark"},
                        .groups = {{.name = "m", .role = "MASTER"},
                                   {.name = "c", .role = "CORE", .nodes = 2}},
                        .service_role = kServiceRole,
                        .instance_profile = kInstanceProfile}};
  }
  Machine& launch(Launch wanted = three_nodes()) {
    world.settle();
    auto started = run_job_flow(world, "a", std::move(wanted));
    EXPECT_TRUE(started) << started.error().message;
    return **started;
  }
  void pass(Duration duration) {
    loop.pass(duration);
    world.settle();
  }
  // When it changes to that state; it must within an hour.
  Duration until(const Machine& cluster, std::string_view state) {
    const Time begin = world.now();
    while (state_name(cluster, world.now()) != state && world.now() < begin + 1h) pass(1s);
    EXPECT_EQ(state_name(cluster, world.now()), state);
    return world.now() - begin;
  }
  std::string_view state(const Machine& cluster) { return state_name(cluster, world.now()); }
};

TEST_F(Clusters, StartInFiveToFifteenMinutesAndEndInOneToFive) {
  Machine& cluster = launch();
  EXPECT_EQ(state(cluster), "STARTING");
  EXPECT_EQ(master_dns(cluster, world.now()), "");
  Duration took = until(cluster, "BOOTSTRAPPING");
  took += until(cluster, "WAITING");
  EXPECT_GE(took, 5min);
  EXPECT_LE(took, 15min + 2s);
  EXPECT_THAT(master_dns(cluster, world.now()), HasSubstr("compute-1.amazonaws.com"));
  ASSERT_TRUE(terminate(world, "a", "us-east-1", {cluster.id}));
  EXPECT_EQ(state(cluster), "TERMINATING");
  EXPECT_EQ(reason_code(cluster, world.now()), "USER_REQUEST");
  const Duration ending = until(cluster, "TERMINATED");
  EXPECT_GE(ending, 1min);
  EXPECT_LE(ending, 5min + 2s);
  EXPECT_THAT(list(world, "a", "us-east-1"), SizeIs(1)) << "EMR remembers";
  pass(std::chrono::days{61});
  EXPECT_THAT(list(world, "a", "us-east-1"), IsEmpty());
}

TEST_F(Clusters, OfOneNameAreTwoWhenLaunchedTwice) {
  const Machine& one = launch();
  const Machine& other = launch();
  EXPECT_NE(one.id, other.id);
  EXPECT_EQ(one.name, other.name);
  EXPECT_THAT(world.living(), SizeIs(2));
}

TEST_F(Clusters, RunStepsFirstAndEndWithThemUnlessKeptAlive) {
  Launch wanted = three_nodes();
  wanted.cluster.steps = 2;
  wanted.cluster.keep_alive = false;
  Machine& cluster = launch(wanted);
  until(cluster, "RUNNING");
  until(cluster, "TERMINATING");
  EXPECT_EQ(reason_code(cluster, world.now()), "ALL_STEPS_COMPLETED");
  until(cluster, "TERMINATED");
  EXPECT_TRUE(world.ledger()[0].by_itself);
}

TEST_F(Clusters, AreEndedByAwsWhenTheyIdleForTooLong) {
  Launch wanted = three_nodes();
  wanted.cluster.idle_timeout = 20min;
  Machine& cluster = launch(wanted);
  until(cluster, "WAITING");
  EXPECT_NEAR(until(cluster, "TERMINATING") / 1s, 20 * 60, 2);
  Machine& other = launch(wanted);
  until(other, "WAITING");
  ASSERT_TRUE(set_idle_timeout(world, "a", "us-east-1", other.id, std::nullopt));
  world.heal();
  pass(1h);
  EXPECT_EQ(state(other), "WAITING");
}

TEST_F(Clusters, HealingKeepsThePolicyAndTakesTheFailure) {
  world.set_faults(FaultPlan{}.with(FaultKind::spontaneous_termination, 1000));
  Launch wanted = three_nodes();
  wanted.cluster.idle_timeout = 20h;
  Machine& cluster = launch(wanted);
  world.heal();
  pass(19h);
  EXPECT_EQ(state(cluster), "WAITING");
  pass(2h);
  EXPECT_EQ(state(cluster), "TERMINATED");
}

TEST_F(Clusters, MostFailuresComeAfterTheLaunchWasAccepted) {
  struct Case {
    FaultKind fault;
    const char* says;
  };
  for (const auto& [fault, says] :
       {Case{FaultKind::capacity, "EC2 is out of capacity for m5.xlarge"},
        Case{FaultKind::quota, "quota"}, Case{FaultKind::unsupported_zone, "not supported"},
        Case{FaultKind::missing_roles_later, "EMR_"},
        Case{FaultKind::boot_failure, "provisioning failed"},
        Case{FaultKind::spontaneous_termination, "master failed"}}) {
    world.set_faults(FaultPlan{}.with(fault, 1000));
    Machine& cluster = launch();
    EXPECT_EQ(state(cluster), "STARTING");
    world.set_faults({});
    pass(3h);
    EXPECT_EQ(state(cluster), "TERMINATED_WITH_ERRORS");
    EXPECT_THAT(cluster.end_reason, HasSubstr(says));
    EXPECT_THAT(reason_code(cluster, world.now()), testing::Not(IsEmpty()));
  }
}

TEST_F(Clusters, NeedTheirRolesAndAKnownSubnet) {
  Launch wanted = three_nodes();
  wanted.cluster.service_role = "nobody";
  EXPECT_EQ(run_job_flow(world, "a", wanted).error().code, "ValidationException");
  wanted = three_nodes();
  wanted.subnet = "subnet-17";
  EXPECT_THAT(run_job_flow(world, "a", wanted).error().message, HasSubstr("subnet-17"));
  world.set_faults(FaultPlan{}.with(FaultKind::missing_roles, 1000));
  EXPECT_EQ(run_job_flow(world, "a", three_nodes()).error().status, 400);
  EXPECT_THAT(world.ledger(), IsEmpty());
}

TEST_F(Clusters, OneProtectedClusterIsKeptAndTheCallFails) {
  Launch wanted = three_nodes();
  wanted.termination_protected = true;
  Machine& guarded = launch(wanted);
  Machine& open = launch();
  pass(20min);
  const auto refused = terminate(world, "a", "us-east-1", {guarded.id, open.id});
  EXPECT_THAT(refused.error().message, HasSubstr("termination protected"));
  EXPECT_EQ(state(guarded), "WAITING");
  EXPECT_EQ(state(open), "TERMINATING");
  ASSERT_TRUE(set_termination_protection(world, "a", "us-east-1", {guarded.id}, false));
  EXPECT_TRUE(terminate(world, "a", "us-east-1", {guarded.id}));
}

TEST_F(Clusters, AnUnknownIdKeepsAllOfThem) {
  Machine& cluster = launch();
  pass(1min);
  EXPECT_THAT(terminate(world, "a", "us-east-1", {cluster.id, "j-17"}).error().message,
              HasSubstr("not valid"));
  EXPECT_EQ(cluster.ending_from, kNever);
  const CallSite other{.cloud = "emr", .account = "b", .region = "us-east-1", .operation = ""};
  EXPECT_EQ(describe(world, other, cluster.id).error().code, "NoSuchCluster");
}

TEST_F(Clusters, HaveNodesAtEc2WhileTheyLive) {
  Machine& cluster = launch();
  EXPECT_THAT(nodes_in(world, "a", "us-east-1"), IsEmpty());
  until(cluster, "WAITING");
  const auto nodes = nodes_in(world, "a", "us-east-1");
  ASSERT_THAT(nodes, SizeIs(3));
  EXPECT_EQ(nodes[0].tags.at(kRoleTag), "MASTER");
  EXPECT_EQ(nodes[2].tags.at(kJobFlowTag), cluster.id);
  EXPECT_EQ(nodes[2].tags.at(tag::kReservation), "r-1") << "tags are handed down";
  EXPECT_EQ(nodes[1].state_at(world.now()), InstanceState::running);
  EXPECT_THAT(world.living(), SizeIs(1)) << "they are no machines of their own";
  ASSERT_TRUE(terminate(world, "a", "us-east-1", {cluster.id}));
  until(cluster, "TERMINATED");
  for (const Machine& node : nodes_of(world, cluster))
    EXPECT_EQ(node.state_at(world.now()), InstanceState::terminated);
  pass(61min);
  EXPECT_THAT(nodes_of(world, cluster), IsEmpty());
}

TEST_F(Clusters, FailWhenANodeOfTheirsIsEnded) {
  Machine& cluster = launch();
  until(cluster, "WAITING");
  EXPECT_FALSE(end_node(world, "a", "us-east-1", "i-017"));
  EXPECT_TRUE(end_node(world, "a", "us-east-1", nodes_of(world, cluster)[1].id));
  EXPECT_EQ(state(cluster), "TERMINATING");
  EXPECT_EQ(reason_code(cluster, world.now()), "INSTANCE_FAILURE");
}

TEST_F(Clusters, CountWithAllTheirNodesAgainstCapacity) {
  world.set_capacity("us-east-1", "us-east-1a", "m5.xlarge", 4);
  Machine& first = launch();
  Machine& second = launch();
  EXPECT_EQ(first.ending_from, kNever);
  EXPECT_NE(second.ending_from, kNever);
}

TEST_F(Clusters, AreBilledForAllNodesFromCreationToTheEnd) {
  WorldSettings settings;
  settings.price = [](const std::string& cloud, const std::string&, const std::string&) {
    EXPECT_EQ(cloud, "emr");
    return std::optional(PriceTerms{.instance_hour = Money::of(1),
                                    .disk_gib_month = Money::of(73),
                                    .ipv4_hour = Money::of(2),
                                    .minimum_seconds = 60});
  };
  World priced(loop, 4, settings);
  const Machine& cluster = **run_job_flow(priced, "a", three_nodes());
  loop.pass(1h);
  priced.settle();
  ASSERT_TRUE(terminate(priced, "a", "us-east-1", {cluster.id}));
  loop.pass(6min);
  const LedgerEntry entry = priced.ledger()[0];
  EXPECT_EQ(entry.nodes, 3);
  EXPECT_EQ(entry.billed_from, priced.stated(cluster.created));
  EXPECT_EQ(entry.billed_until, priced.stated(cluster.ended));
  // Three nodes; each 32 GiB for data and 15 for the system.
  const PriceTerms all{.instance_hour = Money::of(3),
                       .disk_gib_month = Money::of(73),
                       .disk_gib = 3 * 47,
                       .ipv4_hour = Money::of(6)};
  EXPECT_EQ(entry.exact_cost, all.exact_cost(*entry.billed_until - entry.billed_from));
}

TEST_F(Clusters, MayBeAskedForSeldom) {
  const auto may = [&](const char* operation, int calls) {
    World fresh(loop, 1);
    const CallSite site{
        .cloud = "emr", .account = "a", .region = "us-east-1", .operation = operation};
    int let_through = 0;
    for (int i = 0; i < calls; ++i) let_through += !fresh.receive(site).refused;
    return let_through;
  };
  EXPECT_EQ(may("RunJobFlow", 20), 10);
  EXPECT_EQ(may("ListClusters", 30), 20);
  EXPECT_EQ(may("SetTerminationProtection", 9), 5);
  EXPECT_EQ(may("ListReleaseLabels", 40), 25) << "all calls together";
  const CallSite site{
      .cloud = "emr", .account = "a", .region = "us-east-1", .operation = "ListClusters"};
  for (int i = 0; i < 20; ++i) world.receive(site);
  const auto refused = world.receive(site).refused;
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, "ThrottlingException");
  loop.pass(2s);
  EXPECT_FALSE(world.receive(site).refused);
}

// ---- the driver's double

struct SimEmr : Clusters {
  std::unique_ptr<clouds::Cloud> cloud = make_sim_emr(world);
  clouds::Credentials credentials{
      .key_id = "k-1", .id = "a", .secret = Secret("s"), .region = "us-east-1"};

  template <class T>
  CloudResult<T> wait(std::optional<CloudResult<T>>& answer) {
    loop.run();
    EXPECT_TRUE(answer) << "never answered";
    return *std::move(answer);
  }
  CloudResult<std::vector<Instance>> start(int nodes) {
    std::optional<CloudResult<std::vector<LaunchTarget>>> targets;
    const ClusterSpec wanted{.nodes = nodes, .release = "emr-6.15.0", .applications = {"Spark"}};
    cloud->prepare(credentials,
                   {.region = "us-east-1", .instance_type = "m5.xlarge", .cluster = wanted}, loop,
                   [&](auto result) { targets = std::move(result); });
    const auto found = wait(targets);
    EXPECT_TRUE(found);
    std::optional<CloudResult<std::vector<Instance>>> answer;
    cloud->launch(credentials,
                  {.region = "us-east-1",
                   .instance_type = "m5.xlarge",
                   .target = found->front(),
                   .disk_gib = 32,
                   .names = {"mayfly-r-1-1-0"},
                   .tags = {{tag::kInstallation, "i-1"}, {tag::kReservation, "r-1"}},
                   .cluster = wanted},
                  loop, [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
  std::vector<Instance> listed() {
    std::optional<CloudResult<std::vector<Instance>>> answer;
    cloud->list(credentials, "us-east-1", "i-1", loop,
                [&](auto result) { answer = std::move(result); });
    return wait(answer).value();
  }
  CloudResult<clouds::Cloud::Terminated> end(std::vector<std::string> ids) {
    std::optional<CloudResult<clouds::Cloud::Terminated>> answer;
    cloud->terminate(credentials, "us-east-1", std::move(ids), loop,
                     [&](auto result) { answer = std::move(result); });
    return wait(answer);
  }
};

TEST_F(SimEmr, AClusterIsOneMachineWithAMaster) {
  const auto started = start(3);
  ASSERT_TRUE(started);
  ASSERT_THAT(*started, SizeIs(1));
  EXPECT_EQ(started->front().state, InstanceState::pending);
  EXPECT_EQ(started->front().launched_at, Time{}) << "EMR does not say";
  pass(20min);
  const Instance running = listed().at(0);
  EXPECT_EQ(running.state, InstanceState::running);
  EXPECT_EQ(running.name, "mayfly-r-1-1-0");
  EXPECT_NE(running.dns_name, "");
  EXPECT_EQ(running.launched_at, world.ledger()[0].billed_from);
  EXPECT_EQ(running.tags.at(tag::kReservation), "r-1");
  EXPECT_EQ(world.ledger()[0].nodes, 3);
  ASSERT_TRUE(end({running.id}));
  EXPECT_EQ(listed().at(0).state, InstanceState::shutting_down);
  pass(5min);
  EXPECT_EQ(listed().at(0).state, InstanceState::terminated);
  EXPECT_EQ(listed().at(0).state_since, world.ledger()[0].billed_until);
  pass(1h);
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(SimEmr, AnEndNobodyAskedForSaysWhatItMeans) {
  world.set_faults(FaultPlan{}.with(FaultKind::capacity, 1000));
  ASSERT_TRUE(start(2));
  world.set_faults({});
  pass(15min);
  const Instance gone = listed().at(0);
  EXPECT_EQ(gone.state, InstanceState::terminated);
  EXPECT_EQ(gone.ended_means, Reaction::next_zone);
  EXPECT_THAT(gone.state_reason, HasSubstr("EC2 is out of capacity"));
}

TEST_F(SimEmr, MissingRolesEndTheMatter) {
  world.set_faults(FaultPlan{}.with(FaultKind::missing_roles, 1000));
  const auto refused = start(1);
  EXPECT_EQ(refused.error().reaction, Reaction::fatal);
  EXPECT_THAT(refused.error().message, HasSubstr("aws emr create-default-roles"));
  world.set_faults(FaultPlan{}.with(FaultKind::missing_roles_later, 1000));
  ASSERT_TRUE(start(1));
  pass(15min);
  EXPECT_EQ(listed().at(0).ended_means, Reaction::fatal);
}

TEST_F(SimEmr, EndsWhatItKnowsAndTellsTheOthersApart) {
  const std::string id = start(1).value()[0].id;
  pass(20min);
  world.find("emr", id)->terminate_protected = true;
  const auto ended = end({"j-17", id});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_THAT(ended->not_found, testing::ElementsAre("j-17"));
  EXPECT_EQ(listed().at(0).state, InstanceState::shutting_down);
}

TEST_F(SimEmr, ALookUpFindsByName) {
  ASSERT_TRUE(start(1));
  pass(1min);
  std::optional<CloudResult<std::vector<Instance>>> answer;
  cloud->look_up(credentials,
                 {.region = "us-east-1",
                  .tags = {{tag::kReservation, "another"}},
                  .names = {"mayfly-r-1-1-0"}},
                 loop, [&](auto result) { answer = std::move(result); });
  EXPECT_THAT(wait(answer).value(), SizeIs(1));
}

}  // namespace
}  // namespace mayfly::sim::emr
