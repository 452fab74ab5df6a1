#include <gtest/gtest.h>

#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

Reservation aws_only() {
  Reservation reservation = make_reservation();
  reservation.keys.pop_back();
  return reservation;
}

CloudFailure refused() {
  return {.reaction = Reaction::key_refused, .code = "ExpiredToken", .message = "it expired"};
}

TEST(Waiting, ARefusedKeyIsWaitedForWhenNoOtherCloudIsLeft) {
  Player player(aws_only());
  player.tell(Prepared{std::unexpected(refused())});
  EXPECT_EQ(player.state.goal, Goal::present);
  EXPECT_TRUE(player.state.waiting.contains("ExpiredToken"));
  EXPECT_TRUE(player.state.waiting.contains("mayfly keys add aws"));
  player.sleep_until_wake();
  EXPECT_TRUE(player.effect<Prepare>());
  player.prepared();
  EXPECT_EQ(player.state.waiting, "");
}

TEST(Waiting, ARefusedKeyMovesTheRequestToAnotherCloud) {
  Reservation reservation = make_reservation();
  reservation.candidates[1].cloud = "digitalocean";
  Player player(std::move(reservation));
  player.prepared();
  player.fail_launch(Reaction::key_refused, "AuthFailure");
  ASSERT_TRUE(player.effect<Prepare>());
  EXPECT_EQ(player.state.preparing->cloud, "digitalocean");
}

TEST(Waiting, ARefusedKeyIsWaitedForWhenTheOtherCloudHasNothing) {
  Player player(make_reservation());
  player.prepared();
  player.fail_launch(Reaction::key_refused, "AuthFailure");
  ASSERT_TRUE(player.effect<Rank>());
  player.tell(Ranked{});
  EXPECT_EQ(player.state.goal, Goal::present);
  EXPECT_FALSE(player.state.waiting.empty());
  player.sleep_until_wake();
  ASSERT_TRUE(player.effect<Rank>());
  EXPECT_TRUE(player.state.exclusions.empty());
}

TEST(Waiting, ALaunchRefusedForItsKeyIsRepeatedUnderTheSameToken) {
  Player player(aws_only());
  player.prepared();
  const std::string token = player.attempt().token;
  player.fail_launch(Reaction::key_refused, "ExpiredToken");
  EXPECT_EQ(player.attempt().stage, Stage::launching);
  player.sleep_until_wake();
  EXPECT_TRUE(player.effect<Launch>());
  EXPECT_EQ(player.state.attempts.size(), 1u);
  EXPECT_EQ(player.attempt().token, token);
}

TEST(Waiting, ANewKeyIsTriedAtOnce) {
  Player player(aws_only());
  for (int i = 0; i < 6; ++i) {
    player.tell(Prepared{std::unexpected(refused())});
    player.sleep_until_wake();
  }
  player.tell(Prepared{std::unexpected(refused())});
  EXPECT_FALSE(player.effect<Prepare>());
  player.tell(KeyReplaced{"k-aws"});
  EXPECT_TRUE(player.effect<Prepare>());
  EXPECT_EQ(player.state.waiting, "");
}

TEST(Waiting, TeardownWaitsForAsLongAsItTakes) {
  Player player(make_reservation());
  player.become_ready();
  player.tell(ReleaseRequested{"asked"});
  for (int i = 0; i < 50; ++i) {
    player.tell(TerminateAnswered{1, {"i-1-0"}, std::unexpected(refused())});
    EXPECT_EQ(player.state.phase, Phase::releasing);
    EXPECT_FALSE(player.state.waiting.empty());
    player.sleep_until_wake();
    ASSERT_TRUE(player.effect<Terminate>());
  }
}

TEST(Waiting, IsSaidOncePerReason) {
  Player player(aws_only());
  for (int i = 0; i < 10; ++i) {
    player.tell(Prepared{std::unexpected(refused())});
    player.sleep_until_wake();
  }
  const auto said = std::ranges::count(player.state.journal, "waiting", &JournalEntry::type);
  EXPECT_EQ(said, 1);
}

TEST(Waiting, ACloudThatThrottlesIsWorthSayingOnlyAfterAWhile) {
  Player player(aws_only());
  player.prepared();
  player.fail_launch(Reaction::again, "RequestLimitExceeded");
  EXPECT_EQ(player.state.waiting, "");
  for (int i = 0; i < 3; ++i) {
    player.sleep_until_wake();
    player.fail_launch(Reaction::again, "RequestLimitExceeded");
  }
  EXPECT_TRUE(player.state.waiting.contains("said RequestLimitExceeded"));
}

TEST(Waiting, EndsWithTheProvisionDeadlineAndSaysWhy) {
  Player player(aws_only());
  while (player.state.goal == Goal::present) {
    player.tell(Prepared{std::unexpected(refused())});
    player.sleep_until_wake();
  }
  EXPECT_EQ(player.state.phase, Phase::failed);
  EXPECT_TRUE(player.state.end_reason.contains("ExpiredToken"));
}

}  // namespace
}  // namespace mayfly::lifecycles
