// Extensions and restarts: that each is done once, whatever breaks while it is.
#include <gmock/gmock.h>

#include "service/service_fixture_test.h"

namespace mayfly::service {
namespace {

namespace asio = boost::asio;

class FollowUps : public ServiceTest {
 protected:
  std::string launch(Request request) {
    auto created = run(service_->create("ann", std::move(request), "", "", "",
                                        Automation{.plan = "vm", .title = "Tonight's"}));
    EXPECT_TRUE(created) << created.error().message;
    const std::string id = created->reservation->id;
    loop_.pass(10min);
    EXPECT_EQ(state(id).phase, Phase::ready);
    return id;
  }

  Result<Automation> restart(const std::string& id) {
    return run(
        service_->restart("ann", {.plan = "vm", .reservation = id, .title = "Restart: Tonight's"}));
  }
  Result<Automation> extend(const std::string& id, Duration by, const std::string& key = "",
                            std::optional<Time> from = {}) {
    return run(service_->extend("ann", {.plan = "vm", .reservation = id, .title = "Extend"}, by,
                                from, key));
  }

  void write(const Automation& asked) {
    store::Batch batch;
    batch.push_back({.collection = kAutomations, .id = asked.id, .document = to_document(asked)});
    ASSERT_TRUE(disk_->apply(std::move(batch)));
  }
  // As the disk has it.
  std::optional<Automation> restart_of(const std::string& id) {
    const auto found = disk_->query(
        {.collection = kAutomations, .index = "asked_once", .value = "restart/ann/" + id});
    if (found.empty()) return std::nullopt;
    return *automation_of(found.front());
  }

  std::vector<std::string> wanted() const {
    std::vector<std::string> ids;
    for (const auto& [id, reservation] : seen_)
      if (reservation.goal == Goal::present) ids.push_back(id);
    return ids;
  }
};

TEST_F(FollowUps, RestartEndsTheOldAndLaunchesTheSameAgain) {
  begin();
  const std::string old = launch(small(2));
  const auto done = restart(old);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->open);
  EXPECT_EQ(done->refusal, "");
  loop_.pass(10min);
  EXPECT_EQ(wanted(), std::vector{done->replacement});
  EXPECT_EQ(state(old).phase, Phase::released);
  EXPECT_EQ(state(old).end_reason, "it was restarted");
  const Reservation& fresh = state(done->replacement);
  EXPECT_EQ(fresh.phase, Phase::ready);
  EXPECT_EQ(fresh.request, state(old).request);
  EXPECT_EQ(world_.living().size(), 2u);
  const auto said = run(service_->find_launch("ann", fresh.id));
  ASSERT_TRUE(said && *said);
  EXPECT_EQ((*said)->title, "Tonight's");
}

TEST_F(FollowUps, RestartHappensOnceHoweverOftenItIsAskedFor) {
  begin();
  const std::string old = launch(small());
  const auto first = restart(old);
  const auto second = restart(old);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  loop_.pass(48h);  // the old one's tombstone has passed, and so has the new one's
  const auto much_later = restart(old);
  ASSERT_TRUE(much_later) << much_later.error().message;
  EXPECT_EQ(much_later->replacement, first->replacement);
  EXPECT_EQ(seen_.size(), 2u);
}

TEST_F(FollowUps, RestartIsPossibleAtTheLimit) {
  begin({.limits = {.machines = 2}});
  const std::string old = launch(small(2));
  const auto done = restart(old);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_NE(done->replacement, "");
}

TEST_F(FollowUps, RestartThatNoLimitHasRoomForLeavesTheOldAlone) {
  begin({.limits = {.vcpus = 4}});
  const std::string old = launch(small(2, 2));
  accounts_->set_overrides("ann", {.vcpus = "2"}, 7);
  const auto refused = restart(old);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::over_limit);
  EXPECT_EQ(wanted(), std::vector{old});
  EXPECT_EQ(world_.living().size(), 2u);
}

TEST_F(FollowUps, RestartOfWhatIsBeingTornDownIsRefused) {
  begin();
  const std::string old = launch(small());
  ASSERT_TRUE(run(service_->release("ann", old)));
  const auto refused = restart(old);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_TRUE(wanted().empty());
}

