// Webhooks and what became of their deliveries. Everything is written by the notifier, which sends
// at once what it has written; here is what may be asked of it.

#include <fmt/format.h>

#include <algorithm>

#include "core/id.h"
#include "http/address.h"
#include "notify/signature.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

using notify::Delivery;
using notify::DeliveryStatus;
using notify::Webhook;
using notify::WebhookStatus;

constexpr std::size_t kWebhooksMax = 20;  // of one user
constexpr std::size_t kReplayMax = 10'000;
constexpr std::size_t kReplayPage = 200;
constexpr Duration kOldSecretLife = 24h;
constexpr int kTries = 3;  // against the notifier, which writes a webhook's health

std::optional<std::string> unless_none(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Async<void> answer_of(std::move_only_function<void(Done<Result<void>>)> ask) {
  co_return co_await http::await_done<Result<void>>(std::ref(ask));
}

template <class T>
Async<Stored<T>> read_notified(store::Store& store, std::string collection, std::string id,
                               std::string what) {
  auto document = co_await get_document(store, std::move(collection), std::move(id));
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!*document) co_return fail(ErrorCode::not_found, "There is no " + what);
  CO_TRY(T value, notify::read<T>(**document));
  co_return Stored<T>{std::move(value), (*document)->version};
}

Async<Stored<Webhook>> find_webhook(store::Store& store, const std::string& user,
                                    const std::string& id) {
  auto known = co_await read_notified<Webhook>(store, notify::kWebhooks, id, "webhook " + id);
  if (known && known->value.user != user)
    co_return fail(ErrorCode::not_found, "There is no webhook " + id);
  co_return known;
}

Async<Stored<Delivery>> find_delivery(store::Store& store, const std::string& webhook,
                                      const std::string& id) {
  auto known = co_await read_notified<Delivery>(store, notify::kDeliveries, id, "delivery " + id);
  if (known && known->value.target != webhook)
    co_return fail(ErrorCode::not_found, "There is no delivery " + id);
  co_return known;
}

Result<void> check_url(const std::string& url, bool public_only) {
  std::string_view why;
  const auto address = http::read_web_address(url, why);
  if (!address) return fail_field("url", std::string(why));
  if (address->is_private && public_only) {
    return fail_field("url",
                      "must not name this machine or its network; the server's setting "
                      "notify.allow_private would allow it");
  }
  return {};
}

std::unexpected<Error> is_disabled(const Webhook& webhook) {
  return fail(ErrorCode::conflict, "The webhook is disabled: " + webhook.reason,
              "Enable it: mayfly webhooks change " + webhook.id + " --enable");
}

// As if it had just happened, but with its history.
Delivery opened_again(Delivery delivery, Time now, Duration give_up) {
  delivery.status = DeliveryStatus::pending;
  delivery.failures = 0;
  delivery.give_up_at = now + give_up;
  delivery.next_try_at = now;
  delivery.finished_at.reset();
  return delivery;
}

// What a change makes of a webhook; the new secret, if there is one, in clear.
Result<std::optional<Secret>> apply(const WebhookChange& change, Webhook& webhook, Time now,
                                    const Vault& vault) {
  if (change.url) webhook.url = *change.url;
  if (change.events) webhook.events = *change.events;
  if (change.enabled) {
    webhook.status = *change.enabled ? WebhookStatus::active : WebhookStatus::disabled;
    webhook.reason = *change.enabled ? "" : "its owner disabled it";
    webhook.failing_since.reset();
  }
  if (!change.rotate_secret) return std::nullopt;
  Secret secret = notify::new_secret();
  webhook.sealed_before = std::exchange(webhook.sealed, vault.seal(secret, webhook.id));
  webhook.before_until = now + kOldSecretLife;
  return secret;
}

}  // namespace

WebhookView view_of(const Webhook& webhook, Time now) {
  const bool two_secrets = webhook.before_until && now < *webhook.before_until;
  return {.id = webhook.id,
          .url = webhook.url,
          .events = webhook.events,
          .status = webhook.status,
          .reason = unless_none(webhook.reason),
          .failing_since = webhook.failing_since,
          .created_at = webhook.created_at,
          .old_secret_until = two_secrets ? webhook.before_until : std::nullopt};
}

DeliveryView view_of(const Delivery& delivery) {
  return {.id = delivery.id,
          .event_id = delivery.event,
          .type = delivery.type,
          .reservation = unless_none(delivery.reservation),
          .status = delivery.status,
          .attempts = delivery.attempts,
          .last_status = delivery.last_status,
          .last_error = unless_none(delivery.last_error),
          .created_at = delivery.created_at,
          .next_try_at = delivery.next_try_at,
          .finished_at = delivery.finished_at};
}

