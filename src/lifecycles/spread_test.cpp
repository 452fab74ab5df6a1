#include <gtest/gtest.h>

#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

Reservation spread_reservation(int count, std::string cloud = "aws") {
  Reservation reservation = make_reservation(count, std::move(cloud));
  reservation.request.spread = true;
  return reservation;
}

void no_capacity(Player& player) {
  const int number = player.state.attempts.back().number;
  player.fail_launch(Reaction::next_zone, "InsufficientInstanceCapacity", number);
}

// The launch of the latest attempt is accepted.
void accept(Player& player) {
  const Attempt& attempt = player.state.attempts.back();
  std::vector<Instance> machines;
  for (const int slot : attempt.asked)
    machines.push_back(player.machine(attempt.number, slot, InstanceState::pending));
  player.tell(Launched{attempt.number, machines});
}

void run_all(Player& player) {
  player.now += 30s;
  std::vector<Instance> machines;
  for (const Attempt* attempt : live_attempts(player.state)) {
    for (const Machine& machine : attempt->machines)
      machines.push_back(player.machine(attempt->number, machine.slot, InstanceState::running));
  }
  player.observe(std::move(machines));
}

TEST(Spread, IsNotDoneUnlessAskedFor) {
  Player player(make_reservation(8));
  player.prepared();
  no_capacity(player);
  EXPECT_TRUE(player.effect<Prepare>()) << "all or nothing: the next offer";
  EXPECT_EQ(player.state.preparing->instance_type, "second");
}

TEST(Spread, TriesHalfAsManyInTheSamePlace) {
  Player player(spread_reservation(8));
  player.prepared();
  no_capacity(player);
  ASSERT_TRUE(player.effect<Launch>());
  EXPECT_EQ(player.attempt(2).slots, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(player.attempt(2).offer.instance_type, "first");
  EXPECT_NE(player.attempt(2).token, player.attempt(1).token);
}

TEST(Spread, PutsTheRestBehindWhatFound) {
  Player player(spread_reservation(8));
  player.prepared();
  no_capacity(player);
  accept(player);
  ASSERT_TRUE(player.effect<Launch>());
  EXPECT_EQ(player.attempt(3).slots, (std::vector<int>{4, 5, 6, 7}));
  EXPECT_EQ(player.attempt(2).stage, Stage::booting);
}

TEST(Spread, GoesToTheNextOfferWhenNotOneMachineFits) {
  Player player(spread_reservation(3));
  player.prepared();
  no_capacity(player);
  no_capacity(player);
  EXPECT_TRUE(player.effect<Prepare>());
  EXPECT_EQ(player.state.preparing->instance_type, "second");
  player.prepared();
  EXPECT_EQ(player.state.attempts.back().slots, std::vector<int>{}) << "all of them again";
}

TEST(Spread, IsReadyWhenEveryPartRuns) {
  Player player(spread_reservation(4));
  player.prepared();
  no_capacity(player);
  accept(player);
  EXPECT_EQ(player.state.phase, Phase::provisioning);
  accept(player);
  run_all(player);
  EXPECT_EQ(player.state.phase, Phase::ready);
  EXPECT_EQ(live_attempts(player.state).size(), 2u);
}

TEST(Spread, EstimatesEachPartByItsOwnPrice) {
  Reservation reservation = spread_reservation(2);
  reservation.estimate.billed_seconds = 3600;
  reservation.candidates[1].price.instance_hour = {50'000};
  Player player(std::move(reservation));
  player.prepared();
  EXPECT_EQ(player.state.estimate.cost_usd, Money{40'000});
  no_capacity(player);
  accept(player);       // one of "first"
  no_capacity(player);  // no second one of it
  player.prepared();
  EXPECT_EQ(player.state.attempts.back().offer.instance_type, "second");
  EXPECT_EQ(player.state.estimate.cost_usd, Money{70'000});
}

TEST(Spread, ReleasesEveryPart) {
  Player player(spread_reservation(4));
  player.prepared();
  no_capacity(player);
  accept(player);
  accept(player);
  run_all(player);
  player.tell(ReleaseRequested{"asked"});
  EXPECT_EQ(player.effects.size(), 2u);
  for (const Effect& effect : player.effects)
    EXPECT_TRUE(std::holds_alternative<Terminate>(effect));
}

TEST(Spread, StaysReadyWhenOnePartEndsByItself) {
  Player player(spread_reservation(4));
  player.prepared();
  no_capacity(player);
  accept(player);
  accept(player);
  run_all(player);
  for (int look = 0; look < 2; ++look) {
    player.now += 5s;
    player.observe({player.machine(2, 0, InstanceState::terminated),
                    player.machine(2, 1, InstanceState::terminated),
                    player.machine(3, 2, InstanceState::running),
                    player.machine(3, 3, InstanceState::running)});
  }
  EXPECT_EQ(player.attempt(2).stage, Stage::ended);
  EXPECT_EQ(player.state.phase, Phase::ready);
  EXPECT_FALSE(player.effect<Prepare>()) << "what was ready is not filled up again";
}

}  // namespace
}  // namespace mayfly::lifecycles