// Somebody ends it after the restart was looked at and before it was written.
TEST_F(FollowUps, RestartDoesNotBringBackWhatSomebodyElseEnded) {
  begin();
  const std::string old = launch(small());
  ASSERT_TRUE(run(service_->release("ann", old)));
  loop_.pass(1min);
  Automation asked{.id = "s" + old.substr(1),
                   .user = "ann",
                   .kind = AutomationKind::restart,
                   .plan = "vm",
                   .reservation = old,
                   .created_at = loop_.now(),
                   .open = true};
  write(asked);
  const auto done = run(service_->complete(asked));
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->open);
  EXPECT_NE(done->refusal.find("being torn down already"), std::string::npos);
  EXPECT_TRUE(wanted().empty());
}

TEST_F(FollowUps, RestartIsTakenUpBesideWhatCannotBeRead) {
  begin();
  const std::string old = launch(small());
  store::Batch batch;
  batch.push_back({.collection = kAutomations,
                   .id = "e-0",
                   .document = store::Document{.body = "{", .indexes = {{"open", "1"}}}});
  ASSERT_TRUE(disk_->apply(std::move(batch)));
  faults_.left = 2;  // the restart is asked for, and no more
  (void)restart(old);
  ASSERT_TRUE(restart_of(old));
  crash_and_begin();
  loop_.pass(10min);
  EXPECT_NE(wanted(), std::vector{old});
  EXPECT_EQ(wanted().size(), 1u);
}

TEST_F(FollowUps, RestartsAskedForAtOnceLaunchOne) {
  begin({.limits = {.machines = 1}});
  const std::string old = launch(small());
  std::vector<Result<Automation>> answers;
  for (int i = 0; i < 4; ++i) {
    asio::co_spawn(*context_,
                   service_->restart("ann", {.plan = "vm", .reservation = old, .title = "x"}),
                   [&](const std::exception_ptr&, Result<Automation> answer) {
                     answers.push_back(std::move(answer));
                   });
  }
  for (int turn = 0; turn < 1000 && answers.size() < 4; ++turn) {
    context_->restart();
    context_->poll();
    loop_.pass(1ms);
  }
  ASSERT_EQ(answers.size(), 4u);
  const auto settled = restart(old);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->refusal, "");
  loop_.pass(10min);
  EXPECT_EQ(wanted(), std::vector{settled->replacement});
  EXPECT_EQ(seen_.size(), 2u);
}

// ---- crashes

struct Death {
  int writes;  // the last of which is the one at which the store dies
  store::CommitFate last;
};

class FollowUpsCrashing : public FollowUps, public testing::WithParamInterface<Death> {
 protected:
  void let_it_die() {
    faults_.left = GetParam().writes;
    faults_.last = GetParam().last;
  }
};

// Whatever write is the last: never two that cost, and once it was asked for durably, in the end
// exactly the new one.
TEST_P(FollowUpsCrashing, RestartIsDoneOnce) {
  begin();
  const std::string old = launch(small());
  let_it_die();
  (void)restart(old);
  crash_and_begin();
  EXPECT_LE(wanted().size(), 1u);
  loop_.pass(10min);
  ASSERT_EQ(wanted().size(), 1u);
  const bool asked = restart_of(old).has_value();
  EXPECT_EQ(wanted() == std::vector{old}, !asked);
  EXPECT_EQ(world_.living().size(), 1u);

  const auto again = restart(old);  // the client, which never heard
  ASSERT_TRUE(again) << again.error().message;
  loop_.pass(10min);
  EXPECT_EQ(wanted(), std::vector{again->replacement});
  EXPECT_EQ(state(again->replacement).phase, Phase::ready);
  EXPECT_EQ(state(old).phase, Phase::released);
  EXPECT_EQ(seen_.size(), 2u);
  EXPECT_EQ(world_.living().size(), 1u);
}

// The server stays dead for long: what it has not launched by then, nobody expects any more.
TEST_P(FollowUpsCrashing, RestartIsTakenUpUntilItIsTooLate) {
  begin();
  const std::string old = launch(small());
  let_it_die();
  (void)restart(old);
  const bool asked_for = restart_of(old).has_value();
  const bool launched = seen_.size() == 2;
  crash_and_begin(kTakenUpFor - 1min);
  loop_.pass(10min);
  ASSERT_EQ(wanted().size(), 1u);
  EXPECT_EQ(wanted() == std::vector{old}, !asked_for) << launched;
  EXPECT_EQ(world_.living().size(), 1u);
}

