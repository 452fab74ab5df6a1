// A cluster is one machine of a driver that starts slowly, has no tokens and says why things end.
#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

Offer node_type(std::string type) {
  Offer offer = make_offer("emr", "us-east-1", std::move(type));
  offer.nodes = 3;
  return offer;
}

Reservation make_cluster() {
  Reservation reservation = make_reservation();
  reservation.request.kind = Kind::cluster;
  reservation.request.nodes = 3;
  reservation.keys = {{.cloud = "emr", .key = "k-aws"}};
  reservation.candidates = {node_type("m5.xlarge"), node_type("c5.xlarge")};
  return reservation;
}

struct ClusterPlayer : Player {
  ClusterPlayer() : Player(make_cluster()) {
    policy.traits["emr"] = {.machines_per_launch = 1, .shows_terminated = true, .boot_patience = 3};
  }

  Instance cluster(InstanceState shown, int number = 1) {
    Instance instance = machine(number, 0, shown);
    instance.id = "j-" + std::to_string(number);
    instance.public_ip.clear();
    return instance;
  }
  void see(const Instance& instance) {
    tell(Observed{"k-aws", "emr", "us-east-1", now, {instance}});
  }
  void start(int zones = 1) {
    prepared(zones);
    tell(Launched{1, std::vector{cluster(InstanceState::pending)}});
  }
};

TEST(ClusterLife, IsReadyWhenItRunsAndItsMasterHasAName) {
  ClusterPlayer player;
  player.start();
  player.see(player.cluster(InstanceState::running));
  EXPECT_EQ(player.state.phase, Phase::provisioning) << "nobody could reach it";
  Instance named = player.cluster(InstanceState::running);
  named.dns_name = "ec2-1.compute.amazonaws.com";
  player.see(named);
  EXPECT_EQ(player.state.phase, Phase::ready);
  EXPECT_EQ(player.state.journal.back().message, "Ready: the cluster of 3 nodes is running");
}

TEST(ClusterLife, TellsHowFarItHasCome) {
  ClusterPlayer player;
  player.start();
  for (const char* step : {"STARTING", "STARTING", "BOOTSTRAPPING"}) {
    Instance starting = player.cluster(InstanceState::pending);
    starting.state_reason = step;
    player.see(starting);
  }
  std::vector<std::string> told;
  for (const JournalEntry& entry : player.state.journal) {
    if (entry.type == "instance") told.push_back(entry.message);
  }
  EXPECT_EQ(told, (std::vector<std::string>{"j-1 is pending: STARTING",
                                            "j-1 is pending: BOOTSTRAPPING"}));
}

TEST(ClusterLife, MayTakeThreeTimesAsLongAsAVm) {
  ClusterPlayer player;
  player.start();
  player.now = player.attempt().asked_at + player.policy.boot_deadline + 1min;
  player.see(player.cluster(InstanceState::pending));
  EXPECT_EQ(player.attempt().stage, Stage::booting);
  player.now = player.attempt().asked_at + player.policy.boot_deadline * 3;
  player.see(player.cluster(InstanceState::pending));
  EXPECT_EQ(player.attempt().stage, Stage::ending);
}

TEST(ClusterLife, WhatTheServiceSaysOfItsEndDecidesWhereToGoOn) {
  ClusterPlayer player;
  player.start(2);
  Instance dead = player.cluster(InstanceState::terminated);
  dead.state_reason = "VALIDATION_ERROR: EC2 is out of capacity for m5.xlarge";
  dead.ended_means = Reaction::next_zone;
  player.see(dead);
  ASSERT_EQ(player.state.attempts.size(), 2U);
  EXPECT_EQ(player.attempt(2).offer.instance_type, "m5.xlarge");
  EXPECT_EQ(player.attempt(2).target.zone, "b");
  EXPECT_TRUE(player.attempt(1).reason.contains("out of capacity"));
}

TEST(ClusterLife, AMissingRoleEndsTheReservationWithTheRemedy) {
  ClusterPlayer player;
  player.start(2);
  Instance dead = player.cluster(InstanceState::terminated);
  dead.state_reason = "VALIDATION_ERROR: no role; aws emr create-default-roles";
  dead.ended_means = Reaction::fatal;
  player.see(dead);
  EXPECT_EQ(player.state.goal, Goal::absent);
  EXPECT_TRUE(player.state.end_reason.contains("create-default-roles"));
}

TEST(ClusterLife, ALaunchWithoutAnswerIsLookedForBeforeItIsRepeated) {
  ClusterPlayer player;
  player.prepared();
  player.fail_launch(Reaction::ambiguous);
  player.sleep_until_wake();
  ASSERT_TRUE(player.effect<LookUp>());
  player.tell(LookedUp{1, player.now, std::vector{player.cluster(InstanceState::pending)}});
  EXPECT_FALSE(player.effect<Launch>());
  EXPECT_EQ(player.attempt().stage, Stage::booting);
}

}  // namespace
}  // namespace mayfly::lifecycles