Async<WebhookView> Service::add_webhook(std::string user, std::string url,
                                        std::vector<std::string> events) {
  if (auto good = check_url(url, parts_.notifier.settings().public_only); !good)
    co_return std::unexpected(std::move(good).error());
  auto known = co_await query_documents(
      parts_.store,
      {.collection = notify::kWebhooks, .index = "user", .value = user, .limit = kWebhooksMax});
  if (!known) co_return std::unexpected(std::move(known).error());
  if (known->size() == kWebhooksMax) {
    co_return fail(ErrorCode::conflict,
                   fmt::format("There are {} webhooks already, and no more may be", kWebhooksMax),
                   "Remove one: mayfly webhooks rm ID");
  }
  const Secret secret = notify::new_secret();
  Webhook webhook{.id = new_id("w", now(), parts_.random),
                  .user = std::move(user),
                  .url = std::move(url),
                  .events = std::move(events),
                  .created_at = now()};
  webhook.sealed = parts_.vault.seal(secret, webhook.id);
  auto saved = co_await answer_of(
      [&](Done<Result<void>> done) { parts_.notifier.save(webhook, 0, std::move(done)); });
  if (!saved) co_return std::unexpected(std::move(saved).error());
  WebhookView view = view_of(webhook, now());
  view.secret = std::string(secret.reveal());
  co_return view;
}

Async<Listing<WebhookView>> Service::list_webhooks(std::string user, PageRequest page) {
  auto documents = co_await read_page(
      parts_.store, {.collection = notify::kWebhooks, .index = "user", .value = user},
      std::move(page));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<WebhookView> listing{.items = {}, .next_cursor = documents->next_cursor};
  for (const store::Document& document : documents->items) {
    CO_TRY(const Webhook webhook, notify::read<Webhook>(document));
    listing.items.push_back(view_of(webhook, now()));
  }
  co_return listing;
}

Async<WebhookView> Service::get_webhook(std::string user, std::string id) {
  auto known = co_await find_webhook(parts_.store, user, id);
  if (!known) co_return std::unexpected(std::move(known).error());
  co_return view_of(known->value, now());
}

Async<WebhookView> Service::change_webhook(std::string user, std::string id, WebhookChange change) {
  if (change.url) {
    if (auto good = check_url(*change.url, parts_.notifier.settings().public_only); !good)
      co_return std::unexpected(std::move(good).error());
  }
  for (int tries = 1;; ++tries) {
    auto known = co_await find_webhook(parts_.store, user, id);
    if (!known) co_return std::unexpected(std::move(known).error());
    Webhook webhook = std::move(known->value);
    CO_TRY(const std::optional<Secret> secret, apply(change, webhook, now(), parts_.vault));
    auto saved = co_await answer_of([&](Done<Result<void>> done) {
      parts_.notifier.save(webhook, known->version, std::move(done));
    });
    if (saved) {
      WebhookView view = view_of(webhook, now());
      if (secret) view.secret = std::string(secret->reveal());
      co_return view;
    }
    if (saved.error().code != ErrorCode::conflict || tries == kTries)
      co_return std::unexpected(std::move(saved).error());
  }
}

Async<void> Service::delete_webhook(std::string user, std::string id) {
  for (int tries = 1;; ++tries) {
    auto known = co_await find_webhook(parts_.store, user, id);
    if (!known) co_return std::unexpected(std::move(known).error());
    auto removed = co_await answer_of([&](Done<Result<void>> done) {
      parts_.notifier.remove(known->value, known->version, std::move(done));
    });
    if (removed || removed.error().code != ErrorCode::conflict || tries == kTries)
      co_return removed;
  }
}

Async<DeliveryView> Service::test_webhook(std::string user, std::string id) {
  auto known = co_await find_webhook(parts_.store, user, id);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (known->value.status == WebhookStatus::disabled) co_return is_disabled(known->value);
  const notify::Record record =
      notify::record_of(user, notify::kTestType, new_id("e-test", now(), parts_.random), now(),
                        "A test that " + user + " asked for");
  const Delivery delivery = parts_.notifier.new_delivery(record, record.events.front(), id, now());
  auto opened = co_await answer_of([&](Done<Result<void>> done) {
    std::vector<notify::Opened> one;
    one.push_back({.record = record, .delivery = delivery});
    parts_.notifier.open(std::move(one), std::move(done));
  });
  if (!opened) co_return std::unexpected(std::move(opened).error());
  parts_.notifier.hurry(delivery);
  co_return view_of(delivery);
}

