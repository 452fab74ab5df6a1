#include "engine/stray.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace mayfly::engine {
namespace {

const Time kStart{std::chrono::hours(500'000)};
constexpr Standing kNobodys{Standing::Kind::nobodys, StrayReason::unknown_reservation};
constexpr Standing kUnclear{};
constexpr Standing kAnsweredFor{.kind = Standing::Kind::answered_for};

Instance machine(std::map<std::string, std::string> tags = {{tag::kInstallation, "m-1"},
                                                            {tag::kReservation, "r-1"},
                                                            {tag::kAttempt, "1"}}) {
  return {.id = "i-1",
          .name = "mayfly-r-1-1-0",
          .region = "us-east-1",
          .instance_type = "t3.micro",
          .state = InstanceState::running,
          .launched_at = kStart - 1h,
          .tags = std::move(tags)};
}

Reservation reservation_in(const std::string& cloud, const std::string& region) {
  Reservation reservation{.id = "r-1", .user = "ann"};
  reservation.attempts.push_back(
      {.number = 1, .key = "k", .offer = {.cloud = cloud, .region = region}});
  return reservation;
}

// ---- whose it is
// ------------------------------------------------------------------------------------------

TEST(Stray, IsOursOnlyWithExactlyOurTag) {
  EXPECT_TRUE(carries_tag(machine(), "m-1"));
  for (const char* other : {"m-", "m-10", "M-1", " m-1", "m-1 ", "", "m-2", "*"}) {
    EXPECT_FALSE(carries_tag(machine({{tag::kInstallation, other}}), "m-1")) << other;
  }
  EXPECT_FALSE(carries_tag(machine({}), "m-1"));
  EXPECT_FALSE(carries_tag(machine({{"Mayfly:Installation", "m-1"}}), "m-1"));
  EXPECT_FALSE(carries_tag(machine({{"mayfly:installations", "m-1"}}), "m-1"));
  EXPECT_FALSE(carries_tag(machine({{tag::kReservation, "m-1"}}), "m-1"));
}

TEST(Stray, IsNothingToAnInstallationWithoutAName) {
  EXPECT_FALSE(carries_tag(machine({{tag::kInstallation, ""}}), ""));
}

TEST(Stray, IsNotWhatALivingReservationAnswersFor) {
  const Reservation living = reservation_in("aws", "us-east-1");
  EXPECT_EQ(suspicion(machine(), "aws", &living), std::nullopt);
}

TEST(Stray, IsWhatNamesNothingThatLives) {
  const Instance nameless = machine({{tag::kInstallation, "m-1"}});
  EXPECT_EQ(suspicion(nameless, "aws", nullptr), StrayReason::no_reservation);
  EXPECT_EQ(suspicion(machine(), "aws", nullptr), StrayReason::unknown_reservation);
}

TEST(Stray, IsWhatNamesAnAttemptThatWasNeverMade) {
  const Reservation living = reservation_in("aws", "us-east-1");
  for (const char* number : {"2", "0", "", "01", "1 ", "one", "99999999999999"}) {
    Instance instance = machine();
    instance.tags[tag::kAttempt] = number;
    EXPECT_EQ(suspicion(instance, "aws", &living), StrayReason::unknown_attempt) << number;
  }
}

TEST(Stray, IsWhatLiesWhereItsAttemptWasNotMade) {
  const Reservation living = reservation_in("aws", "eu-west-1");
  EXPECT_EQ(suspicion(machine(), "aws", &living), StrayReason::elsewhere);
  EXPECT_EQ(suspicion(machine(), "digitalocean", &living), StrayReason::elsewhere);
}

TEST(Stray, IsNotWhatTheListingGivesNoPlaceFor) {
  const Reservation living = reservation_in("digitalocean", "nyc1");
  Instance instance = machine();
  instance.region.clear();
  EXPECT_EQ(suspicion(instance, "digitalocean", &living), std::nullopt);
}

// ---- its life
// ---------------------------------------------------------------------------------------------

class StrayLife : public testing::Test {
 protected:
  StrayDecision show(Time at, Standing standing = kNobodys, Instance instance = machine()) {
    now_ = at;
    return take({at, Shown{at, std::move(instance), standing}});
  }
  StrayDecision miss(Time at) {
    now_ = at;
    return take({at, Missed{at}});
  }
  StrayDecision answer(std::optional<CloudFailure> failure = {}) {
    return take({now_, EndAnswered{std::move(failure)}});
  }
  StrayDecision take(const StrayEvent& event) {
    StrayDecision decision = decide(suspect_, event, rules_);
    suspect_ = decision.next;
    return decision;
  }
  void judge() {
    ASSERT_TRUE(show(kStart + 15min).end);
    answer();
  }

  SweepRules rules_;
  Time now_ = kStart;
  Suspect suspect_ = first_sight({.user = "ann", .key = "k", .cloud = "aws", .region = "us-east-1"},
                                 machine(), kStart);
};

TEST_F(StrayLife, IsEndedWhenItIsSeenAgainPastTheAgeGuard) {
  EXPECT_FALSE(show(kStart + 1min).end);
  EXPECT_FALSE(show(kStart + 15min - 1s).end);
  EXPECT_EQ(suspect_.stray.state, StrayState::suspected);
  const StrayDecision judged = show(kStart + 15min);
  EXPECT_TRUE(judged.end);
  EXPECT_EQ(suspect_.stray.state, StrayState::ending);
  EXPECT_EQ(suspect_.stray.judged_at, kStart + 15min);
}

TEST_F(StrayLife, CountsItsAgeFromTheLaunchWhenThatCameLater) {
  Instance young = machine();
  young.launched_at = kStart + 10min;
  suspect_ = first_sight({.cloud = "aws"}, young, kStart);
  EXPECT_FALSE(show(kStart + 24min, kNobodys, young).end);
  EXPECT_TRUE(show(kStart + 25min, kNobodys, young).end);
}

TEST_F(StrayLife, IsSeenTwiceApartWhateverTheAgeGuard) {
  rules_.age_guard = Duration{1};
  EXPECT_FALSE(show(kStart + 29s).end);
  EXPECT_TRUE(show(kStart + 30s).end);
}

TEST_F(StrayLife, IsNotJudgedWhileTheStoreCannotSay) {
  EXPECT_FALSE(show(kStart + 1h, kUnclear).end);
  EXPECT_EQ(suspect_.stray.state, StrayState::suspected);
  EXPECT_TRUE(show(kStart + 2h, kNobodys).end);
}

TEST_F(StrayLife, IsForgottenWhenAReservationAnswersForIt) {
  const StrayDecision decision = show(kStart + 1h, kAnsweredFor);
  EXPECT_TRUE(decision.release);
  EXPECT_FALSE(decision.end);
}

TEST_F(StrayLife, IsAskedAgainWhileItStaysAndEverMorePatiently) {
  judge();
  EXPECT_FALSE(show(now_ + 29s).end);
  EXPECT_TRUE(show(now_ + 1s).end);
  answer();
  EXPECT_FALSE(show(now_ + 59s).end);
  EXPECT_TRUE(show(now_ + 1s).end);
  for (int i = 0; i < 40; ++i) {
    answer();
    EXPECT_TRUE(show(now_ + 1h).end);
  }
}

TEST_F(StrayLife, IsNotAskedTwiceAtOnce) {
  ASSERT_TRUE(show(kStart + 15min).end);
  EXPECT_FALSE(show(kStart + 30min).end);
}

TEST_F(StrayLife, IsAskedAgainAfterARefusalAndNotBeforeTheCloudWants) {
  ASSERT_TRUE(show(kStart + 15min).end);
  answer(CloudFailure{.reaction = Reaction::again, .retry_after = 5min});
  EXPECT_FALSE(suspect_.stray.end_asked_at);
  EXPECT_FALSE(show(now_ + 5min - 1s).end);
  EXPECT_TRUE(show(now_ + 1s).end);
}

TEST_F(StrayLife, IsGoneAfterTwoListingsPastTheWindow) {
  judge();
  miss(now_ + 5s);
  EXPECT_FALSE(suspect_.missing_since) << "a listing may lag behind";
  miss(now_ + 5s);
  EXPECT_EQ(suspect_.stray.state, StrayState::ending);
  miss(now_ + 1s);
  EXPECT_EQ(suspect_.stray.state, StrayState::ended);
  EXPECT_EQ(suspect_.stray.ended_at, now_);
}

TEST_F(StrayLife, IsGoneAfterTwoListingsThatShowItTerminated) {
  judge();
  Instance dead = machine();
  dead.state = InstanceState::terminated;
  show(now_ + 1s, kUnclear, dead);
  EXPECT_EQ(suspect_.stray.state, StrayState::ending);
  show(now_ + 1s, kUnclear, dead);
  EXPECT_EQ(suspect_.stray.state, StrayState::ended);
}

TEST_F(StrayLife, IsNotGoneBecauseOfOneAbsence) {
  judge();
  miss(now_ + 1min);
  show(now_ + 1s);
  miss(now_ + 1min);
  EXPECT_EQ(suspect_.stray.state, StrayState::ending);
}

TEST_F(StrayLife, IsEndedAtOnceWhenItComesBack) {
  judge();
  miss(now_ + 1min);
  miss(now_ + 1min);
  ASSERT_EQ(suspect_.stray.state, StrayState::ended);
  EXPECT_FALSE(show(now_ + 1h, kUnclear).end);
  EXPECT_TRUE(show(now_ + 1h).end);
  EXPECT_EQ(suspect_.stray.ended_at, std::nullopt);
}

TEST_F(StrayLife, ThatVanishesByItselfIsGoneAfterTheVanishWindow) {
  miss(kStart + 1min);
  miss(kStart + 2min);
  EXPECT_EQ(suspect_.stray.state, StrayState::suspected);
  miss(kStart + 6min);
  EXPECT_EQ(suspect_.stray.state, StrayState::ended);
  EXPECT_FALSE(suspect_.stray.judged_at);
  EXPECT_FALSE(show(kStart + 7min).end) << "it is only suspected again";
  EXPECT_EQ(suspect_.stray.state, StrayState::suspected);
}

TEST_F(StrayLife, DoesNotHearListingsThatWereOvertaken) {
  show(kStart + 10min);
  miss(kStart + 1min);
  miss(kStart + 9min);
  EXPECT_EQ(suspect_.stray.state, StrayState::suspected);
  EXPECT_FALSE(suspect_.missing_since);
}

TEST_F(StrayLife, GoesOnAfterARestart) {
  ASSERT_TRUE(show(kStart + 15min).end);
  suspect_ = taken_up(suspect_.stray);
  EXPECT_TRUE(show(kStart + 16min, kUnclear).end) << "the intent was written; asked or not";
}

TEST_F(StrayLife, KeepsItsFirstSightOverARestart) {
  suspect_ = taken_up(suspect_.stray);
  EXPECT_TRUE(show(kStart + 15min).end);
}

// Whatever happens to it in whichever order: the promises at the top of stray.h.
TEST(Stray, KeepsItsPromisesInRandomLives) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SeededRandom random(seed);
    SweepRules rules;
    rules.age_guard = std::chrono::seconds(random.below(1200));
    Instance instance = machine();
    instance.launched_at = kStart - 1h + std::chrono::seconds(random.below(7200));
    Suspect suspect = first_sight({.cloud = "aws"}, instance, kStart);
    Time now = kStart;
    bool under_way = false;
    for (int i = 0; i < 60; ++i) {
      now += std::chrono::seconds(random.below(300));
      const Suspect before = suspect;
      StrayEvent event{now, Missed{now}};
      const Standing standing = random.below(3) == 0 ? kUnclear : kNobodys;
      switch (random.below(5)) {
        case 0:
          break;
        case 1:
          if (!under_way) break;
          event.what =
              EndAnswered{random.below(2) ? std::optional<CloudFailure>{} : CloudFailure{}};
          break;
        default:
          event.what = Shown{now, instance, standing};
      }
      const StrayDecision decision = decide(suspect, event, rules);
      suspect = decision.next;
      if (std::holds_alternative<EndAnswered>(event.what)) under_way = false;
      if (decision.end) {
        EXPECT_FALSE(under_way);
        under_way = true;
        EXPECT_EQ(suspect.stray.state, StrayState::ending) << "the intent is in the record";
        EXPECT_GE(now, kStart + rules.seen_gap);
        EXPECT_GE(now, std::max(instance.launched_at, kStart) + rules.age_guard);
        EXPECT_TRUE(std::holds_alternative<Shown>(event.what));
        if (before.stray.state != StrayState::ending) {
          EXPECT_EQ(standing.kind, Standing::Kind::nobodys);
        }
      }
      if (suspect.stray.state == StrayState::ended && before.stray.state != StrayState::ended) {
        ASSERT_TRUE(before.missing_since) << "one absence never counts";
        EXPECT_GT(now, *before.missing_since);
      }
      if (suspect.stray.state != StrayState::ended && !suspect.calling) {
        EXPECT_NE(decision.look_at, kNever) << "somebody has to look";
      }
      if (HasFailure()) FAIL() << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace mayfly::engine
