#include "lifecycles/reservation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/id.h"
#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

TEST(Reservation, PreparesTheFirstCandidateFirst) {
  const Player player(make_reservation());
  EXPECT_TRUE(player.effect<Prepare>());
  EXPECT_EQ(player.state.preparing->instance_type, "first");
  EXPECT_TRUE(player.state.attempts.empty());
}

TEST(Reservation, WritesTheAttemptWithItsTokenBeforeTheLaunch) {
  Player player(make_reservation());
  player.prepared();
  ASSERT_TRUE(player.effect<Launch>());
  EXPECT_EQ(player.attempt().stage, Stage::launching);
  EXPECT_TRUE(player.attempt().calling);
  EXPECT_EQ(player.attempt().token.size(), 64u);
  EXPECT_EQ(player.attempt().target.zone, "a");
}

TEST(Reservation, IsReadyWhenEveryMachineRunsAndHasAnAddress) {
  Player player(make_reservation(2));
  player.prepared();
  player.tell(Launched{1, player.machines(1, InstanceState::pending)});
  auto machines = player.machines(1, InstanceState::running);
  machines[1].state = InstanceState::pending;
  machines[1].public_ip.clear();
  player.now += 10s;
  player.observe(machines);
  EXPECT_EQ(player.state.phase, Phase::provisioning);
  machines[1].state = InstanceState::running;
  player.observe(machines);
  EXPECT_EQ(player.state.phase, Phase::provisioning);
  player.observe(player.machines(1, InstanceState::running));
  EXPECT_EQ(player.state.phase, Phase::ready);
  EXPECT_EQ(player.state.ready_at, player.now);
}

TEST(Reservation, RepeatsAnAmbiguousLaunchWithTheSameTokenAfterOneLook) {
  Player player(make_reservation());
  player.prepared();
  const std::string token = player.attempt().token;
  player.fail_launch(Reaction::ambiguous);
  EXPECT_EQ(player.attempt().stage, Stage::unsure);
  player.sleep_until_wake();
  ASSERT_TRUE(player.effect<LookUp>());
  player.tell(LookedUp{1, player.now, std::vector<Instance>{}});
  player.sleep_until_wake();
  EXPECT_EQ(player.attempt().token, token);
  EXPECT_EQ(player.state.attempts.size(), 1u);
  EXPECT_EQ(player.attempt().asked, std::vector<int>{0});
}

TEST(Reservation, LooksSeveralTimesBeforeASecondLaunchWithoutTokens) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  const Time launched_at = player.now;
  player.fail_launch(Reaction::ambiguous);
  int looks = 0;
  while (!player.effect<Launch>() && looks < 50) {
    player.sleep_until_wake();
    if (player.effect<LookUp>()) {
      ++looks;
      player.tell(LookedUp{1, player.now, std::vector<Instance>{}});
    }
  }
  EXPECT_GE(looks, player.policy.look_ups_min);
  EXPECT_GE(player.now, launched_at + player.policy.look_up_window);
  EXPECT_EQ(player.state.attempts.size(), 1u);
}

TEST(Reservation, AdoptsWhatALookUpFinds) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  player.fail_launch(Reaction::ambiguous);
  player.sleep_until_wake();
  player.tell(LookedUp{1, player.now, player.machines(1, InstanceState::pending)});
  EXPECT_EQ(player.attempt().stage, Stage::booting);
  EXPECT_FALSE(player.attempt().uncertain);
  EXPECT_FALSE(player.effect<Launch>());
}

TEST(Reservation, LaunchesOnlyTheMissingSlotsWhereACallTakesFew) {
  Player player(make_reservation(12, "digitalocean"));
  player.prepared();
  EXPECT_EQ(player.attempt().asked.size(), 10u);
  auto first_ten = player.machines(1, InstanceState::pending);
  first_ten.resize(10);
  player.tell(Launched{1, first_ten});
  ASSERT_TRUE(player.effect<Launch>());
  EXPECT_EQ(player.attempt().asked, (std::vector<int>{10, 11}));
}

