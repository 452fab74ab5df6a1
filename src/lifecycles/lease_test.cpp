#include <gtest/gtest.h>

#include "lifecycles/player.h"

namespace mayfly::lifecycles {
namespace {

Player leased(Duration lease) {
  Reservation reservation = make_reservation();
  reservation.expires_at = kStart + lease;
  return Player(std::move(reservation));
}

// How long before the end each warning was given.
std::vector<Duration> warnings_until_the_end(Player player) {
  player.become_ready();
  std::vector<Duration> given;
  std::int64_t seen = player.state.journal_seq;
  while (player.state.goal == Goal::present) {
    player.sleep_until_wake();
    for (const JournalEntry& entry : player.state.journal) {
      if (entry.seq > seen && entry.type == "lease_warning")
        given.push_back(*player.state.expires_at - entry.at);
    }
    seen = player.state.journal_seq;
  }
  return given;
}

TEST(Lease, IsWarnedOfADayAnHourAndTenMinutesBeforeItsEnd) {
  EXPECT_EQ(warnings_until_the_end(leased(72h)), (std::vector<Duration>{24h, 1h, 10min}));
}

TEST(Lease, IsWarnedOfOnlyWhereTheWarningLeavesHalfOfIt) {
  EXPECT_EQ(warnings_until_the_end(leased(24h)), (std::vector<Duration>{1h, 10min}));
  EXPECT_EQ(warnings_until_the_end(leased(20min)), std::vector<Duration>{10min});
  EXPECT_EQ(warnings_until_the_end(leased(12min)), std::vector<Duration>{3min});
}

TEST(Lease, IsWarnedOfOnceAfterAPauseThatMissedSeveralWarnings) {
  Player player = leased(72h);
  player.become_ready();
  player.now = kStart + 72h - 5min;
  player.tell(Resumed{});
  const auto given = std::ranges::count(player.state.journal, "lease_warning", &JournalEntry::type);
  EXPECT_EQ(given, 1);
  EXPECT_EQ(player.wake, kStart + 72h);
}

TEST(Lease, IsWarnedOfAnewWhenItWasChanged) {
  Player player = leased(1h);
  player.become_ready();
  player.now = kStart + 50min;
  player.tell(Due{});
  player.tell(LeaseSet{kStart + 3h});
  EXPECT_EQ(player.wake, kStart + 2h);
  player.sleep_until_wake();
  EXPECT_EQ(std::ranges::count(player.state.journal, "lease_warning", &JournalEntry::type), 2);
}

TEST(Lease, EndsAReservationThatHasNotBeenPlacedYet) {
  Player player = leased(1min);
  player.now = kStart + 1min;
  player.tell(Due{});
  EXPECT_EQ(player.state.phase, Phase::released);
  EXPECT_TRUE(player.state.attempts.empty());
}

TEST(Lease, ThatIsOverdueAfterADowntimeEndsTheReservationOnce) {
  Player player = leased(1h);
  player.become_ready();
  player.now = kStart + 9h;
  player.tell(Resumed{});
  EXPECT_TRUE(player.effect<Terminate>());
  player.tell(Due{});
  EXPECT_FALSE(player.effect<Terminate>());
}

}  // namespace
}  // namespace mayfly::lifecycles
