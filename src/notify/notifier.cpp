#include "notify/notifier.h"

#include <algorithm>

#include "core/log.h"
#include "http/address.h"
#include "notify/target.h"

namespace mayfly::notify {
namespace {

constexpr std::size_t kTargetPage = 1000;
constexpr std::size_t kPrunePage = 400;
constexpr char kMailHost[] = "mail";
constexpr Duration kRefreshAfter = 1s;

std::string host_of(const std::string& url) {
  std::string_view why;
  const auto address = http::read_web_address(url, why);
  return address ? address->host : url;
}

bool is_pending(const store::Document& document) {
  const auto delivery = read<Delivery>(document);
  return delivery && delivery->status == DeliveryStatus::pending;
}

}  // namespace

Notifier::Notifier(Ports ports, Settings settings)
    : ports_(std::move(ports)), settings_(std::move(settings)), lanes_(settings_.limits) {}

Notifier::~Notifier() = default;

// ---- start

void Notifier::start(Done<Result<void>> done) {
  const Each webhook = [this](const store::Document& document) {
    auto known = read<Webhook>(document);
    if (!known) return log::error("a stored webhook cannot be read", {{"id", document.id}});
    const std::string user = known->user;
    adopt(document.id, {.user = user, .webhook = *std::move(known), .version = document.version});
  };
  const Each mailbox = [this](const store::Document& document) {
    auto known = read<Mailbox>(document);
    if (!known) return log::error("a stored mailbox cannot be read", {{"user", document.id}});
    adopt(mail_target(document.id),
          {.user = document.id, .mailbox = *std::move(known), .version = document.version});
  };
  const Each delivery = [this](const store::Document& document) {
    auto known = read<Delivery>(document);
    if (!known) return log::error("a stored delivery cannot be read", {{"id", document.id}});
    if (!lanes_.has(known->target)) {
      return fail_all({{*std::move(known), document.version}}, kRemoved);
    }
    lanes_.add({*std::move(known), document.version});
  };
  auto begin = [this, done = std::move(done)](Result<void> loaded) mutable {
    if (!loaded) return done(std::move(loaded));
    fan_out();
    pump();
    arm_housekeeping();
    done({});
  };
  auto deliveries = [this, delivery, begin = std::move(begin)](Result<void> loaded) mutable {
    if (!loaded) return begin(std::move(loaded));
    load({.collection = kDeliveries, .index = "pending", .value = "1"}, delivery, std::move(begin));
  };
  auto mailboxes = [this, mailbox,
                    deliveries = std::move(deliveries)](Result<void> loaded) mutable {
    if (!loaded) return deliveries(std::move(loaded));
    load({.collection = kMailboxes}, mailbox, std::move(deliveries));
  };
  load({.collection = kWebhooks}, webhook, std::move(mailboxes));
}

void Notifier::load(store::Query query, Each each, Done<Result<void>> done) {
  query.limit = kTargetPage;
  ports_.store.query(
      query, ports_.loop,
      guarded([this, query, each, done = std::move(done)](Result<store::Page> page) mutable {
        if (!page) return done(std::unexpected(page.error()));
        for (const store::Document& document : *page) each(document);
        if (page->size() < query.limit) return done({});
        query.after_id = page->back().id;
        load(std::move(query), std::move(each), std::move(done));
      }));
}

// ---- hooks

store::Batch Notifier::alongside(const Reservation* before, const Reservation& next) const {
  if (!is_told(next.user)) return {};
  auto record = record_of(before, next);
  return record ? alongside(*std::move(record)) : store::Batch();
}

store::Batch Notifier::alongside(Record record) const {
  if (!is_told(record.user)) return {};
  store::Batch batch;
  batch.push_back({.collection = kOutbox,
                   .id = record.id,
                   .expected_version = 0,
                   .document = to_document(record, true)});
  return batch;
}

void Notifier::changed(const Reservation* before, const Reservation* now) {
  if (!now || (before && before->journal_seq == now->journal_seq)) return;
  if (is_told(now->user)) wake();
}

void Notifier::wake() {
  ports_.loop.post(guarded([this] { fan_out(); }));
}

// ---- targets

void Notifier::adopt(const std::string& id, Target target) {
  if (const auto known = targets_.find(id); known != targets_.end())
    target.mailed = std::move(known->second.mailed);
  const bool disabled = target.webhook && target.webhook->status == WebhookStatus::disabled;
  std::string host = target.webhook ? host_of(target.webhook->url) : kMailHost;
  const bool is_mailbox = target.mailbox.has_value();
  if (!is_mailbox || has_mail()) {
    const std::scoped_lock lock(users_mutex_);
    users_[target.user].insert(id);
  }
  targets_.insert_or_assign(id, std::move(target));
  if (disabled) fail_all(lanes_.close(id), kDisabled);
  lanes_.open(id, std::move(host), is_mailbox);
}

void Notifier::forget(const std::string& id) {
  const auto known = targets_.extract(id);
  if (known.empty()) return;
  fail_all(lanes_.close(id), kRemoved);
  const std::scoped_lock lock(users_mutex_);
  const auto user = users_.find(known.mapped().user);
  if (user == users_.end()) return;
  user->second.erase(id);
  if (user->second.empty()) users_.erase(user);
}

bool Notifier::is_told(const std::string& user) const {
  const std::scoped_lock lock(users_mutex_);
  return users_.contains(user);
}

// `then` runs when it is durable, before `done`.
void Notifier::write_target(store::Write write, Done<Result<void>> done, Task then) {
  ports_.loop.post(guarded(
      [this, write = std::move(write), done = std::move(done), then = std::move(then)]() mutable {
        const std::string collection = write.collection;
        const std::string id = write.id;
        store::Batch batch;
        batch.push_back(std::move(write));
        ports_.store.commit(std::move(batch), ports_.loop,
                            guarded([this, collection, id, done = std::move(done),
                                     then = std::move(then)](Result<void> written) mutable {
                              const bool unclear =
                                  !written && written.error().code != ErrorCode::conflict;
                              if (written) then();
                              if (unclear) refresh_target(collection, id);
                              done(std::move(written));
                              pump();
                            }));
      }));
}

// The store did not say whether it has it: what it has a moment later counts.
void Notifier::refresh_target(std::string collection, std::string id) {
  ports_.loop.post_at(
      ports_.loop.now() + kRefreshAfter, guarded([this, collection, id] {
        ports_.store.get(
            collection, id, ports_.loop,
            guarded([this, collection, id](Result<std::optional<store::Document>> found) {
              const bool is_webhook = collection == kWebhooks;
              const std::string target = is_webhook ? id : mail_target(id);
              if (!found) return refresh_target(collection, id);
              if (!*found) return forget(target);
              const store::Document& document = **found;
              if (is_webhook) {
                if (auto known = read<Webhook>(document)) {
                  const std::string user = known->user;
                  adopt(target,
                        {.user = user, .webhook = *std::move(known), .version = document.version});
                }
              } else if (auto known = read<Mailbox>(document)) {
                adopt(target,
                      {.user = id, .mailbox = *std::move(known), .version = document.version});
              }
            }));
      }));
}

void Notifier::save(Webhook webhook, std::int64_t version, Done<Result<void>> done) {
  store::Write write{.collection = kWebhooks,
                     .id = webhook.id,
                     .expected_version = version,
                     .document = to_document(webhook)};
  write_target(std::move(write), std::move(done), [this, webhook, version] {
    adopt(webhook.id, {.user = webhook.user, .webhook = webhook, .version = version + 1});
  });
}

void Notifier::remove(Webhook webhook, std::int64_t version, Done<Result<void>> done) {
  store::Write write{.collection = kWebhooks, .id = webhook.id, .expected_version = version};
  write_target(std::move(write), std::move(done), [this, id = webhook.id] { forget(id); });
}

void Notifier::save(Mailbox mailbox, std::int64_t version, Done<Result<void>> done) {
  store::Write write{.collection = kMailboxes,
                     .id = mailbox.user,
                     .expected_version = version,
                     .document = to_document(mailbox)};
  write_target(std::move(write), std::move(done), [this, mailbox, version] {
    adopt(mail_target(mailbox.user),
          {.user = mailbox.user, .mailbox = mailbox, .version = version + 1});
  });
}

void Notifier::remove(Mailbox mailbox, std::int64_t version, Done<Result<void>> done) {
  store::Write write{.collection = kMailboxes, .id = mailbox.user, .expected_version = version};
  write_target(std::move(write), std::move(done),
               [this, user = mailbox.user] { forget(mail_target(user)); });
}

// Writes what we know of a webhook's health. One write at a time, the last one wins.
void Notifier::store_state(const std::string& id) {
  const auto found = targets_.find(id);
  if (found == targets_.end()) return;
  Target& target = found->second;
  if (std::exchange(target.storing, true)) {
    target.store_again = true;
    return;
  }
  store::Batch batch;
  batch.push_back({.collection = kWebhooks,
                   .id = id,
                   .expected_version = target.version,
                   .document = to_document(*target.webhook)});
  ports_.store.commit(std::move(batch), ports_.loop, guarded([this, id](Result<void> written) {
                        const auto again = targets_.find(id);
                        if (again == targets_.end()) return;
                        Target& stored = again->second;
                        stored.storing = false;
                        if (!written && written.error().code == ErrorCode::conflict)
                          return reread_state(id);
                        if (written) ++stored.version;
                        // What a store in trouble did not take is written with the next change.
                        if (written && std::exchange(stored.store_again, false)) store_state(id);
                      }));
}

// Its owner changed it meanwhile: theirs is what it is, ours how it does.
void Notifier::reread_state(const std::string& id) {
  ports_.store.get(kWebhooks, id, ports_.loop,
                   guarded([this, id](Result<std::optional<store::Document>> found) {
                     const auto known = targets_.find(id);
                     if (known == targets_.end() || !found || !*found) return;
                     auto theirs = read<Webhook>(**found);
                     Target& target = known->second;
                     if (!theirs || target.version >= (*found)->version) return;
                     if (theirs->status != WebhookStatus::disabled) {
                       theirs->status = target.webhook->status;
                       theirs->reason = target.webhook->reason;
                       theirs->failing_since = target.webhook->failing_since;
                     }
                     target.webhook = *std::move(theirs);
                     target.version = (*found)->version;
                     store_state(id);
                   }));
}

// ---- deliveries that somebody asks for

Delivery Notifier::new_delivery(const Record& record, const Event& event, const std::string& target,
                                Time now) const {
  return {.id = time_prefix(event.created_at) + "." + event.id + "." + target,
          .target = target,
          .user = record.user,
          .record = record.id,
          .event = event.id,
          .type = event.type,
          .reservation = record.reservation ? record.reservation->id : std::string(),
          .created_at = event.created_at,
          .give_up_at = now + settings_.give_up,
          .next_try_at = now};
}

void Notifier::open(std::vector<Opened> opened, Done<Result<void>> done) {
  ports_.loop.post(guarded([this, opened = std::move(opened), done = std::move(done)]() mutable {
    store::Batch batch;
    for (const Opened& one : opened) {
      if (one.record) {
        batch.push_back({.collection = kOutbox,
                         .id = one.record->id,
                         .expected_version = 0,
                         .document = to_document(*one.record, false)});
      }
      batch.push_back({.collection = kDeliveries,
                       .id = one.delivery.id,
                       .expected_version = one.version,
                       .document = to_document(one.delivery)});
    }
    ports_.store.commit(std::move(batch), ports_.loop,
                        guarded([this, opened = std::move(opened),
                                 done = std::move(done)](Result<void> written) mutable {
                          std::vector<std::string> unclear;
                          for (Opened& one : opened) {
                            if (written) {
                              lanes_.add({std::move(one.delivery), one.version + 1});
                            } else {
                              unclear.push_back(one.delivery.id);
                            }
                          }
                          done(std::move(written));
                          take_up(unclear);
                          pump();
                        }));
  }));
}

// Deliveries that the store may have, although it did not say so: those that wait are sent.
void Notifier::take_up(const std::vector<std::string>& deliveries) {
  if (deliveries.empty()) return;
  ports_.loop.post_at(ports_.loop.now() + kRefreshAfter, guarded([this, deliveries] {
                        for (const std::string& id : deliveries) {
                          ports_.store.get(
                              kDeliveries, id, ports_.loop,
                              guarded([this, id](Result<std::optional<store::Document>> found) {
                                if (!found) return take_up({id});
                                if (!*found) return;
                                auto delivery = read<Delivery>(**found);
                                if (!delivery || delivery->status != DeliveryStatus::pending)
                                  return;
                                lanes_.add({*std::move(delivery), (*found)->version});
                                pump();
                              }));
                        }
                      }));
}

void Notifier::hurry(Delivery delivery) {
  ports_.loop.post(guarded([this, delivery = std::move(delivery)] {
    lanes_.hurry(delivery, ports_.loop.now());
    pump();
  }));
}

Statistics Notifier::statistics() const {
  return {.waiting = waiting_, .delivered = delivered_, .refused = refused_, .given_up = given_up_};
}

// ---- housekeeping

void Notifier::arm_housekeeping() {
  ports_.loop.post_at(ports_.loop.now() + settings_.housekeeping, guarded([this] {
                        keep_house();
                        arm_housekeeping();
                      }));
}

void Notifier::keep_house() {
  fail_all(lanes_.overdue(ports_.loop.now()), "given up: its time is over");
  prune(kDeliveries, "");
  prune(kOutbox, "");
}

// Removes what is older than is kept; ids begin with the time.
void Notifier::prune(std::string collection, std::string after) {
  const std::string oldest = time_prefix(ports_.loop.now() - settings_.keep);
  ports_.store.query({.collection = collection, .after_id = std::move(after), .limit = kPrunePage},
                     ports_.loop, guarded([this, collection, oldest](Result<store::Page> page) {
                       if (!page) return;
                       store::Batch batch;
                       for (const store::Document& document : *page) {
                         if (document.id >= oldest) break;
                         const bool in_use = collection == kDeliveries && is_pending(document);
                         if (!in_use) {
                           batch.push_back({.collection = collection,
                                            .id = document.id,
                                            .expected_version = document.version});
                         }
                       }
                       const bool more = page->size() == kPrunePage && page->back().id < oldest;
                       ports_.store.commit(
                           std::move(batch), ports_.loop,
                           guarded([this, collection, more,
                                    last = more ? page->back().id : ""](Result<void> removed) {
                             if (removed && more) prune(collection, last);
                           }));
                     }));
}

}  // namespace mayfly::notify
