// The end of a machine's bill, by the cloud's own word.
#include <gtest/gtest.h>

#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

Instance ended_at(Instance machine, Time when) {
  machine.state = InstanceState::terminated;
  machine.state_since = when;
  return machine;
}

// Ready at kStart (launched) + 30 s; released after an hour.
Player released(std::string cloud) {
  Player player(make_reservation(1, std::move(cloud)));
  player.become_ready();
  player.now = kStart + 1h;
  player.tell(ReleaseRequested{"asked"});
  player.tell(TerminateAnswered{1, {"i-1-0"}, std::vector<std::string>{}});
  return player;
}

void vanish(Player& player) {
  while (player.state.phase == Phase::releasing) {
    player.now += 20s;
    player.observe({});
  }
}

TEST(Settle, TakesTheEndThatAListingStates) {
  Player player = released("aws");
  Instance gone = ended_at(player.attempt().machines[0].instance, kStart + 1h + 7s);
  for (int look = 0; look < 2; ++look) {
    player.now += 20s;
    player.observe({gone});
  }
  EXPECT_EQ(player.state.phase, Phase::released);
  EXPECT_FALSE(player.effect<Settle>());
  const Cost cost = cost_of(player.state, player.now + 10h);
  EXPECT_TRUE(cost.final);
  EXPECT_EQ(cost.user_usd, Money{20'000});
  EXPECT_EQ(cost.tail_usd, Money{39}) << "seven seconds at 0.02 USD/h";
}

TEST(Settle, AsksForTheEndWhereTheMachineVanished) {
  Player player = released("digitalocean");
  vanish(player);
  ASSERT_EQ(player.state.phase, Phase::released);
  EXPECT_FALSE(cost_of(player.state, player.now).final);
  ASSERT_TRUE(player.effect<Settle>());
  EXPECT_EQ(player.effect<Settle>()->ids, std::vector<std::string>{"i-1-0"});
  player.tell(Settled{1, std::map<std::string, Time>{{"i-1-0", kStart + 1h + 2s}}});
  const Cost cost = cost_of(player.state, player.now);
  EXPECT_TRUE(cost.final);
  EXPECT_TRUE(cost.stated);
  EXPECT_EQ(cost.tail_usd, Money{11});
}

TEST(Settle, TakesTheEndThatALaunchOrALookUpStates) {
  Player player(make_reservation());
  player.prepared();
  Instance dead = player.machine(1, 0, InstanceState::terminated);
  dead.state_since = kStart + 3s;
  player.tell(Launched{1, std::vector<Instance>{dead}});
  EXPECT_EQ(player.attempt().machines[0].billed_until, kStart + 3s);
}

TEST(Settle, BooksOnlyUntilTheAcceptedTerminateWhereNothingIsStated) {
  Player player = released("digitalocean");
  player.now += 1h;  // nobody looked
  vanish(player);
  const Cost cost = cost_of(player.state, player.now);
  EXPECT_FALSE(cost.stated);
  EXPECT_EQ(cost.tail_usd, Money{0});
}

TEST(Settle, LetsTheObservedEndStandWhenTheCloudNeverSays) {
  Player player = released("digitalocean");
  vanish(player);
  int asked = 0;
  while (!cost_of(player.state, player.now).final || player.attempt().settling) {
    ASSERT_TRUE(player.effect<Settle>());
    player.tell(Settled{1, std::map<std::string, Time>{}});
    ASSERT_LE(++asked, kSettleTriesMax);
    if (asked < kSettleTriesMax) player.sleep_until_wake();
  }
  EXPECT_EQ(asked, kSettleTriesMax);
  EXPECT_LT(player.now, kStart + 1h + player.policy.tombstone);
  const Cost cost = cost_of(player.state, player.now);
  EXPECT_EQ(cost.tail_usd, cost_of(player.state, player.now + 99h).tail_usd);
}

TEST(Settle, ALateArrivalOpensTheBillAgain) {
  Player player = released("digitalocean");
  vanish(player);
  player.tell(Settled{1, std::map<std::string, Time>{{"i-1-0", kStart + 1h + 2s}}});
  Instance late = player.machine(1, 0, InstanceState::running);
  late.id = "i-late";
  player.now += 1h;
  player.observe({late});
  EXPECT_TRUE(player.effect<Terminate>());
  EXPECT_FALSE(cost_of(player.state, player.now).final);
}

TEST(Settle, AStoppedMachineCostsWhatItsCloudSays) {
  Reservation reservation = make_reservation();
  PriceTerms& price = reservation.candidates[0].price;
  price.disk_gib = 73;
  price.disk_gib_month = {100'000};  // 0.01 USD/h for the disk
  price.stopped_bills_disk_only = true;
  Player player(std::move(reservation));
  player.become_ready();
  Instance stopped = player.attempt().machines[0].instance;
  stopped.state = InstanceState::stopped;
  stopped.state_since = kStart + 1h;
  player.now = kStart + 1h + 5s;
  player.observe({stopped});
  EXPECT_EQ(player.state.phase, Phase::ready) << "it is told, not ended";
  EXPECT_EQ(cost_of(player.state, kStart + 3h).user_usd, Money{30'000 + 2 * 10'000});

  Instance again = stopped;
  again.state = InstanceState::running;
  again.state_since.reset();
  again.launched_at = kStart + 3h;
  player.now = kStart + 3h + 2s;
  player.observe({again});
  EXPECT_EQ(cost_of(player.state, kStart + 4h).user_usd, Money{2 * 30'000 + 2 * 10'000});
}

}  // namespace
}  // namespace mayfly::lifecycles
