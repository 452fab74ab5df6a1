#include "notify/notifier_fixture_test.h"

namespace mayfly::notify {
namespace {

using store::CommitFate;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Webhooks : public NotifierTest {};
class Email : public NotifierTest {};

TEST_F(Webhooks, AreToldOfWhatIsWritten) {
  add_webhook("w-1");
  write("r-1", "phase", Phase::ready);
  pass(1s);
  ASSERT_EQ(receivers.calls.size(), 1U);
  const http::Call& call = receivers.calls[0];
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "http://example.com/a");
  EXPECT_EQ(call.deadline, 10s);
  EXPECT_EQ(http::find_header(call.headers, "User-Agent"), "Mayfly/0");
  EXPECT_EQ(http::find_header(call.headers, "Content-Type"), "application/json");
  const Time sent{std::chrono::seconds(
      std::stoll(std::string(*http::find_header(call.headers, "Webhook-Timestamp"))))};
  EXPECT_EQ(
      http::find_header(call.headers, "Webhook-Signature"),
      sign({Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}, "e-r-1-000001", sent, call.body)
          .value());
  EXPECT_EQ(json::parse(call.body)->at("type").as_string(), "reservation.ready");
  const Delivery delivery = deliveries().at(0);
  EXPECT_EQ(delivery.status, DeliveryStatus::delivered);
  EXPECT_EQ(delivery.attempts, 1);
  EXPECT_EQ(delivery.last_status, 200);
  EXPECT_EQ(notifier->statistics().delivered, 1);
  EXPECT_EQ(notifier->statistics().waiting, 0U);
}

TEST_F(Webhooks, CostNothingForUsersWhoHaveNone) {
  write("r-1", "phase", Phase::ready);
  pass(1s);
  EXPECT_EQ(written_along, 0U);
  EXPECT_TRUE(disk->query({.collection = kOutbox}).empty());
}

TEST_F(Webhooks, AreToldOnlyWhatTheyWant) {
  add_webhook("w-1", "http://example.com/a", {"reservation.failed"});
  add_webhook("w-2", "http://example.com/b");
  write("r-1", "phase", Phase::ready);
  pass(1s);
  ASSERT_EQ(receivers.calls.size(), 1U);
  EXPECT_EQ(receivers.calls[0].url, "http://example.com/b");
}

TEST_F(Webhooks, OfOthersAreToldNothing) {
  Webhook other = add_webhook("w-1");
  other.id = "w-2";
  other.user = "bob";
  other.url = "http://example.com/bob";
  save(other, 0);
  write("r-1", "phase", Phase::ready);
  pass(1s);
  EXPECT_EQ(receivers.calls.size(), 1U);
}

TEST_F(Webhooks, ThatWereDownAreToldEverythingInOrderWhenTheyAreBack) {
  add_webhook("w-1");
  receivers.status["http://example.com/a"] = -1;
  std::vector<std::string> expected;
  for (int i = 1; i <= 5; ++i) {
    write("r-1", "attempt");
    expected.push_back(fmt::format("e-r-1-{:06}", i));
  }
  pass(5min);
  const std::size_t tries = receivers.calls.size();
  EXPECT_GE(tries, 4U);
  EXPECT_LE(tries, 7U);
  EXPECT_THAT(receivers.ids(), Each("e-r-1-000001"));
  receivers.status.clear();
  receivers.calls.clear();
  pass(10min);
  EXPECT_EQ(receivers.ids(), expected);
  for (const Delivery& delivery : deliveries())
    EXPECT_EQ(delivery.status, DeliveryStatus::delivered);
}

TEST_F(Webhooks, AreToldWhatWasWrittenBeforeACrash) {
  add_webhook("w-1");
  tell_changed = false;  // the process ends between the write and the word about it
  write("r-1", "phase", Phase::ready);
  crash();
  start();
  pass(1s);
  EXPECT_THAT(receivers.ids(), ElementsAre("e-r-1-000001"));
  EXPECT_EQ(deliveries().at(0).status, DeliveryStatus::delivered);
}

TEST_F(Webhooks, AreToldAgainUnderTheSameIdWhenACrashCutTheAnswerOff) {
  add_webhook("w-1");
  receivers.status["http://example.com/a"] = 0;
  write("r-1", "attempt");
  write("r-1", "attempt");
  pass(1s);
  EXPECT_THAT(receivers.ids(), ElementsAre("e-r-1-000001"));
  crash();
  receivers.status.clear();
  start();
  pass(1s);
  EXPECT_THAT(receivers.ids(), ElementsAre("e-r-1-000001", "e-r-1-000001", "e-r-1-000002"));
  EXPECT_EQ(receivers.calls[0].body, receivers.calls[1].body);
}

TEST_F(Webhooks, GoOnWithTheirBackOffAfterARestart) {
  add_webhook("w-1");
  receivers.status["http://example.com/a"] = 500;
  write("r-1", "attempt");
  pass(1s);
  EXPECT_EQ(receivers.calls.size(), 1U);
  crash();
  start();
  pass(1s);
  EXPECT_EQ(receivers.calls.size(), 1U);
  pass(15s);
  EXPECT_EQ(receivers.calls.size(), 2U);
  EXPECT_EQ(deliveries().at(0).attempts, 2);
}

TEST_F(Webhooks, LoseNothingToAStoreInTrouble) {
  add_webhook("w-1");
  write("r-1", "attempt");
  faults.fates = {CommitFate::refused, CommitFate::written_but_reported_failed,
                  CommitFate::refused, CommitFate::written_but_reported_failed,
                  CommitFate::refused, CommitFate::written_but_reported_failed};
  pass(1min);
  write("r-1", "attempt");
  pass(1min);
  EXPECT_THAT(receivers.ids(), ElementsAre("e-r-1-000001", "e-r-1-000002"));
  for (const Delivery& delivery : deliveries())
    EXPECT_EQ(delivery.status, DeliveryStatus::delivered);
}

TEST_F(Webhooks, AreKnownEvenWhenTheStoreDidNotSaySo) {
  faults.fates = {CommitFate::written_but_reported_failed};
  Webhook webhook{
      .id = "w-1", .user = "ann", .url = "http://example.com/a", .sealed = "whsec_MfKQ"};
  notifier->save(webhook, 0, [](Result<void> result) { EXPECT_FALSE(result); });
  pass(5s);
  write("r-1", "attempt");
  pass(1s);
  EXPECT_EQ(receivers.calls.size(), 1U);

  const Record record = record_of("ann", kTestType, "e-test-1", loop.now(), "a test");
  std::vector<Opened> opened;
  opened.push_back(
      {.record = record,
       .delivery = notifier->new_delivery(record, record.events[0], "w-1", loop.now())});
  faults.fates = {CommitFate::written_but_reported_failed};
  notifier->open(std::move(opened), [](Result<void> result) { EXPECT_FALSE(result); });
  pass(5s);
  EXPECT_THAT(receivers.ids(), ElementsAre("e-r-1-000001", "e-test-1"));
}

TEST_F(Webhooks, AreGivenUpAfterADayAndSentAgainWhenAsked) {
  add_webhook("w-1");
  receivers.status["http://example.com/a"] = 500;
  write("r-1", "attempt");
  pass(25h);
  Delivery delivery = deliveries().at(0);
  EXPECT_EQ(delivery.status, DeliveryStatus::failed);
  EXPECT_THAT(delivery.last_error, HasSubstr("500"));
  EXPECT_GT(delivery.attempts, 24);
  EXPECT_LT(delivery.attempts, 45);
  EXPECT_EQ(notifier->statistics().given_up, 1);
  EXPECT_EQ(webhook("w-1").status, WebhookStatus::failing);
  EXPECT_TRUE(webhook("w-1").failing_since);

  receivers.status.clear();
  const auto stored = disk->get(kDeliveries, delivery.id);
  delivery.status = DeliveryStatus::pending;
  delivery.next_try_at = loop.now();
  delivery.give_up_at = loop.now() + 24h;
  std::vector<Opened> again;
  again.push_back({.delivery = delivery, .version = stored->version});
  notifier->open(std::move(again), [](Result<void> result) { EXPECT_TRUE(result); });
  notifier->hurry(delivery);
  pass(1s);
  EXPECT_EQ(deliveries().at(0).status, DeliveryStatus::delivered);
  EXPECT_EQ(webhook("w-1").status, WebhookStatus::active);
  EXPECT_FALSE(webhook("w-1").failing_since);
}

TEST_F(Webhooks, ThatFailHoldBackNobodyElse) {
  add_webhook("w-1", "http://example.com/a");
  add_webhook("w-2", "http://example.org/b");
  receivers.status["http://example.com/a"] = 0;
  for (int i = 0; i < 20; ++i) write("r-" + std::to_string(i), "attempt");
  pass(1s);
  const auto arrived =
      std::ranges::count(receivers.calls, "http://example.org/b", &http::Call::url);
  EXPECT_EQ(arrived, 20);
  EXPECT_EQ(receivers.silent.size(), 2U);  // at once to one host
}

TEST_F(Webhooks, ThatAreGoneAreDisabledWithAReason) {
  add_webhook("w-1");
  receivers.status["http://example.com/a"] = 410;
  for (int i = 0; i < 5; ++i) write("r-1", "attempt");
  pass(1min);
  EXPECT_EQ(receivers.calls.size(), 1U);
  EXPECT_EQ(webhook("w-1").status, WebhookStatus::disabled);
  EXPECT_THAT(webhook("w-1").reason, HasSubstr("410"));
  for (const Delivery& delivery : deliveries()) EXPECT_EQ(delivery.status, DeliveryStatus::failed);
  write("r-1", "attempt");
  pass(1min);
  EXPECT_EQ(deliveries().size(), 5U);
}

TEST_F(Webhooks, MayBeDisabledAndEnabledWhileACallIsUnderWay) {
  Webhook changed = add_webhook("w-1");
  receivers.status["http://example.com/a"] = 0;
  write("r-1", "attempt");
  pass(1s);
  for (const WebhookStatus status : {WebhookStatus::disabled, WebhookStatus::active}) {
    changed.status = status;
    save(changed, version("w-1"));
  }
  receivers.status.clear();
  write("r-1", "attempt");
  pass(1s);
  EXPECT_THAT(receivers.ids(), ElementsAre("e-r-1-000001", "e-r-1-000002"));
  receivers.silent.front()(http::Answer{.status = 200});
  pass(1s);
  EXPECT_EQ(notifier->statistics().delivered, 2);
}

TEST_F(Webhooks, ThatWereRemovedGetNothingMore) {
  const Webhook removed = add_webhook("w-1");
  receivers.status["http://example.com/a"] = 500;
  write("r-1", "attempt");
  pass(1s);
  notifier->remove(removed, 1, [](Result<void> result) { EXPECT_TRUE(result); });
  pass(1h);
  EXPECT_EQ(receivers.calls.size(), 1U);
  EXPECT_EQ(deliveries().at(0).status, DeliveryStatus::failed);
  write("r-1", "attempt");
  pass(1s);
  EXPECT_EQ(written_along, 1U);
}

TEST_F(Webhooks, AreSignedWithTheOldSecretForADay) {
  Webhook changed = add_webhook("w-1");
  changed.sealed_before = std::exchange(changed.sealed, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  changed.before_until = loop.now() + 24h;
  save(changed, 1);
  const auto signatures = [&] {
    write("r-1", "attempt");
    pass(1s);
    return std::string(*http::find_header(receivers.calls.back().headers, "Webhook-Signature"));
  };
  EXPECT_THAT(signatures(), HasSubstr(" v1,"));
  pass(24h);
  EXPECT_THAT(signatures(), Not(HasSubstr(" v1,")));
}

TEST_F(Webhooks, AreMarkedFailingWhileTheirOwnerChangesThem) {
  Webhook mine = add_webhook("w-1");
  receivers.status["http://example.com/a"] = 500;
  write("r-1", "attempt");
  pass(2min);
  ASSERT_EQ(webhook("w-1").status, WebhookStatus::failing);
  Webhook changed = webhook("w-1");
  changed.url = "http://example.com/new";
  save(changed, version("w-1"));
  pass(1h);
  EXPECT_EQ(webhook("w-1").status, WebhookStatus::active);
  EXPECT_EQ(webhook("w-1").url, "http://example.com/new");
  EXPECT_EQ(receivers.calls.back().url, "http://example.com/new");
}

TEST_F(Webhooks, AreToldOfMoreThanFitsIntoOneWrite) {
  for (int i = 0; i < 20; ++i) {
    add_webhook(fmt::format("w-{:02}", i), fmt::format("http://{}.example.com/", i));
  }
  write("r-1", "instance", Phase::provisioning, 100);
  write("r-1", "phase", Phase::ready);
  pass(1min);
  EXPECT_EQ(receivers.calls.size(), 20U * 101U);
  std::map<std::string, std::vector<std::string>> of_url;
  for (const http::Call& call : receivers.calls)
    of_url[call.url].emplace_back(*http::find_header(call.headers, "Webhook-Id"));
  for (const auto& [url, ids] : of_url) EXPECT_TRUE(std::ranges::is_sorted(ids)) << url;
  EXPECT_LE(receivers.under_way_max, 16);
  EXPECT_TRUE(disk->query({.collection = kOutbox, .index = "untold", .value = "1"}).empty());
}

TEST_F(Webhooks, AreForgottenAfterAWeek) {
  add_webhook("w-1");
  write("r-1", "attempt");
  pass(6 * 24h);
  EXPECT_EQ(deliveries().size(), 1U);
  write("r-1", "attempt");
  pass(2 * 24h);
  EXPECT_EQ(deliveries().size(), 1U);
  EXPECT_EQ(disk->query({.collection = kOutbox}).size(), 1U);
}

TEST_F(Webhooks, AreNotFloodedByReservationsThatWaitForThem) {
  crash();
  settings.limits.waiting_max = 5;
  start();
  add_webhook("w-1");
  receivers.status["http://example.com/a"] = 500;
  for (int i = 0; i < 10; ++i) {
    write("r-1", "attempt");
    pass(10ms);
  }
  std::map<DeliveryStatus, int> count;
  for (const Delivery& delivery : deliveries()) ++count[delivery.status];
  EXPECT_EQ(count[DeliveryStatus::pending], 5);
  EXPECT_EQ(count[DeliveryStatus::failed], 5);
}

// ---- e-mail

TEST_F(Email, SaysWhatHappened) {
  add_mailbox();
  write("r-1", "phase", Phase::ready);
  write("r-1", "attempt");
  pass(1s);
  ASSERT_EQ(mails.mails.size(), 1U);
  EXPECT_EQ(mails.mails[0].to, "ann@example.com");
  EXPECT_EQ(mails.mails[0].subject, "[Mayfly] Ready: r-1");
  EXPECT_THAT(mails.mails[0].text, HasSubstr("it happened"));
  EXPECT_EQ(mails.mails[0].id, "e-r-1-000001");
}

TEST_F(Email, ComesTogetherWhenThereIsMuchOfIt) {
  add_mailbox();
  for (int i = 0; i < 40; ++i) write("r-" + std::to_string(i), "phase", Phase::ready);
  pass(30s);
  EXPECT_EQ(mails.mails.size(), 10U);
  pass(1min);
  ASSERT_EQ(mails.mails.size(), 11U);
  EXPECT_EQ(mails.mails.back().subject, "[Mayfly] 30 events");
  EXPECT_THAT(mails.mails.back().text, HasSubstr("r-39"));
  for (const Delivery& delivery : deliveries())
    EXPECT_EQ(delivery.status, DeliveryStatus::delivered);
  pass(2min);
  write("r-1", "phase", Phase::ready);
  pass(1s);
  EXPECT_EQ(mails.mails.back().subject, "[Mayfly] Ready: r-1");
}

TEST_F(Email, IsTriedAgainUnlessTheServerSaysNever) {
  add_mailbox();
  mails.result = std::unexpected(mail::MailFailure{false, "the mail server: busy"});
  write("r-1", "phase", Phase::ready);
  pass(1min);
  EXPECT_GT(mails.mails.size(), 1U);
  mails.result = {};
  pass(5min);
  EXPECT_EQ(deliveries().at(0).status, DeliveryStatus::delivered);
  mails.result = std::unexpected(mail::MailFailure{true, "the mail server: 550"});
  mails.mails.clear();
  write("r-2", "phase", Phase::ready);
  pass(1h);
  EXPECT_EQ(mails.mails.size(), 1U);
  EXPECT_EQ(deliveries().at(1).status, DeliveryStatus::failed);
}

TEST_F(Email, CostsNothingWithoutAMailServer) {
  add_mailbox();
  crash();
  has_mail = false;
  start();
  write("r-1", "phase", Phase::ready);
  pass(1s);
  EXPECT_EQ(written_along, 0U);
}

}  // namespace
}  // namespace mayfly::notify
