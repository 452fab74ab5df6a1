#include "notify/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/parse.h"

namespace mayfly::notify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Time kNow{std::chrono::seconds(1'800'000'000)};

Reservation reservation(Phase phase = Phase::provisioning) {
  Reservation state{.id = "r-1", .user = "ann", .phase = phase, .created_at = kNow};
  state.request.name = "build";
  return state;
}

void journal(Reservation& state, std::string type, std::string message = "m", int attempt = 0) {
  state.journal.push_back({.seq = ++state.journal_seq,
                           .at = kNow + std::chrono::seconds(state.journal_seq),
                           .type = std::move(type),
                           .phase = state.phase,
                           .attempt = attempt,
                           .message = std::move(message)});
}

Attempt running(int machines) {
  Attempt attempt{.number = 1, .stage = Stage::running};
  for (int slot = 0; slot < machines; ++slot) {
    Machine machine{.slot = slot};
    machine.instance.id = "i-" + std::to_string(slot);
    machine.instance.state = InstanceState::running;
    machine.instance.public_ip = "192.0.2." + std::to_string(slot);
    machine.instance.launched_at = kNow;
    attempt.machines.push_back(std::move(machine));
  }
  return attempt;
}

std::vector<std::string> types_of(const std::optional<Record>& record) {
  std::vector<std::string> types;
  if (!record) return types;
  for (const Event& event : record->events) types.push_back(event.type);
  return types;
}

TEST(Events, AreTheNewEntriesOfTheJournal) {
  Reservation before = reservation();
  journal(before, "phase");
  Reservation next = before;
  journal(next, "attempt");
  journal(next, "instance");
  next.phase = Phase::ready;
  journal(next, "phase");
  EXPECT_THAT(types_of(record_of(&before, next)),
              ElementsAre("reservation.attempt", "reservation.instance", "reservation.ready"));
  EXPECT_THAT(types_of(record_of(nullptr, before)), ElementsAre("reservation.provisioning"));
  EXPECT_FALSE(record_of(&next, next));
}

TEST(Events, AreNotWhatOnlyTheJournalIsFor) {
  Reservation before = reservation(Phase::pending);
  Reservation next = before;
  journal(next, "phase");
  journal(next, "note");
  EXPECT_FALSE(record_of(&before, next));
}

TEST(Events, HaveATypeForEachKindOfEntryAndPhase) {
  for (const auto& [phase, type] : {std::pair{Phase::provisioning, "reservation.provisioning"},
                                    std::pair{Phase::ready, "reservation.ready"},
                                    std::pair{Phase::releasing, "reservation.releasing"},
                                    std::pair{Phase::released, "reservation.released"},
                                    std::pair{Phase::failed, "reservation.failed"}}) {
    Reservation next = reservation(phase);
    journal(next, "phase");
    EXPECT_THAT(types_of(record_of(nullptr, next)), ElementsAre(type));
    EXPECT_TRUE(is_event_type(type));
  }
  Reservation next = reservation();
  for (const char* type : {"lease", "lease_warning", "waiting"}) journal(next, type);
  EXPECT_THAT(
      types_of(record_of(nullptr, next)),
      ElementsAre("reservation.lease_changed", "reservation.lease_warning", "reservation.waiting"));
}

TEST(Events, OfTheSameWriteAreTheSameRecord) {
  Reservation next = reservation();
  journal(next, "attempt");
  const auto once = record_of(nullptr, next);
  const auto again = record_of(nullptr, next);
  EXPECT_EQ(once->id, again->id);
  EXPECT_EQ(to_document(*once, true), to_document(*again, true));
  EXPECT_EQ(once->events.front().id, "e-r-1-000001");
}

TEST(Events, SortAsTheyHappened) {
  Reservation state = reservation();
  std::string last;
  for (int i = 0; i < 12; ++i) {
    const Reservation before = state;
    journal(state, "attempt");
    const auto record = record_of(&before, state);
    EXPECT_LT(last, record->id);
    last = record->id;
  }
}

TEST(Events, SayThatAMachineWasLost) {
  Reservation before = reservation(Phase::ready);
  before.attempts.push_back(running(3));
  Reservation next = before;
  next.attempts[0].machines[1].instance.state = InstanceState::stopped;
  journal(next, "instance", "i-1 is stopped");
  journal(next, "instance", "something else");
  EXPECT_THAT(types_of(record_of(&before, next)),
              ElementsAre("reservation.instance", "reservation.lost", "reservation.instance"));

  // What is left of it may be asked to end by the same decision.
  Reservation ended = next;
  ended.goal = Goal::absent;
  ended.attempts[0].machines[1].terminate_asked_at = kNow;
  EXPECT_THAT(types_of(record_of(&before, ended)), testing::Contains("reservation.lost"));

  // Asked to end, or on the way up, or coming back: nothing is lost.
  Reservation asked = before;
  asked.goal = Goal::absent;
  EXPECT_THAT(types_of(record_of(&asked, next)),
              testing::Not(testing::Contains("reservation.lost")));
  Reservation back = next;
  back.attempts[0].machines[1].instance.state = InstanceState::running;
  journal(back, "instance");
  EXPECT_THAT(types_of(record_of(&next, back)), ElementsAre("reservation.instance"));
}

TEST(Events, SayThatTheLeaseEnded) {
  Reservation before = reservation(Phase::ready);
  before.expires_at = kNow;
  Reservation next = before;
  next.goal = Goal::absent;
  next.phase = Phase::releasing;
  next.release_requested_at = kNow + 1s;
  journal(next, "phase");
  const auto record = record_of(&before, next);
  EXPECT_THAT(types_of(record), ElementsAre("reservation.releasing", "reservation.expired"));
  EXPECT_NE(record->events[0].id, record->events[1].id);
  next.release_requested_at = kNow - 1s;
  EXPECT_THAT(types_of(record_of(&before, next)), ElementsAre("reservation.releasing"));
}

TEST(Events, CarryWhatAReceiverNeeds) {
  Reservation next = reservation(Phase::ready);
  next.attempts.push_back(running(2));
  next.attempts[0].machines[1].instance.public_ip.clear();
  next.attempts[0].machines[1].instance.private_ip = "10.0.0.1";
  next.expires_at = kNow + 1h;
  journal(next, "phase", "Ready: \"two\" machines\nrunning");
  const auto record = record_of(nullptr, next);
  const json::value body = json::parse(payload_of(*record, record->events[0])).value();
  EXPECT_EQ(body.at("id").as_string(), "e-r-1-000001");
  EXPECT_EQ(body.at("type").as_string(), "reservation.ready");
  EXPECT_EQ(body.at("user").as_string(), "ann");
  EXPECT_EQ(body.at("message").as_string(), "Ready: \"two\" machines\nrunning");
  const json::object& brief = body.at("reservation").as_object();
  EXPECT_EQ(brief.at("name").as_string(), "build");
  EXPECT_EQ(brief.at("phase").as_string(), "ready");
  EXPECT_EQ(brief.at("addresses").as_array(), (json::array{"192.0.2.0", "10.0.0.1"}));
  EXPECT_TRUE(brief.contains("expires_at"));
  EXPECT_TRUE(brief.contains("cost_usd"));
  EXPECT_FALSE(body.as_object().contains("attempt"));
}

TEST(Events, AreReadBackFromTheOutbox) {
  Reservation next = reservation();
  journal(next, "attempt", "No capacity", 3);
  const auto record = record_of(nullptr, next);
  const auto read = record_from(to_document(*record, true));
  ASSERT_TRUE(read);
  EXPECT_EQ(payload_of(*read, read->events[0]), payload_of(*record, record->events[0]));
}

TEST(Filters, WantWhatTheyNameAndAllWhenEmpty) {
  EXPECT_TRUE(wants({}, "reservation.ready"));
  EXPECT_TRUE(wants({"reservation.ready"}, "reservation.ready"));
  EXPECT_FALSE(wants({"reservation.ready"}, "reservation.failed"));
  EXPECT_TRUE(wants({"reservation.ready"}, "test"));
  EXPECT_THAT(mailed_by_default(),
              ElementsAre("reservation.ready", "reservation.failed", "reservation.expired",
                          "reservation.lease_warning", "reservation.lost"));
}

}  // namespace
}  // namespace mayfly::notify
