// For this room's tests: a notifier over a disk that survives it, with receivers that do as told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "core/manual_loop.h"
#include "json/parse.h"
#include "notify/notifier.h"
#include "notify/signature.h"
#include "store/memory/memory_store.h"

namespace mayfly::notify {

// Answers what it was told for a URL, 200 unless told otherwise; -1: nobody listens, 0: never.
class PlayedReceivers final : public http::Client {
 public:
  explicit PlayedReceivers(Loop& loop) : loop_(loop) {}

  void send(http::Call call, Loop& answer_on, Done<http::CallResult> done) override {
    const auto known = status.find(call.url);
    const int answer = known == status.end() ? 200 : known->second;
    calls.push_back(std::move(call));
    under_way_max = std::max(under_way_max, ++under_way_);
    if (answer == 0) {
      silent.push_back(std::move(done));
      return;
    }
    answer_on.post_at(loop_.now() + takes, [this, answer, done = std::move(done)]() mutable {
      --under_way_;
      if (answer < 0) {
        done(std::unexpected(http::CallFailure{http::Reached::no, "nobody listens"}));
      } else {
        done(http::Answer{.status = answer});
      }
    });
  }

  // The ids that arrived, in order.
  std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const http::Call& call : calls)
      all.emplace_back(*http::find_header(call.headers, "Webhook-Id"));
    return all;
  }

  std::map<std::string, int> status;
  Duration takes = 1ms;
  std::vector<http::Call> calls;
  std::vector<Done<http::CallResult>> silent;
  int under_way_max = 0;

 private:
  Loop& loop_;
  int under_way_ = 0;
};

class PlayedMail final : public mail::Sender {
 public:
  void send(mail::Mail mail, Loop& answer_on, Done<mail::MailResult> done) override {
    mails.push_back(std::move(mail));
    answer_on.post([result = result, done = std::move(done)]() mutable { done(result); });
  }

  mail::MailResult result = {};
  std::vector<mail::Mail> mails;
};

// Commits go wrong as the list says, then no more.
struct PlayedFaults final : store::Faults {
  std::deque<store::CommitFate> fates;
  store::CommitFate fate() override {
    if (fates.empty()) return store::CommitFate::ok;
    const store::CommitFate next = fates.front();
    fates.pop_front();
    return next;
  }
};

class NotifierTest : public testing::Test {
 protected:
  NotifierTest() { start(); }
  ~NotifierTest() override { crash(); }

  void crash() {
    notifier.reset();
    store.reset();
    loop.drop_all();
  }
  void start() {
    store = std::make_unique<store::MemoryStore>(disk, &faults);
    notifier = std::make_unique<Notifier>(
        Ports{.loop = loop,
              .store = *store,
              .http = receivers,
              .mail = has_mail ? &mails : nullptr,
              .random = random,
              .unseal = [](std::string_view sealed, std::string_view) -> Result<Secret> {
                return Secret(sealed);
              }},
        settings);
    bool started = false;
    notifier->start([&](Result<void> result) { started = result.has_value(); });
    pass(10ms);
    EXPECT_TRUE(started);
  }
  void pass(Duration duration) { loop.pass(duration); }

  Webhook add_webhook(std::string id, std::string url = "http://example.com/a",
                      std::vector<std::string> events = {}) {
    Webhook webhook{.id = std::move(id),
                    .user = "ann",
                    .url = std::move(url),
                    .events = std::move(events),
                    .sealed = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    save(webhook, 0);
    return webhook;
  }
  void save(const Webhook& webhook, std::int64_t version) {
    bool saved = false;
    notifier->save(webhook, version, [&](Result<void> result) { saved = result.has_value(); });
    pass(10ms);
    EXPECT_TRUE(saved);
  }
  void add_mailbox(std::vector<std::string> events = mailed_by_default()) {
    notifier->save(Mailbox{.user = "ann", .address = "ann@example.com", .events = events}, 0,
                   [](Result<void> result) { EXPECT_TRUE(result); });
    pass(10ms);
  }

  // As the engine does: the state and what goes along with it, in one batch.
  void write(const std::string& id, const std::string& type, Phase phase = Phase::provisioning,
             int entries = 1) {
    Reservation& state = reservations[id];
    const Reservation before = state;
    state.id = id;
    state.user = "ann";
    state.phase = phase;
    for (int i = 0; i < entries; ++i) {
      state.journal.push_back({.seq = ++state.journal_seq,
                               .at = loop.now(),
                               .type = type,
                               .phase = phase,
                               .message = "it happened"});
    }
    const bool is_new = before.id.empty();
    store::Batch batch = notifier->alongside(is_new ? nullptr : &before, state);
    written_along += batch.size();
    store->commit(std::move(batch), loop, [](Result<void> result) { EXPECT_TRUE(result); });
    if (tell_changed) notifier->changed(is_new ? nullptr : &before, &state);
  }

  std::vector<Delivery> deliveries() {
    std::vector<Delivery> all;
    for (const store::Document& document :
         disk->query({.collection = kDeliveries, .limit = store::kPageMax}))
      all.push_back(read<Delivery>(document).value());
    return all;
  }
  Webhook webhook(const std::string& id) {
    return read<Webhook>(disk->get(kWebhooks, id).value()).value();
  }
  std::int64_t version(const std::string& id) { return disk->get(kWebhooks, id)->version; }

  ManualLoop loop;
  SeededRandom random{1};
  Settings settings;
  bool has_mail = true;
  bool tell_changed = true;
  PlayedFaults faults;
  PlayedReceivers receivers{loop};
  PlayedMail mails;
  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();
  std::unique_ptr<store::MemoryStore> store;
  std::unique_ptr<Notifier> notifier;
  std::map<std::string, Reservation> reservations;
  std::size_t written_along = 0;
};

}  // namespace mayfly::notify