TEST_P(FollowUpsCrashing, RestartThatIsTakenUpTooLateLaunchesNothing) {
  begin();
  const std::string old = launch(small());
  let_it_die();
  (void)restart(old);
  const auto asked = restart_of(old);
  const bool launched = asked && !asked->replacement.empty();
  crash_and_begin(kTakenUpFor + 1s);
  loop_.pass(10min);
  EXPECT_TRUE(disk_->query({.collection = kAutomations, .index = "open", .value = "1"}).empty());
  EXPECT_EQ(seen_.size(), launched ? 2u : 1u);
  EXPECT_EQ(world_.living().size(), wanted().size());
  const bool runs = wanted() == std::vector{old};
  if (asked && !launched) {
    const auto closed = run(service_->get_automation("ann", asked->id));
    ASSERT_TRUE(closed);
    EXPECT_THAT(closed->refusal, testing::HasSubstr("not taken up within 15m"));
    EXPECT_THAT(closed->refusal, testing::HasSubstr(runs ? "it runs as before" : "it was ended"));
    EXPECT_EQ(state(old).goal, runs ? Goal::present : Goal::absent);
  }
  // What runs can be restarted still, and what does not stays as it is.
  const auto again = restart(old);
  ASSERT_TRUE(again) << again.error().message;
  loop_.pass(10min);
  EXPECT_EQ(again->replacement.empty(), !runs && !launched);
  EXPECT_EQ(wanted(), again->replacement.empty() ? std::vector<std::string>{}
                                                 : std::vector{again->replacement});
  EXPECT_EQ(world_.living().size(), wanted().size());
}

TEST_P(FollowUpsCrashing, ExtensionThatIsTakenUpTooLateChangesNothing) {
  begin();
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  let_it_die();
  (void)extend(id, 1h, "key");
  const bool done = state(id).expires_at != end;
  crash_and_begin(kTakenUpFor + 1s);
  EXPECT_EQ(state(id).expires_at, done ? end + 1h : end);
  EXPECT_TRUE(disk_->query({.collection = kAutomations, .index = "open", .value = "1"}).empty());
  // Who asks now gets it, under the same key.
  const auto again = extend(id, 1h, "key");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->refusal, "");
  EXPECT_EQ(state(id).expires_at, end + 1h);
}

TEST_P(FollowUpsCrashing, ExtensionWithAKeyIsDoneOnce) {
  begin();
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  let_it_die();
  (void)extend(id, 1h, "key");
  crash_and_begin();
  const auto again = extend(id, 1h, "key");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->open);
  EXPECT_EQ(state(id).expires_at, end + 1h);
}

TEST_P(FollowUpsCrashing, ExtensionThatSaysWhatItCountsFromIsDoneOnce) {
  begin();
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  let_it_die();
  (void)extend(id, 1h, "", end);
  crash_and_begin();
  const auto again = extend(id, 1h, "", end);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->open);
  EXPECT_EQ(again->until, end + 1h);
  EXPECT_EQ(state(id).expires_at, end + 1h);
}

std::vector<Death> deaths() {
  std::vector<Death> all;
  for (int writes = 1; writes <= 10; ++writes) {
    for (const auto last : {store::CommitFate::refused, store::CommitFate::ok,
                            store::CommitFate::written_but_reported_failed})
      all.push_back({writes, last});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(AtEachWrite, FollowUpsCrashing, testing::ValuesIn(deaths()),
                         [](const auto& info) {
                           return fmt::format("{}_{}", info.param.writes,
                                              static_cast<int>(info.param.last));
                         });

// ---- extension

TEST_F(FollowUps, ExtensionMovesTheEnd) {
  begin();
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  const auto done = extend(id, 90min);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->open);
  EXPECT_EQ(done->until, end + 90min);
  EXPECT_EQ(state(id).expires_at, end + 90min);
  ASSERT_TRUE(extend(id, 90min));
  EXPECT_EQ(state(id).expires_at, end + 180min);
}

TEST_F(FollowUps, ExtensionThatSaysWhatItCountsFromMayBeRepeated) {
  begin();
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  for (int i = 0; i < 3; ++i) {
    const auto done = extend(id, 1h, "", end);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->refusal, "");
    EXPECT_EQ(done->until, end + 1h);
    EXPECT_EQ(state(id).expires_at, end + 1h);
  }
  ASSERT_TRUE(extend(id, 1h, "", end + 1h));
  EXPECT_EQ(state(id).expires_at, end + 2h);
}

