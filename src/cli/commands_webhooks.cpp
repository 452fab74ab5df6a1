#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/utf8.h"

namespace mayfly::cli {
namespace {

constexpr int kTestLooksMax = 30;
constexpr Duration kTestLook = 500ms;

struct WebhookOptions {
  std::string id;
  std::string url;
  std::string delivery;
  std::string since;
  std::vector<std::string> events;
  std::optional<std::string> new_url;
  std::optional<int> limit;
  bool all_events = false;
  bool enable = false;
  bool disable = false;
  bool rotate_secret = false;
};

std::string webhook_path(const std::string& id) {
  return fmt::format("webhooks/{}", path_segment(id));
}

std::string events_text(const std::vector<std::string>& events) {
  return events.empty() ? "all" : fmt::format("{}", fmt::join(events, ", "));
}

Tone status_tone(std::string_view status) {
  if (status == "active" || status == "delivered") return Tone::good;
  return status == "pending" ? Tone::plain : status == "failing" ? Tone::warning : Tone::bad;
}

Result<std::string> resolve_webhook(Client& client, const std::string& given) {
  TRY(const json::value document, client.list("webhooks", "webhooks"));
  std::vector<std::string> matching;
  for (const json::value& webhook : document.at("webhooks").get_array()) {
    TRY(const WebhookView view, read_answer<WebhookView>(webhook));
    if (view.id == given) return given;
    if (view.id.starts_with(given)) matching.push_back(view.id);
  }
  if (matching.size() == 1) return matching.front();
  return fail(matching.empty() ? ErrorCode::not_found : ErrorCode::invalid,
              matching.empty() ? fmt::format("There is no webhook '{}'", given)
                               : fmt::format("'{}' is the beginning of several webhooks", given),
              "See your webhooks: mayfly webhooks ls");
}

void print_secret(Session& session, const WebhookView& view) {
  if (!view.secret) return;
  session.print_line("Its secret, which is shown only now: " + printable(*view.secret));
}

Result<ExitCode> webhooks_add(Session& session, const WebhookOptions& options) {
  TRY(Client client, session.client());
  json::object body{{"url", options.url}};
  if (!options.events.empty()) body["events"] = json::encode(options.events);
  TRY(const Reply reply, client.post("webhooks", body));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const WebhookView view, read_answer<WebhookView>(reply.body));
  session.print_line(fmt::format("Webhook {} tells {} of {}", printable(view.id),
                                 printable(view.url),
                                 view.events.empty() ? "everything" : events_text(view.events)));
  print_secret(session, view);
  session.print_line("Try it: mayfly webhooks test " + printable(view.id));
  return ExitCode::ok;
}

Result<ExitCode> webhooks_ls(Session& session) {
  TRY(Client client, session.client());
  TRY(const json::value document, client.list("webhooks", "webhooks"));
  if (session.json()) {
    session.print_json(document);
    return ExitCode::ok;
  }
  Table table({{"ID"}, {"STATUS"}, {"URL"}, {"EVENTS"}, {"WHY"}});
  for (const json::value& entry : document.at("webhooks").get_array()) {
    TRY(const WebhookView view, read_answer<WebhookView>(entry));
    std::string why = view.reason.value_or("");
    if (view.failing_since) why += ", since " + distance_text(*view.failing_since, session.now());
    table.add({view.id, Cell(view.status, status_tone(view.status)), view.url,
               events_text(view.events), std::move(why)});
  }
  if (table.empty()) session.print_line("No webhooks yet: mayfly webhooks add URL");
  session.print_table(table);
  return ExitCode::ok;
}

Result<json::value> change_of(const WebhookOptions& options) {
  json::object change;
  if (options.new_url) change["url"] = *options.new_url;
  if (!options.events.empty() || options.all_events)
    change["events"] = json::encode(options.events);
  if (options.enable || options.disable) change["enabled"] = options.enable;
  if (options.rotate_secret) change["rotate_secret"] = true;
  return change;
}

Result<ExitCode> webhooks_change(Session& session, const WebhookOptions& options) {
  constexpr std::string_view kPath = "webhooks change";
  if (options.enable && options.disable)
    return session.usage_mistake(kPath, "--enable and --disable exclude each other");
  if (options.all_events && !options.events.empty())
    return session.usage_mistake(kPath, "--events and --all-events exclude each other");
  TRY(const json::value change, change_of(options));
  if (change.get_object().empty()) return session.usage_mistake(kPath, "nothing is to be changed");
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_webhook(client, options.id));
  // A secret must not be made twice behind anybody's back.
  TRY(const Reply reply, client.patch(webhook_path(id), change, !options.rotate_secret));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const WebhookView view, read_answer<WebhookView>(reply.body));
  session.print_line(fmt::format("Webhook {} is {}: {}, {}", printable(view.id),
                                 printable(view.status), printable(view.url),
                                 events_text(view.events)));
  print_secret(session, view);
  if (view.old_secret_until) {
    session.print_line("Calls are signed with the old secret, too, until " +
                       moment_text(*view.old_secret_until));
  }
  return ExitCode::ok;
}

