#include <gtest/gtest.h>

#include "core/random.h"
#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

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
    ASSERT_FALSE(live_attempts(player.state).empty());
    for (const Attempt* attempt : live_attempts(player.state))
      EXPECT_EQ(attempt->stage, Stage::running);
  }
  // No slot is to be filled by two attempts at once.
  std::vector<int> slots;
  for (const Attempt* attempt : live_attempts(player.state)) {
    for (int slot = 0; slot < player.state.request.count; ++slot) {
      const bool takes =
          attempt->slots.empty() || std::ranges::find(attempt->slots, slot) != attempt->slots.end();
      if (takes) slots.push_back(slot);
    }
  }
  std::ranges::sort(slots);
  EXPECT_EQ(std::ranges::adjacent_find(slots), slots.end());
  const Cost cost = cost_of(player.state, player.now);
  EXPECT_GE(cost.tail_usd.value, 0);
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
        .reaction = static_cast<Reaction>(random.below(11)), .code = "Code", .message = "no"});
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
  switch (random.below(11)) {
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
    case 7: {
      Settled settled{.attempt = number};
      if (random.below(3) == 0) settled.ends = failure();
      for (const Instance& instance : some_machines()) {
        if (settled.ends) settled.ends->emplace(instance.id, player.now);
      }
      return settled;
    }
    case 8:
      return KeyReplaced{random.below(2) ? "k-aws" : "k-do"};
    case 9:
      return random.below(10) == 0 ? decltype(Event::what){ReleaseRequested{"asked"}} : Due{};
    default:
      return LeaseSet{player.now + std::chrono::seconds(random.below(7200))};
  }
}

TEST_P(RandomLife, KeepsItsPromises) {
  SeededRandom random(static_cast<std::uint64_t>(GetParam()));
  Reservation reservation = make_reservation(1 + static_cast<int>(random.below(12)),
                                             random.below(2) ? "aws" : "digitalocean");
  reservation.request.spread = random.below(2) == 0;
  Player player(std::move(reservation));
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
