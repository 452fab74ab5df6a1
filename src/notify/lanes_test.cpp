#include "notify/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "notify/outcome.h"

namespace mayfly::notify {
namespace {

using testing::ElementsAre;

const Time kLaneNow{std::chrono::seconds(1'800'000'000)};

Waiting waiting(std::string target, std::string reservation, std::string event,
                Time due = kLaneNow) {
  Waiting one;
  one.delivery.target = std::move(target);
  one.delivery.reservation = std::move(reservation);
  one.delivery.event = std::move(event);
  one.delivery.next_try_at = due;
  one.delivery.give_up_at = due + 24h;
  return one;
}

struct Sent {
  std::vector<std::string> events;
  std::vector<Turn> turns;
};

// Everything that may go now.
Sent take_all(Lanes& lanes, Time now = kLaneNow) {
  Sent sent;
  while (auto turn = lanes.next(now)) {
    for (const Waiting& one : turn->waiting) sent.events.push_back(one.delivery.event);
    sent.turns.push_back(*std::move(turn));
  }
  return sent;
}

TEST(Lanes, KeepTheOrderOfAReservation) {
  Lanes lanes({});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e2"));
  lanes.add(waiting("w", "r", "e1"));
  lanes.add(waiting("w", "r", "e3"));
  for (const char* event : {"e1", "e2", "e3"}) {
    const Sent sent = take_all(lanes);
    EXPECT_THAT(sent.events, ElementsAre(event));
    lanes.end_turn(sent.turns[0], {});
  }
  EXPECT_EQ(lanes.waiting(), 0U);
  EXPECT_EQ(lanes.under_way(), 0);
}

TEST(Lanes, HoldBackWhatIsBehindAFailure) {
  Lanes lanes({});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e1"));
  lanes.add(waiting("w", "r", "e2"));
  Sent sent = take_all(lanes);
  Waiting again = sent.turns[0].waiting[0];
  again.delivery.next_try_at = kLaneNow + 10s;
  lanes.end_turn(sent.turns[0], {again});
  EXPECT_THAT(take_all(lanes).events, ElementsAre());
  EXPECT_EQ(lanes.wake(kLaneNow), kLaneNow + 10s);
  EXPECT_THAT(take_all(lanes, kLaneNow + 10s).events, ElementsAre("e1"));
}

TEST(Lanes, SendTwoAtOnceToAHostAndSomeInAll) {
  Lanes lanes({.under_way_max = 5, .per_host_max = 2});
  for (const char* target : {"a1", "a2"}) lanes.open(target, "a");
  for (const char* target : {"b1", "b2"}) lanes.open(target, "b");
  lanes.open("c", "c");
  lanes.open("d", "d");
  for (const char* target : {"a1", "a2", "b1", "b2", "c", "d"}) {
    for (const char* reservation : {"r", "s", "t"})
      lanes.add(waiting(target, reservation, std::string(target) + reservation));
  }
  const Sent sent = take_all(lanes);
  EXPECT_EQ(sent.turns.size(), 5U);
  std::map<char, int> of_host;
  for (const Turn& turn : sent.turns) ++of_host[turn.target[0]];
  for (const auto& [host, count] : of_host) EXPECT_LE(count, 2) << host;
  lanes.end_turn(sent.turns[0], {});
  EXPECT_EQ(take_all(lanes).turns.size(), 1U);
}

TEST(Lanes, TryABrokenTargetOneAtATimeAndSendAllWhenItIsBack) {
  Lanes lanes({.broken_after = 3});
  lanes.open("w", "host");
  for (const char* reservation : {"r", "s", "t"})
    lanes.add(waiting("w", reservation, reservation, kLaneNow));
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(lanes.fails("w"), i);
  lanes.hold("w", kLaneNow + 1min);
  EXPECT_THAT(take_all(lanes).events, ElementsAre());
  EXPECT_EQ(lanes.wake(kLaneNow), kLaneNow + 1min);
  const Sent probe = take_all(lanes, kLaneNow + 1min);
  EXPECT_THAT(probe.events, ElementsAre("r"));
  lanes.works("w", kLaneNow + 1min);
  lanes.end_turn(probe.turns[0], {});
  EXPECT_THAT(take_all(lanes, kLaneNow + 1min).events, ElementsAre("s", "t"));
}

TEST(Lanes, OfOneTargetDoNotWaitForAnother) {
  Lanes lanes({});
  lanes.open("w", "one");
  lanes.open("x", "other");
  lanes.add(waiting("w", "r", "e1"));
  lanes.add(waiting("x", "r", "e1"));
  for (int i = 0; i < 5; ++i) lanes.fails("w");
  lanes.hold("w", kLaneNow + 1h);
  EXPECT_EQ(take_all(lanes).turns.front().target, "x");
}

TEST(Lanes, PutSeveralIntoOneTurnWhereThatIsWanted) {
  Lanes lanes({});
  lanes.open("mail", "mail", true);
  for (const char* event : {"e1", "e2", "e3"}) lanes.add(waiting("mail", event, event));
  lanes.set_pieces_max("mail", 2);
  const Sent sent = take_all(lanes);
  EXPECT_THAT(sent.events, ElementsAre("e1", "e2"));
  EXPECT_EQ(sent.turns.size(), 1U);
}

TEST(Lanes, GiveBackWhatIsOverdueOrClosed) {
  Lanes lanes({});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e1"));
  lanes.add(waiting("w", "r", "e2", kLaneNow + 1h));
  lanes.add(waiting("w", "s", "e3", kLaneNow + 2h));
  const std::vector<Waiting> overdue = lanes.overdue(kLaneNow + 24h);
  ASSERT_EQ(overdue.size(), 1U);
  EXPECT_EQ(overdue[0].delivery.event, "e1");
  EXPECT_EQ(lanes.close("w").size(), 2U);
  EXPECT_EQ(lanes.waiting(), 0U);
  EXPECT_EQ(lanes.wake(kLaneNow), kNever);
}

TEST(Lanes, ForgetWhatEndsAfterTheirTargetIsClosed) {
  Lanes lanes({});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e1"));
  const Sent sent = take_all(lanes);
  lanes.close("w");
  lanes.end_turn(sent.turns[0], {sent.turns[0].waiting[0]});
  EXPECT_EQ(lanes.under_way(), 0);
  EXPECT_EQ(lanes.waiting(), 0U);
}

TEST(Lanes, AreOpenedAgainWhileSomethingIsUnderWay) {
  Lanes lanes({});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e1"));
  const Sent first = take_all(lanes);
  lanes.close("w");
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e2"));
  const Sent second = take_all(lanes);
  EXPECT_THAT(second.events, ElementsAre("e2"));
  lanes.add(waiting("w", "r", "e3"));
  lanes.end_turn(first.turns[0], {});
  EXPECT_THAT(take_all(lanes).events, ElementsAre());
  lanes.end_turn(second.turns[0], {});
  EXPECT_THAT(take_all(lanes).events, ElementsAre("e3"));
  EXPECT_EQ(lanes.under_way(), 1);
}

TEST(Lanes, TakeEachDeliveryOnce) {
  Lanes lanes({.waiting_max = 2});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e1"));
  lanes.add(waiting("w", "r", "e1"));
  EXPECT_EQ(lanes.waiting(), 1U);
  EXPECT_FALSE(lanes.is_full("w"));
  lanes.add(waiting("w", "r", "e2"));
  EXPECT_TRUE(lanes.is_full("w"));
  lanes.add(waiting("nobody", "r", "e1"));
  EXPECT_EQ(lanes.waiting(), 2U);
}

TEST(Lanes, HurryWhatIsAskedFor) {
  Lanes lanes({});
  lanes.open("w", "host");
  lanes.add(waiting("w", "r", "e1", kLaneNow + 1h));
  lanes.hold("w", kLaneNow + 1h);
  lanes.hurry(waiting("w", "r", "e1").delivery, kLaneNow);
  EXPECT_THAT(take_all(lanes).events, ElementsAre("e1"));
}

// ---- when

TEST(BackOff, DoublesFromTenSecondsToAnHour) {
  SeededRandom random(1);
  Duration expected = 10s;
  for (int failures = 1; failures < 30; ++failures) {
    for (int i = 0; i < 20; ++i) {
      const Duration wait = back_off(failures, 10s, 1h, random);
      EXPECT_GE(wait, expected * 3 / 4);
      EXPECT_LE(wait, std::min<Duration>(expected * 5 / 4, 1h));
    }
    expected = std::min<Duration>(expected * 2, 1h);
  }
}

TEST(Outcome, IsDeliveredWithAnySuccess) {
  for (const int status : {200, 201, 202, 204})
    EXPECT_EQ(outcome_of(http::Answer{.status = status}).how, Outcome::How::delivered);
}

TEST(Outcome, MayBeTriedAgainUnlessTheReceiverIsGone) {
  for (const int status : {301, 302, 400, 401, 404, 429, 500, 503})
    EXPECT_EQ(outcome_of(http::Answer{.status = status}).how, Outcome::How::again) << status;
  EXPECT_EQ(outcome_of(http::Answer{.status = 410}).how, Outcome::How::gone);
  const http::CallResult unreachable =
      std::unexpected(http::CallFailure{.message = "POST http://a/: refused"});
  EXPECT_EQ(outcome_of(unreachable).how, Outcome::How::again);
  EXPECT_EQ(outcome_of(unreachable).error, "POST http://a/: refused");
}

TEST(Outcome, HeedsRetryAfterWithinReason) {
  const auto after = [](std::string value) {
    return outcome_of(http::Answer{.status = 429, .headers = {{"Retry-After", std::move(value)}}})
        .retry_after;
  };
  EXPECT_EQ(after("120"), Duration(2min));
  EXPECT_EQ(after("999999999"), Duration(1h));
  EXPECT_EQ(after("-1"), std::nullopt);
  EXPECT_EQ(after("soon"), std::nullopt);
}

}  // namespace
}  // namespace mayfly::notify