TEST(Reservation, TriesTheNextZoneUnderANewToken) {
  Player player(make_reservation());
  player.prepared(2);
  const std::string token = player.attempt().token;
  player.fail_launch(Reaction::next_zone, "InsufficientInstanceCapacity");
  ASSERT_EQ(player.state.attempts.size(), 2u);
  EXPECT_EQ(player.attempt(1).stage, Stage::ended);
  EXPECT_EQ(player.attempt(2).target.zone, "b");
  EXPECT_EQ(player.attempt(2).offer.instance_type, "first");
  EXPECT_NE(player.attempt(2).token, token);
}

TEST(Reservation, TriesTheNextOfferWhenNoZoneIsLeft) {
  Player player(make_reservation());
  player.prepared(1);
  player.fail_launch(Reaction::next_zone, "InsufficientInstanceCapacity");
  EXPECT_TRUE(player.effect<Prepare>());
  EXPECT_EQ(player.state.preparing->instance_type, "second");
}

TEST(Reservation, FreezesTheEstimateAnewWithEachPlacement) {
  Reservation reservation = make_reservation(2);
  reservation.estimate.billed_seconds = 3600;
  reservation.candidates[1].price.instance_hour = {50'000};
  Player player(reservation);
  player.prepared();
  EXPECT_EQ(player.state.estimate.cost_usd, Money{40'000});
  player.fail_launch(Reaction::next_offer, "Unsupported");
  player.prepared();
  EXPECT_EQ(player.state.estimate.cost_usd, Money{100'000});
}

TEST(Reservation, SkipsWhatTheFailureRulesOut) {
  Player player(make_reservation());
  player.prepared(3);
  player.fail_launch(Reaction::skip_cloud, "AuthFailure");
  EXPECT_TRUE(player.state.candidates.empty());
  EXPECT_TRUE(player.effect<Rank>());
  player.tell(Ranked{});
  EXPECT_EQ(player.state.phase, Phase::failed);
  EXPECT_NE(player.state.end_reason.find("AuthFailure"), std::string::npos);
}

TEST(Reservation, BacksOffWhenThrottledWithoutLosingTheOffer) {
  Player player(make_reservation());
  player.prepared();
  for (int i = 0; i < 20; ++i) {
    player.fail_launch(Reaction::again, "RequestLimitExceeded");
    EXPECT_FALSE(player.effect<Launch>());
    player.sleep_until_wake();
    ASSERT_TRUE(player.effect<Launch>());
  }
  EXPECT_EQ(player.state.attempts.size(), 1u);
}

TEST(Reservation, AThrottledRepeatStaysUncertain) {
  Player player(make_reservation());
  player.prepared();
  player.fail_launch(Reaction::ambiguous);
  player.sleep_until_wake();
  player.tell(LookedUp{1, player.now, std::vector<Instance>{}});
  ASSERT_TRUE(player.effect<Launch>());
  player.fail_launch(Reaction::again, "RequestLimitExceeded");
  EXPECT_TRUE(player.attempt().uncertain);
  player.tell(ReleaseRequested{"asked"});
  EXPECT_EQ(player.state.phase, Phase::releasing)
      << "the first launch may still have had an effect";
}

TEST(Reservation, IsReleasedOnlyAfterTwoObservations) {
  Player player(make_reservation());
  player.become_ready();
  player.tell(ReleaseRequested{"asked"});
  ASSERT_TRUE(player.effect<Terminate>());
  EXPECT_EQ(player.state.phase, Phase::releasing);
  player.tell(TerminateAnswered{1, {"i-1-0"}, std::vector<std::string>{}});
  EXPECT_EQ(player.state.phase, Phase::releasing);
  player.now += 5s;
  player.observe(player.machines(1, InstanceState::terminated));
  EXPECT_EQ(player.state.phase, Phase::releasing);
  player.now += 5s;
  player.observe(player.machines(1, InstanceState::terminated));
  EXPECT_EQ(player.state.phase, Phase::released);
}

TEST(Reservation, AbsenceCountsOnlyPastTheWindowAfterAnAcceptedTerminate) {
  Player player(make_reservation(1, "digitalocean"));
  player.become_ready();
  player.observe({});
  player.tell(ReleaseRequested{"asked"});
  player.now += 5s;
  player.observe({});
  EXPECT_EQ(player.state.phase, Phase::releasing);
  player.tell(TerminateAnswered{1, {"i-1-0"}, std::vector<std::string>{}});
  player.observe({});
  player.now += 2s;
  player.observe({});
  EXPECT_EQ(player.state.phase, Phase::releasing);
  player.now += player.policy.absence_window;
  player.observe({});
  player.now += 2s;
  player.observe({});
  EXPECT_EQ(player.state.phase, Phase::released);
}

TEST(Reservation, AsksAgainWhenAMachineIgnoresItsEnd) {
  Player player(make_reservation());
  player.become_ready();
  player.tell(ReleaseRequested{"asked"});
  player.tell(TerminateAnswered{1, {"i-1-0"}, std::vector<std::string>{}});
  player.now += 10s;
  player.observe(player.machines(1, InstanceState::running));
  player.sleep(player.policy.terminate_again);
  EXPECT_TRUE(player.effect<Terminate>());
}

TEST(Reservation, AnUnknownIdThatWasNeverSeenIsNotGone) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  player.tell(Launched{1, player.machines(1, InstanceState::pending)});
  player.tell(ReleaseRequested{"asked"});
  player.tell(TerminateAnswered{1, {"i-1-0"}, std::vector<std::string>{"i-1-0"}});
  for (int i = 0; i < 20; ++i) {
    player.now += 5s;
    player.observe({});
  }
  EXPECT_EQ(player.state.phase, Phase::releasing);
}

TEST(Reservation, EndsWhatAnUnclearLaunchMayHaveMadeBeforeItIsReleased) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  player.tell(ReleaseRequested{"asked"});
  EXPECT_EQ(player.state.phase, Phase::releasing) << "the launch call is still out";
  player.fail_launch(Reaction::ambiguous);
  player.sleep_until_wake();
  ASSERT_TRUE(player.effect<LookUp>());
  player.tell(LookedUp{1, player.now, player.machines(1, InstanceState::running)});
  ASSERT_TRUE(player.effect<Terminate>());
  EXPECT_EQ(player.effect<Terminate>()->ids, std::vector<std::string>{"i-1-0"});
}

TEST(Reservation, EndsALateArrivalAfterTheEnd) {
  Player player(make_reservation(1, "digitalocean"));
  player.become_ready();
  player.tell(ReleaseRequested{"asked"});
  player.tell(TerminateAnswered{1, {"i-1-0"}, std::vector<std::string>{}});
  for (int i = 0; i < 3; ++i) {
    player.now += 20s;
    player.observe({});
  }
  ASSERT_EQ(player.state.phase, Phase::released);
  player.now += 2h;
  Instance late = player.machine(1, 0, InstanceState::running);
  late.id = "i-late";
  player.observe({late});
  ASSERT_TRUE(player.effect<Terminate>());
  EXPECT_EQ(player.effect<Terminate>()->ids, std::vector<std::string>{"i-late"});
  EXPECT_EQ(player.state.phase, Phase::released);
  EXPECT_FALSE(is_over(player.state, player.policy, player.now + player.policy.tombstone));
}

TEST(Reservation, IsOverOnlyADayAfterTheEnd) {
  Player player(make_reservation());
  player.tell(ReleaseRequested{"asked"});
  ASSERT_EQ(player.state.phase, Phase::released);
  EXPECT_FALSE(is_over(player.state, player.policy, player.now + 23h));
  EXPECT_TRUE(is_over(player.state, player.policy, player.now + 24h));
}

TEST(Reservation, EndsASecondMachineForOneSlot) {
  Player player(make_reservation(1, "digitalocean"));
  player.become_ready();
  Instance twin = player.machine(1, 0, InstanceState::running);
  twin.id = "i-twin";
  auto both = player.machines(1, InstanceState::running);
  both.push_back(twin);
  player.now += 5s;
  player.observe(both);
  ASSERT_TRUE(player.effect<Terminate>());
  EXPECT_EQ(player.effect<Terminate>()->ids, std::vector<std::string>{"i-twin"});
  EXPECT_EQ(player.state.phase, Phase::ready);
}

TEST(Reservation, TearsDownWhenTheLeaseEnds) {
  Reservation reservation = make_reservation();
  reservation.expires_at = kStart + 1h;
  Player player(reservation);
  player.become_ready();
  EXPECT_EQ(player.wake, kStart + 50min) << "the warning";
  player.now = kStart + 1h - 1s;
  player.tell(Due{});
  EXPECT_FALSE(player.effect<Terminate>());
  EXPECT_EQ(player.wake, kStart + 1h);
  player.sleep(1s);
  EXPECT_TRUE(player.effect<Terminate>());
  EXPECT_EQ(player.state.end_reason, "the lease ended");
}

TEST(Reservation, ResumesALaunchUnderWayByLookingFirst) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  ASSERT_TRUE(player.attempt().calling);
  player.tell(Resumed{});
  EXPECT_EQ(player.attempt().stage, Stage::unsure);
  EXPECT_TRUE(player.attempt().uncertain);
  EXPECT_FALSE(player.effect<Launch>());
  EXPECT_TRUE(player.effect<LookUp>());
}

TEST(Reservation, ResumesATeardownWhoseLaunchWasUnderWay) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  player.tell(ReleaseRequested{"asked"});
  player.tell(Resumed{});
  EXPECT_TRUE(player.attempt().uncertain);
  EXPECT_EQ(player.state.phase, Phase::releasing);
}

TEST(Reservation, FailsOverWhenABootFails) {
  Player player(make_reservation());
  player.prepared();
  player.tell(Launched{1, player.machines(1, InstanceState::pending)});
  auto dead = player.machines(1, InstanceState::terminated);
  dead[0].state_reason = "Server.InternalError";
  player.now += 10s;
  player.observe(dead);
  EXPECT_EQ(player.attempt().stage, Stage::ending);
  EXPECT_EQ(player.state.preparing->instance_type, "second");
}

TEST(Reservation, EndsAnAttemptThatDoesNotBootInTime) {
  Player player(make_reservation());
  player.prepared();
  player.tell(Launched{1, player.machines(1, InstanceState::pending)});
  player.now += player.policy.boot_deadline;
  player.tell(Due{});
  EXPECT_TRUE(player.effect<Terminate>());
}

TEST(Reservation, FailsOverSoonWhenAMachineVanishesWhileItBoots) {
  Player player(make_reservation(1, "digitalocean"));
  player.prepared();
  player.tell(Launched{1, player.machines(1, InstanceState::pending)});
  player.observe(player.machines(1, InstanceState::pending));
  player.now += 5s;
  player.observe({});
  EXPECT_EQ(player.attempt().stage, Stage::booting) << "one empty listing proves nothing";
  player.now += player.policy.boot_vanish_window;
  player.observe({});
  EXPECT_EQ(player.attempt().stage, Stage::ended);
  EXPECT_EQ(player.state.preparing->instance_type, "second");
}

TEST(Reservation, NamesThePriceLimitWhenNothingIsLeft) {
  Reservation reservation = make_reservation();
  reservation.request.max_price_usd_hour = Money{50'000};
  Player player(std::move(reservation));
  player.prepared();
  player.fail_launch(Reaction::skip_cloud, "UnauthorizedOperation");
  player.tell(Ranked{});
  EXPECT_TRUE(player.state.end_reason.contains("max_price_usd_hour 0.05"))
      << player.state.end_reason;
}

TEST(Reservation, FailsWhenEveryMachineVanishesForGood) {
  Player player(make_reservation());
  player.become_ready();
  player.now += 1min;
  player.observe({});
  EXPECT_EQ(player.state.phase, Phase::ready) << "one empty listing proves nothing";
  EXPECT_TRUE(player.state.journal.back().message.contains("is missing")) << "but is worth saying";
  player.now += player.policy.vanish_window;
  player.observe({});
  EXPECT_EQ(player.state.phase, Phase::failed);
}

TEST(Reservation, StopsTheUsersClockWhenTeardownIsAsked) {
  Player player(make_reservation());
  player.become_ready();
  player.now = kStart + 1h;
  player.tell(ReleaseRequested{"asked"});
  const Cost asked = cost_of(player.state, player.now);
  const Cost later = cost_of(player.state, player.now + 1h);
  EXPECT_EQ(asked.user_usd, later.user_usd);
  EXPECT_EQ(later.tail_usd, Money{20'000});
}

TEST(Reservation, ReleaseIsHeardOnce) {
  Player player(make_reservation());
  player.become_ready();
  player.tell(ReleaseRequested{"first"});
  const Reservation before = player.state;
  player.now += 1s;
  player.tell(ReleaseRequested{"second"});
  EXPECT_EQ(player.state.end_reason, "first");
  EXPECT_EQ(player.state.release_requested_at, before.release_requested_at);
}

}  // namespace
}  // namespace mayfly::lifecycles
