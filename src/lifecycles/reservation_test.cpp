#include "lifecycles/reservation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/id.h"

namespace mayfly::lifecycles {
namespace {

const Time kStart = *parse_time("2026-01-02T03:04:05Z");

Policy test_policy() {
  Policy policy;
  policy.traits["aws"] = {
      .idempotent_launch = true, .machines_per_launch = 100, .shows_terminated = true};
  policy.traits["digitalocean"] = {.machines_per_launch = 10, .lists_all_regions = true};
  return policy;
}

Offer make_offer(std::string cloud, std::string region, std::string type) {
  return {.cloud = std::move(cloud),
          .region = std::move(region),
          .instance_type = std::move(type),
          .vcpus = 2,
          .memory_gib = Gib::of(4),
          .disk_gib = 25,
          .price = {.instance_hour = {20'000}, .minimum_seconds = 60}};
}

Reservation make_reservation(int count = 1, std::string cloud = "aws") {
  Reservation reservation{.id = "r-1", .user = "ann", .next_at = kStart, .created_at = kStart};
  reservation.request.count = count;
  reservation.keys = {{.cloud = "aws", .key = "k-aws"}, {.cloud = "digitalocean", .key = "k-do"}};
  reservation.candidates = {make_offer(cloud, "r1", "first"), make_offer(cloud, "r2", "second")};
  return reservation;
}

// Plays the engine: one reservation, its time, and the effects of the last decision.
struct Player {
  Reservation state;
  Policy policy = test_policy();
  Time now = kStart;
  Time wake = kNever;
  std::vector<Effect> effects;

  explicit Player(Reservation reservation) : state(std::move(reservation)) { tell(Due{}); }

  void tell(decltype(Event::what) what) {
    auto decision = decide(state, {.now = now, .what = std::move(what)}, policy);
    state = std::move(decision.next);
    effects = std::move(decision.effects);
    wake = decision.wake;
  }
  void sleep(Duration duration) {
    now += duration;
    tell(Due{});
  }
  void sleep_until_wake() {
    ASSERT_NE(wake, kNever);
    now = std::max(now, wake);
    tell(Due{});
  }
  template <class T>
  const T* effect() const {
    for (const Effect& each : effects) {
      if (const T* found = std::get_if<T>(&each)) return found;
    }
    return nullptr;
  }
  Attempt& attempt(int number = 1) {
    return state.attempts.at(static_cast<std::size_t>(number) - 1);
  }

  void prepared(int zones = 1) {
    std::vector<LaunchTarget> targets;
    for (int zone = 0; zone < zones; ++zone)
      targets.push_back({.zone = std::string(1, static_cast<char>('a' + zone)), .image = "image"});
    tell(Prepared{targets});
  }
  Instance machine(int number, int slot, InstanceState state_now = InstanceState::pending) {
    Instance instance{.id = "i-" + std::to_string(number) + "-" + std::to_string(slot),
                      .name = machine_name(state, attempt(number), slot),
                      .state = state_now,
                      .launched_at = now};
    if (state_now == InstanceState::running) instance.public_ip = "203.0.113.7";
    instance.tags = {{tag::kReservation, state.id}, {tag::kAttempt, std::to_string(number)}};
    return instance;
  }
  std::vector<Instance> machines(int number, InstanceState state_now) {
    std::vector<Instance> all;
    for (int slot = 0; slot < state.request.count; ++slot)
      all.push_back(machine(number, slot, state_now));
    return all;
  }
  void observe(std::vector<Instance> instances, int number = 1) {
    const Attempt& seen = attempt(number);
    const bool global = policy.traits[seen.offer.cloud].lists_all_regions;
    tell(Observed{.key = seen.key,
                  .cloud = seen.offer.cloud,
                  .region = global ? "" : seen.offer.region,
                  .asked_at = now,
                  .instances = std::move(instances)});
  }
  void become_ready() {
    prepared();
    tell(Launched{1, machines(1, InstanceState::pending)});
    now += 30s;
    observe(machines(1, InstanceState::running));
    ASSERT_EQ(state.phase, Phase::ready);
  }
  void fail_launch(Reaction reaction, std::string code = "Code", int number = 1) {
    tell(Launched{number, std::unexpected(CloudFailure{
                              .reaction = reaction, .code = code, .message = "said " + code})});
  }
};

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

TEST(Reservation, FailsWhenEveryMachineVanishesForGood) {
  Player player(make_reservation());
  player.become_ready();
  player.now += 1min;
  player.observe({});
  EXPECT_EQ(player.state.phase, Phase::ready) << "one empty listing proves nothing";
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

// Random events in a random order, as no sane engine would send them: whatever comes, the promises
// of reservation.h hold and a decision that changes nothing does not ask to be woken at once.
class RandomLife : public testing::TestWithParam<int> {};

void check_promises(const Player& player) {
  for (const Attempt& attempt : player.state.attempts) {
    if (attempt.stage != Stage::ended) continue;
    EXPECT_FALSE(attempt.uncertain);
    for (const Machine& machine : attempt.machines) EXPECT_TRUE(machine.gone_at);
  }
  if (player.state.phase == Phase::ready) {
    const Attempt* attempt = current_attempt(player.state);
    ASSERT_TRUE(attempt);
    EXPECT_EQ(attempt->stage, Stage::running);
  }
  for (std::size_t i = 1; i < player.state.journal.size(); ++i) {
    EXPECT_GT(player.state.journal[i].seq, player.state.journal[i - 1].seq);
  }
}

decltype(Event::what) random_event(Player& player, Random& random) {
  const int number = player.state.attempts.empty()
                         ? 1
                         : 1 + static_cast<int>(random.below(player.state.attempts.size()));
  const auto failure = [&] {
    return std::unexpected(CloudFailure{
        .reaction = static_cast<Reaction>(random.below(10)), .code = "Code", .message = "no"});
  };
  const auto some_machines = [&] {
    std::vector<Instance> all;
    if (player.state.attempts.empty()) return all;
    for (int slot = 0; slot < player.state.request.count; ++slot) {
      if (random.below(4) == 0) continue;
      all.push_back(player.machine(number, slot, static_cast<InstanceState>(random.below(6))));
    }
    return all;
  };
  switch (random.below(9)) {
    case 0:
      return Resumed{};
    case 1:
      return Ranked{random.below(2) ? std::vector<Offer>{make_offer("aws", "r3", "third")}
                                    : std::vector<Offer>{}};
    case 2:
      if (random.below(2)) return Prepared{failure()};
      return Prepared{std::vector<LaunchTarget>{{.zone = "a"}, {.zone = "b"}}};
    case 3:
      if (random.below(2)) return Launched{number, failure()};
      return Launched{number, some_machines()};
    case 4:
      if (random.below(3) == 0) return LookedUp{number, player.now, failure()};
      return LookedUp{number, player.now, some_machines()};
    case 5: {
      TerminateAnswered answered{.attempt = number};
      for (const Instance& instance : some_machines()) answered.ids.push_back(instance.id);
      if (random.below(3) == 0) answered.not_found = failure();
      return answered;
    }
    case 6: {
      if (player.state.attempts.empty()) return Due{};
      const Attempt& attempt = player.attempt(number);
      const bool global = player.policy.traits[attempt.offer.cloud].lists_all_regions;
      return Observed{.key = attempt.key,
                      .cloud = attempt.offer.cloud,
                      .region = global ? "" : attempt.offer.region,
                      .asked_at = player.now,
                      .instances = some_machines()};
    }
    case 7:
      return random.below(10) == 0 ? decltype(Event::what){ReleaseRequested{"asked"}} : Due{};
    default:
      return LeaseSet{player.now + std::chrono::seconds(random.below(7200))};
  }
}

TEST_P(RandomLife, KeepsItsPromises) {
  SeededRandom random(static_cast<std::uint64_t>(GetParam()));
  Player player(make_reservation(1 + static_cast<int>(random.below(12)),
                                 random.below(2) ? "aws" : "digitalocean"));
  bool was_final = false;
  for (int step = 0; step < 300; ++step) {
    player.now += std::chrono::milliseconds(random.below(60'000));
    const Reservation before = player.state;
    player.tell(random_event(player, random));
    check_promises(player);
    if (player.state == before) EXPECT_GT(player.wake, player.now);
    if (was_final) EXPECT_TRUE(is_final(player.state.phase)) << "the end is not undone";
    was_final = is_final(player.state.phase);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomLife, testing::Range(0, 400));

}  // namespace
}  // namespace mayfly::lifecycles
