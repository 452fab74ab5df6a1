#include <algorithm>

#include "rest/event_types.h"
#include "rest/operation.h"

namespace mayfly::rest {

struct WebhookList {
  std::vector<service::WebhookView> webhooks;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(WebhookList, (), (webhooks, next_cursor))

struct DeliveryList {
  std::vector<service::DeliveryView> deliveries;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(DeliveryList, (), (deliveries, next_cursor))

inline constexpr std::int64_t kUrlMax = 2000;
inline constexpr std::int64_t kTypesMax = 32;
inline constexpr std::string_view kUrlDoc =
    "Where events are sent: http or https, without a user, a password or a fragment.";
inline constexpr std::string_view kEventsDoc =
    "The types of events it is told; an empty list: all.";

// What POST /users/:UserId/webhooks takes.
struct NewWebhook {
  std::string url;
  std::vector<std::string> events;
};
BOOST_DESCRIBE_STRUCT(NewWebhook, (), (url, events))

inline constexpr json::FieldRule kNewWebhookRules[] = {
    {.name = "url", .doc = kUrlDoc, .required = true, .min = 1, .max = kUrlMax},
    {.name = "events",
     .doc = kEventsDoc,
     .max = kTypesMax,
     .text = json::Text::name,
     .item_max = 64},
};
constexpr std::span<const json::FieldRule> rules(const NewWebhook*) {
  return kNewWebhookRules;
}

void validate(const NewWebhook& given, json::Issues& issues) {
  check_event_types(given.events, "events", issues);
}

// What PATCH /users/:UserId/webhooks/:WebhookId takes: at least one of them.
struct WebhookChange {
  std::optional<std::string> url;
  std::optional<std::vector<std::string>> events;
  std::optional<bool> enabled;
  std::optional<bool> rotate_secret;
};
BOOST_DESCRIBE_STRUCT(WebhookChange, (), (url, events, enabled, rotate_secret))

inline constexpr json::FieldRule kWebhookChangeRules[] = {
    {.name = "url", .doc = kUrlDoc, .min = 1, .max = kUrlMax},
    {.name = "events",
     .doc = kEventsDoc,
     .max = kTypesMax,
     .text = json::Text::name,
     .item_max = 64},
    {.name = "enabled", .doc = "false: it is told nothing until it is true again."},
    {.name = "rotate_secret",
     .doc = "true: makes a new secret. For 24 hours calls are signed with the old one, too."},
};
constexpr std::span<const json::FieldRule> rules(const WebhookChange*) {
  return kWebhookChangeRules;
}

void validate(const WebhookChange& given, json::Issues& issues) {
  if (!given.url && !given.events && !given.enabled && !given.rotate_secret)
    issues.add("url", "or events, enabled or rotate_secret is required");
  if (given.events) check_event_types(*given.events, "events", issues);
}

void refine_schema(const WebhookChange*, json::object& schema) {
  schema["minProperties"] = 1;
}

// What POST .../replay takes.
struct Replay {
  Time since;
};
BOOST_DESCRIBE_STRUCT(Replay, (), (since))

inline constexpr json::FieldRule kReplayRules[] = {
    {.name = "since",
     .doc = "Every event from then on is sent again. Events are kept for 7 days unless the server "
            "says otherwise.",
     .required = true},
};
constexpr std::span<const json::FieldRule> rules(const Replay*) {
  return kReplayRules;
}

void check_event_types(const std::vector<std::string>& types, const std::string& field,
                       json::Issues& issues) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (notify::is_event_type(types[i])) continue;
    std::vector<std::string_view> known;
    for (const notify::EventKind& kind : notify::kEventKinds) known.push_back(kind.type);
    issues.add(fmt::format("{}.{}", field, i), "must be " + json::join_names(known));
  }
}

namespace {

boost::asio::awaitable<Answer> add_webhook(Call& call) {
  CO_TRY(NewWebhook given, read<NewWebhook>(call));
  auto added =
      co_await call.service().add_webhook(call.user, std::move(given.url), std::move(given.events));
  if (!added) co_return std::unexpected(std::move(added).error());
  http::Response response = json_response(201, *added);
  response.headers.push_back({"Location", location(call, "webhooks", added->id)});
  co_return response;
}

boost::asio::awaitable<Answer> list_webhooks(Call& call) {
  auto listing = co_await call.service().list_webhooks(call.user, call.query.page());
  if (!listing) co_return std::unexpected(std::move(listing).error());
  const WebhookList list{.webhooks = std::move(listing->items),
                         .next_cursor = std::move(listing->next_cursor)};
  co_return json_response(200, list);
}

boost::asio::awaitable<Answer> get_webhook(Call& call) {
  auto webhook = co_await call.service().get_webhook(call.user, call.id("WebhookId"));
  if (!webhook) co_return std::unexpected(std::move(webhook).error());
  co_return json_response(200, *webhook);
}

boost::asio::awaitable<Answer> change_webhook(Call& call) {
  CO_TRY(WebhookChange given, read<WebhookChange>(call));
  auto changed = co_await call.service().change_webhook(
      call.user, call.id("WebhookId"),
      {.url = std::move(given.url),
       .events = std::move(given.events),
       .enabled = given.enabled,
       .rotate_secret = given.rotate_secret.value_or(false)});
  if (!changed) co_return std::unexpected(std::move(changed).error());
  co_return json_response(200, *changed);
}

boost::asio::awaitable<Answer> delete_webhook(Call& call) {
  auto deleted = co_await call.service().delete_webhook(call.user, call.id("WebhookId"));
  if (!deleted) co_return std::unexpected(std::move(deleted).error());
  co_return http::Response{.status = 204};
}

boost::asio::awaitable<Answer> test_webhook(Call& call) {
  auto delivery = co_await call.service().test_webhook(call.user, call.id("WebhookId"));
  if (!delivery) co_return std::unexpected(std::move(delivery).error());
  co_return json_response(202, *delivery);
}

boost::asio::awaitable<Answer> list_deliveries(Call& call) {
  auto listing =
      co_await call.service().list_deliveries(call.user, call.id("WebhookId"), call.query.page());
  if (!listing) co_return std::unexpected(std::move(listing).error());
  const DeliveryList list{.deliveries = std::move(listing->items),
                          .next_cursor = std::move(listing->next_cursor)};
  co_return json_response(200, list);
}

boost::asio::awaitable<Answer> redeliver(Call& call) {
  auto delivery =
      co_await call.service().redeliver(call.user, call.id("WebhookId"), call.id("DeliveryId"));
  if (!delivery) co_return std::unexpected(std::move(delivery).error());
  co_return json_response(202, *delivery);
}

boost::asio::awaitable<Answer> replay(Call& call) {
  CO_TRY(const Replay given, read<Replay>(call));
  auto replayed = co_await call.service().replay(call.user, call.id("WebhookId"), given.since);
  if (!replayed) co_return std::unexpected(std::move(replayed).error());
  co_return json_response(202, *replayed);
}

}  // namespace

std::vector<Operation> webhook_operations() {
  const MakeSchema view = &schema_of<service::WebhookView>;
  const MakeSchema delivery = &schema_of<service::DeliveryView>;
  constexpr std::string_view kAll = "/users/:UserId/webhooks";
  constexpr std::string_view kOne = "/users/:UserId/webhooks/:WebhookId";
  return {
      {.method = "POST",
       .path = kAll,
       .name = "addWebhook",
       .doc = "Tells this URL what happens to reservations from now on. The answer has the secret "
              "that calls are signed with (Standard Webhooks); it is shown only here.",
       .handle = &add_webhook,
       .body = Body::required,
       .takes = &schema_of<NewWebhook>,
       .replies = {{.status = 201, .doc = "It is there.", .schema = view}},
       .problems = {409}},
      {.method = "GET",
       .path = kAll,
       .name = "listWebhooks",
       .doc = "The webhooks, without their secrets.",
       .handle = &list_webhooks,
       .query = {kLimitRule, kCursorRule},
       .replies = {{.doc = "One page of webhooks.", .schema = &schema_of<WebhookList>}}},
      {.method = "GET",
       .path = kOne,
       .name = "getWebhook",
       .doc = "A webhook, and whether its calls arrive.",
       .handle = &get_webhook,
       .replies = {{.doc = "The webhook.", .schema = view}}},
      {.method = "PATCH",
       .path = kOne,
       .name = "changeWebhook",
       .doc = "Changes where it points, what it is told, its secret; or disables it.",
       .handle = &change_webhook,
       .body = Body::required,
       .takes = &schema_of<WebhookChange>,
       .replies = {{.doc = "As it is now, with the new secret if there is one.", .schema = view}},
       .problems = {409}},
      {.method = "DELETE",
       .path = kOne,
       .name = "deleteWebhook",
       .doc = "Removes a webhook. What waits for it is not sent.",
       .handle = &delete_webhook,
       .replies = {{.status = 204, .doc = "It is removed."}},
       .problems = {409}},
      {.method = "POST",
       .path = "/users/:UserId/webhooks/:WebhookId/test",
       .name = "testWebhook",
       .doc = "Sends it an event of type `test`.",
       .handle = &test_webhook,
       .replies = {{.status = 202, .doc = "It is being sent.", .schema = delivery}},
       .problems = {409}},
      {.method = "GET",
       .path = "/users/:UserId/webhooks/:WebhookId/deliveries",
       .name = "listDeliveries",
       .doc = "What was sent to it, or will be, newest first. Kept for 7 days unless the server "
              "says otherwise.",
       .handle = &list_deliveries,
       .query = {kLimitRule, kCursorRule},
       .replies = {{.doc = "One page of deliveries.", .schema = &schema_of<DeliveryList>}}},
      {.method = "POST",
       .path = "/users/:UserId/webhooks/:WebhookId/deliveries/:DeliveryId/redeliver",
       .name = "redeliver",
       .doc = "Sends one event again, under the same id.",
       .handle = &redeliver,
       .replies = {{.status = 202, .doc = "It is being sent.", .schema = delivery}},
       .problems = {409}},
      {.method = "POST",
       .path = "/users/:UserId/webhooks/:WebhookId/replay",
       .name = "replayWebhook",
       .doc = "Sends every event since a moment again, in order. At most 10000 at once: then "
              "`next_since` says where to go on.",
       .handle = &replay,
       .body = Body::required,
       .takes = &schema_of<Replay>,
       .replies = {{.status = 202,
                    .doc = "So many are being sent.",
                    .schema = &schema_of<service::ReplayView>}},
       .problems = {409}},
  };
}

}  // namespace mayfly::rest