Async<Listing<DeliveryView>> Service::list_deliveries(std::string user, std::string id,
                                                      PageRequest page) {
  auto known = co_await find_webhook(parts_.store, user, id);
  if (!known) co_return std::unexpected(std::move(known).error());
  auto documents = co_await read_page(
      parts_.store,
      {.collection = notify::kDeliveries, .index = "target", .value = id, .newest_first = true},
      std::move(page));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<DeliveryView> listing{.items = {}, .next_cursor = documents->next_cursor};
  for (const store::Document& document : documents->items) {
    CO_TRY(const Delivery delivery, notify::read<Delivery>(document));
    listing.items.push_back(view_of(delivery));
  }
  co_return listing;
}

Async<DeliveryView> Service::redeliver(std::string user, std::string id, std::string delivery) {
  auto webhook = co_await find_webhook(parts_.store, user, id);
  if (!webhook) co_return std::unexpected(std::move(webhook).error());
  if (webhook->value.status == WebhookStatus::disabled) co_return is_disabled(webhook->value);
  auto known = co_await find_delivery(parts_.store, id, delivery);
  if (!known) co_return std::unexpected(std::move(known).error());
  Delivery again = std::move(known->value);
  if (again.status != DeliveryStatus::pending) {
    again = opened_again(std::move(again), now(), parts_.notifier.settings().give_up);
    auto opened = co_await answer_of([&](Done<Result<void>> done) {
      std::vector<notify::Opened> one;
      one.push_back({.delivery = again, .version = known->version});
      parts_.notifier.open(std::move(one), std::move(done));
    });
    if (!opened) co_return std::unexpected(std::move(opened).error());
  }
  parts_.notifier.hurry(again);
  co_return view_of(again);
}

// The deliveries of one record that are to be made again; those that wait already are left alone.
Async<std::vector<notify::Opened>> Service::replayed(const notify::Webhook& webhook,
                                                     const notify::Record& record) {
  std::vector<notify::Opened> opened;
  for (const notify::Event& event : record.events) {
    if (event.type == notify::kTestType || !notify::wants(webhook.events, event.type)) continue;
    notify::Opened one{.delivery = parts_.notifier.new_delivery(record, event, webhook.id, now())};
    auto known = co_await find_delivery(parts_.store, webhook.id, one.delivery.id);
    if (!known && known.error().code != ErrorCode::not_found)
      co_return std::unexpected(std::move(known).error());
    if (known && known->value.status == DeliveryStatus::pending) continue;
    if (known) {
      one.delivery =
          opened_again(std::move(known->value), now(), parts_.notifier.settings().give_up);
      one.version = known->version;
    }
    opened.push_back(std::move(one));
  }
  co_return opened;
}

Async<ReplayView> Service::replay(std::string user, std::string id, Time since) {
  auto webhook = co_await find_webhook(parts_.store, user, id);
  if (!webhook) co_return std::unexpected(std::move(webhook).error());
  if (webhook->value.status == WebhookStatus::disabled) co_return is_disabled(webhook->value);
  ReplayView view;
  std::string after = notify::time_prefix(std::max(since, Time{}));
  while (true) {
    auto page = co_await query_documents(parts_.store, {.collection = notify::kOutbox,
                                                        .index = "user",
                                                        .value = user,
                                                        .after_id = after,
                                                        .limit = kReplayPage});
    if (!page) co_return std::unexpected(std::move(page).error());
    std::vector<notify::Opened> opened;
    for (const store::Document& document : *page) {
      if (document.indexes.contains("untold")) continue;  // it is on its way already
      CO_TRY(const notify::Record record, notify::record_from(document));
      auto some = co_await replayed(webhook->value, record);
      if (!some) co_return std::unexpected(std::move(some).error());
      if (view.deliveries + std::ssize(opened) + std::ssize(*some) >
          static_cast<std::ptrdiff_t>(kReplayMax)) {
        view.next_since = record.events.front().created_at;
        break;
      }
      std::ranges::move(*some, std::back_inserter(opened));
      if (opened.size() >= kReplayPage) {
        auto sent = co_await open_deliveries(std::exchange(opened, {}));
        if (!sent) co_return std::unexpected(std::move(sent).error());
        view.deliveries += *sent;
      }
    }
    auto sent = co_await open_deliveries(std::move(opened));
    if (!sent) co_return std::unexpected(std::move(sent).error());
    view.deliveries += *sent;
    if (view.next_since || page->size() < kReplayPage) co_return view;
    after = page->back().id;
  }
}

Async<std::int64_t> Service::open_deliveries(std::vector<notify::Opened> opened) {
  const std::int64_t count = std::ssize(opened);
  auto done = co_await answer_of([&](Done<Result<void>> answer) {
    parts_.notifier.open(std::move(opened), std::move(answer));
  });
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return count;
}

}  // namespace mayfly::service