Result<ExitCode> webhooks_rm(Session& session, const WebhookOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_webhook(client, options.id));
  TRY(const Reply reply, client.erase(webhook_path(id)));
  if (session.json()) {
    session.print_json(reply.body);
  } else {
    session.print_line("Removed webhook " + printable(id));
  }
  return ExitCode::ok;
}

// The delivery as it is now; as it was when it is not among the newest any more.
Result<json::value> look_at_delivery(Client& client, const std::string& webhook,
                                     const json::value& before) {
  TRY(const Reply reply, client.get(webhook_path(webhook) + "/deliveries", {{"limit", "50"}}));
  const json::value* all = reply.body.get_object().if_contains("deliveries");
  if (!all || !all->is_array()) return before;
  for (const json::value& one : all->get_array()) {
    if (one.is_object() && one.get_object().at("id") == before.at("id")) return one;
  }
  return before;
}

std::string outcome_text(const DeliveryView& view, Time now) {
  const std::string answer = view.last_error.value_or(
      view.last_status ? fmt::format("answered {}", *view.last_status) : "");
  if (view.status == "delivered") return "Delivered: the receiver " + answer;
  if (view.status == "failed") return "Not delivered: " + answer;
  if (view.attempts == 0) return "Not sent yet";
  return fmt::format("Not delivered: {}; tried again {}", answer,
                     view.next_try_at ? distance_text(*view.next_try_at, now) : "later");
}

// Until it was tried once.
Result<ExitCode> show_first_try(Session& session, Client& client, const std::string& webhook,
                                json::value delivery) {
  TRY(DeliveryView view, read_answer<DeliveryView>(delivery));
  const int tried_before = view.attempts;
  for (int look = 0; look < kTestLooksMax; ++look) {
    TRY(delivery, look_at_delivery(client, webhook, delivery));
    TRY(view, read_answer<DeliveryView>(delivery));
    if (view.status != "pending" || view.attempts > tried_before) break;
    session.surroundings().sleep(kTestLook);
  }
  if (session.json()) {
    session.print_json(delivery);
  } else {
    session.print_line(printable(outcome_text(view, session.now())));
  }
  return view.status == "delivered" ? ExitCode::ok : ExitCode::failed;
}

Result<ExitCode> webhooks_test(Session& session, const WebhookOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_webhook(client, options.id));
  TRY(const Reply reply, client.post(webhook_path(id) + "/test", json::object()));
  return show_first_try(session, client, id, reply.body);
}

Result<ExitCode> webhooks_deliveries(Session& session, const WebhookOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_webhook(client, options.id));
  TRY(const Reply reply, client.get(webhook_path(id) + "/deliveries",
                                    {{"limit", fmt::format("{}", options.limit.value_or(20))}}));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  Table table({{"WHEN"},
               {"TYPE"},
               {"RESERVATION"},
               {"STATUS"},
               {"TRIES", Align::right},
               {"ANSWER", Align::right},
               {"NEXT"},
               {"ID"},
               {"WHY"}});
  TRY(const DeliveryListView list, read_answer<DeliveryListView>(reply.body));
  for (const DeliveryView& view : list.deliveries) {
    table.add({distance_text(view.created_at, session.now()), view.type,
               view.reservation.value_or(""), Cell(view.status, status_tone(view.status)),
               fmt::format("{}", view.attempts),
               view.last_status ? fmt::format("{}", *view.last_status) : "",
               view.next_try_at ? distance_text(*view.next_try_at, session.now()) : "", view.id,
               view.last_error.value_or("")});
  }
  if (table.empty()) session.print_line("Nothing was sent yet.");
  session.print_table(table);
  return ExitCode::ok;
}

Result<ExitCode> webhooks_redeliver(Session& session, const WebhookOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_webhook(client, options.id));
  TRY(const Reply reply, client.post(fmt::format("{}/deliveries/{}/redeliver", webhook_path(id),
                                                 path_segment(options.delivery)),
                                     json::object()));
  return show_first_try(session, client, id, reply.body);
}

// A moment, or how long ago it was.
Result<Time> since_of(const std::string& text, Time now) {
  if (const auto ago = parse_duration(text)) return now - *ago;
  auto moment = parse_time(text);
  if (moment) return moment;
  return fail(ErrorCode::malformed,
              fmt::format("'{}' is neither a time such as 2h nor a moment such as "
                          "2026-11-22T10:00:00Z",
                          text));
}