TEST_F(FollowUps, ExtensionFromLongAgoShortensNothing) {
  begin({.lease = {.longest = 3h}});
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  for (const Time from : {end - 1h, Time{}, end - 2h}) {
    const auto done = extend(id, 30min, "", from);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->refusal, "");
    EXPECT_EQ(done->until, end);
    EXPECT_EQ(state(id).expires_at, end);
  }
  const auto refused = extend(id, 30min, "", end + 1h);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
}

TEST_F(FollowUps, ExtensionWithinWhatIsAllowed) {
  begin({.lease = {.longest = 3h}});
  const std::string id = launch(small());
  const auto refused = extend(id, 2h);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  ASSERT_TRUE(run(service_->release("ann", id)));
  const auto late = extend(id, 1min);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
}

TEST_F(FollowUps, ExtensionThatALimitRefusesHasFailedAndChangedNothing) {
  begin({.limits = {.usd_per_month = Money{200'000}}});
  const std::string id = launch(small());
  const auto end = state(id).expires_at;
  const auto refused = extend(id, 500h);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_FALSE(refused->open);
  EXPECT_NE(refused->refusal.find("limit"), std::string::npos);
  EXPECT_EQ(state(id).expires_at, end);
}

// Its owner has said meanwhile when it shall end.
TEST_F(FollowUps, ExtensionThatWasInterruptedUndoesNoShortening) {
  begin();
  const std::string id = launch(small());
  const Time end = *state(id).expires_at;
  Automation asked{.id = "e" + id.substr(1),
                   .user = "ann",
                   .kind = AutomationKind::extension,
                   .plan = "vm",
                   .reservation = id,
                   .created_at = loop_.now(),
                   .open = true,
                   .until = end + 1h,
                   .before = end};
  write(asked);
  ASSERT_TRUE(run(service_->change_lease("ann", id, {.shorten = 30min})));
  const auto done = run(service_->complete(asked));
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->open);
  EXPECT_THAT(done->refusal, testing::HasSubstr("shortened"));
  EXPECT_EQ(state(id).expires_at, end - 30min);
}

// ---- what was prepared

TEST_F(FollowUps, PreparedRequestsAreReadableForADayAndThenGone) {
  begin();
  const auto prepared = run(service_->prepare("ann", {.plan = "vm", .title = "Later"}));
  ASSERT_TRUE(prepared);
  EXPECT_GE(*prepared->kept_until, loop_.now() + 15min);
  loop_.pass(kPreparedKept - 1min);
  EXPECT_TRUE(run(service_->get_automation("ann", prepared->id)));
  loop_.pass(2min);
  const auto gone = run(service_->get_automation("ann", prepared->id));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::not_found);
}

// Each of them ends the same old ones.
TEST_F(FollowUps, RequestsArePreparedForAllWhoAskAtOnce) {
  begin();
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(run(service_->prepare("ann", {.plan = "vm", .title = "Later"})));
  loop_.pass(kPreparedKept + 1min);
  std::vector<Result<Automation>> answers;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(*context_, service_->prepare("ann", {.plan = "vm", .title = "Later"}),
                   [&](const std::exception_ptr&, Result<Automation> answer) {
                     answers.push_back(std::move(answer));
                   });
  }
  for (int turn = 0; turn < 1000 && answers.size() < 3; ++turn) {
    context_->restart();
    context_->poll();
    loop_.pass(1ms);
  }
  ASSERT_EQ(answers.size(), 3u);
  for (const auto& answer : answers) EXPECT_TRUE(answer) << answer.error().message;
}

TEST_F(FollowUps, PreparedRequestsMakeRoomWhenTheyAreTooOld) {
  begin();
  for (std::size_t i = 0; i < kPreparedMax; ++i)
    ASSERT_TRUE(run(service_->prepare("ann", {.plan = "vm", .title = "Later"})));
  EXPECT_FALSE(run(service_->prepare("ann", {.plan = "vm", .title = "One more"})));
  loop_.pass(kPreparedKept + 1min);
  EXPECT_TRUE(run(service_->prepare("ann", {.plan = "vm", .title = "One more"})));
}

}  // namespace
}  // namespace mayfly::service