Result<ExitCode> webhooks_replay(Session& session, const WebhookOptions& options) {
  const auto since = since_of(options.since, session.now());
  if (!since) return session.usage_mistake("webhooks replay", since.error().message);
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_webhook(client, options.id));
  TRY(const Reply reply,
      client.post(webhook_path(id) + "/replay", json::object{{"since", to_string(*since)}}));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const ReplayView view, read_answer<ReplayView>(reply.body));
  session.print_line("Sending again: " + count_text(view.deliveries, "event"));
  if (view.next_since) {
    session.print_line("There are more: mayfly webhooks replay " + printable(id) + " " +
                       to_string(*view.next_since));
  }
  return ExitCode::ok;
}

}  // namespace

void add_webhook_commands(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<WebhookOptions>();
  const auto id = [&] {
    return argument("ID", options->id, "The webhook, or the beginning of its id.");
  };
  const auto events = [&] {
    return list("--events", "TYPE", options->events,
                "Only these types, such as reservation.ready.");
  };
  const auto run = [&session, options](auto command) {
    return [&session, options, command] { return command(session, *options); };
  };
  tree.commands.push_back({.path = "webhooks",
                           .section = "Account",
                           .summary = "Tell programs of yours what happens."});
  tree.commands.push_back(
      {.path = "webhooks add",
       .summary = "Tell a URL what happens to your reservations.",
       .details = "Calls are signed as the Standard Webhooks specification says; the secret for "
                  "that is shown once.",
       .arguments = {argument("URL", options->url, "http or https.")},
       .options = {events()},
       .examples = {{"mayfly webhooks add https://example.com/mayfly", "Everything."},
                    {"mayfly webhooks add https://example.com/mayfly --events "
                     "reservation.ready,reservation.failed",
                     "Only these."}},
       .run = run(&webhooks_add)});
  tree.commands.push_back({.path = "webhooks ls",
                           .summary = "List your webhooks, and whether their calls arrive.",
                           .examples = {{"mayfly webhooks ls", "No secrets are shown."}},
                           .run = [&session] { return webhooks_ls(session); }});
  tree.commands.push_back(
      {.path = "webhooks change",
       .summary = "Change where a webhook points, what it is told, its secret.",
       .arguments = {id()},
       .options = {option("--url", "URL", options->new_url, "Where it points from now on."),
                   events(), flag("--all-events", options->all_events, "Every type."),
                   flag("--enable", options->enable, "Tell it again what happens."),
                   flag("--disable", options->disable, "Tell it nothing."),
                   flag("--rotate-secret", options->rotate_secret,
                        "Make a new secret; the old one is used beside it for a day.")},
       .examples = {{"mayfly webhooks change w-0jx5w2 --rotate-secret", "Shows the new secret."},
                    {"mayfly webhooks change w-0jx5w2 --enable",
                     "After its receiver had said that it was gone."}},
       .run = run(&webhooks_change)});
  tree.commands.push_back(
      {.path = "webhooks rm",
       .summary = "Remove a webhook.",
       .details = "What waits for it is not sent any more.",
       .arguments = {id()},
       .examples = {{"mayfly webhooks rm w-0jx5w2", "It is told nothing more."}},
       .run = run(&webhooks_rm)});
  tree.commands.push_back(
      {.path = "webhooks test",
       .summary = "Send a test event, and say how it went.",
       .arguments = {id()},
       .examples = {{"mayfly webhooks test w-0jx5w2", "Fails unless it arrives at once."}},
       .run = run(&webhooks_test)});
  tree.commands.push_back({.path = "webhooks deliveries",
                           .summary = "Show what was sent, newest first.",
                           .arguments = {id()},
                           .options = {option("--limit", "N", options->limit, "How many (20).")},
                           .examples = {{"mayfly webhooks deliveries w-0jx5w2 --limit 5",
                                         "With answers and next tries."}},
                           .run = run(&webhooks_deliveries)});
  tree.commands.push_back(
      {.path = "webhooks redeliver",
       .summary = "Send one event again.",
       .arguments = {id(), argument("DELIVERY", options->delivery, "As `deliveries` shows it.")},
       .examples = {{"mayfly webhooks redeliver w-0jx5w2 "
                     "000664f2a1b3c4d5.e-r-0jx5w2-000004.w-0jx5w2",
                     "Under the same id as before."}},
       .run = run(&webhooks_redeliver)});
  tree.commands.push_back(
      {.path = "webhooks replay",
       .summary = "Send every event since a moment again, in order.",
       .arguments = {id(), argument("SINCE", options->since,
                                    "How long ago (2h), or a moment (2026-11-22T10:00:00Z).")},
       .examples = {{"mayfly webhooks replay w-0jx5w2 2h", "After a receiver lost what it had."}},
       .run = run(&webhooks_replay)});
}

}  // namespace mayfly::cli
