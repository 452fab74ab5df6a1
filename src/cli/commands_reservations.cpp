#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/follow.h"
#include "cli/interrupt.h"
#include "cli/resolve.h"
#include "cli/utf8.h"
#include "cli/views.h"

namespace mayfly::cli {
namespace {

struct ShowOptions {
  std::string id;
  bool follow = false;
};

struct ShortenOptions {
  std::string id;
  std::string by;
};

struct ExtendOptions {
  std::string id;
  std::optional<std::string> by;
  std::optional<std::string> to;
};

Result<ExitCode> ls(Session& session, bool all) {
  TRY(Client client, session.client());
  std::vector<http::Parameter> query;
  if (all) query.push_back({"state", "all"});
  TRY(const json::value document, client.list("reservations", "reservations", query));
  if (session.json()) {
    session.print_json(document);
    return ExitCode::ok;
  }
  std::vector<ReservationView> reservations;
  for (const json::value& entry : document.at("reservations").get_array()) {
    TRY(ReservationView reservation, read_answer<ReservationView>(entry));
    reservations.push_back(std::move(reservation));
  }
  if (reservations.empty()) {
    session.print_line(all ? "No reservations yet: mayfly up --help"
                           : "Nothing is running. Ended ones: mayfly ls --all");
  }
  print_reservations(session, reservations);
  return ExitCode::ok;
}

// One that is ready already is followed to its end; any other until it is settled.
bool (*end_of_following(std::string_view phase))(std::string_view) {
  if (phase == "ready" || phase == "releasing") {
    return [](std::string_view later) { return is_final(later); };
  }
  return [](std::string_view later) { return later == "ready" || is_final(later); };
}

Result<Followed> follow_shown(Session& session, Client& client, const ReservationView& shown) {
  const LastWords words("\nInterrupted; nothing has changed at the server.\n");
  Progress progress(session, shown.created_at);
  const Following following{.id = shown.id, .arrived = end_of_following(shown.phase)};
  Result<Followed> followed = follow(session, client, following, progress);
  progress.finish();
  return followed;
}

Result<ExitCode> show(Session& session, const ShowOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_reservation(client, options.id, Among::all));
  TRY(Reply reply, client.get(fmt::format("reservations/{}", path_segment(id))));
  TRY(Followed shown, read_reservation(std::move(reply.body)));
  if (options.follow && !is_final(shown.view.phase)) {
    TRY(shown, follow_shown(session, client, shown.view));
  }
  if (session.json()) {
    session.print_json(shown.document);
  } else {
    print_reservation(session, shown.view);
  }
  return options.follow && shown.view.phase == "failed" ? ExitCode::reservation_failed
                                                        : ExitCode::ok;
}

// In the words of these commands, and honest about what is not known.
Error as_extended(Error error, const std::string& id) {
  for (FieldError& wrong : error.fields) {
    if (wrong.field == "lease") wrong.field = "--to";
    if (wrong.field == "extend" || wrong.field == "shorten") wrong.field = "TIME";
  }
  if (error.code == ErrorCode::unavailable || error.code == ErrorCode::timed_out) {
    error.remedy = fmt::format("See whether it took before you try again: mayfly show {}", id);
  }
  return error;
}

// The same whole lease again changes nothing; the same extension again adds twice.
Result<ExitCode> change_lease(Session& session, const std::string& prefix, const char* field,
                              const std::string& time) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_reservation(client, prefix, Among::living));
  json::object change;
  change[field] = time;
  Result<Reply> reply = client.patch(fmt::format("reservations/{}", path_segment(id)), change,
                                     std::string_view(field) == "lease");
  if (!reply) return std::unexpected(as_extended(std::move(reply).error(), id));
  if (session.json()) {
    session.print_json(reply->body);
    return ExitCode::ok;
  }
  TRY(const Followed extended, read_reservation(std::move(reply->body)));
  session.print_line(
      fmt::format("{}: the lease {}", printable(id), lease_text(extended.view, session.now())));
  return ExitCode::ok;
}

Result<ExitCode> extend(Session& session, const ExtendOptions& options) {
  if (options.by.has_value() == options.to.has_value()) {
    return session.usage_mistake("extend", "Give either a time to add, or --to a whole lease");
  }
  if (options.by) return change_lease(session, options.id, "extend", *options.by);
  return change_lease(session, options.id, "lease", *options.to);
}

void add_ls(CommandTree& tree, Session& session) {
  const auto all = std::make_shared<bool>(false);
  tree.commands.push_back({.path = "ls",
                           .section = "Machines",
                           .summary = "List what is running, or was.",
                           .options = {flag("--all", *all, "Also what has ended.")},
                           .examples = {{"mayfly ls", "What costs money now."},
                                        {"mayfly ls --all --json", "Everything, for a script."}},
                           .run = [&session, all] { return ls(session, *all); }});
}

void add_show(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<ShowOptions>();
  tree.commands.push_back(
      {.path = "show",
       .section = "Machines",
       .summary = "Everything about one reservation.",
       .details = "With --follow its whole history is shown and goes on, until it is ready or has "
                  "failed; one that is ready already is followed until it is gone.",
       .arguments = {argument("ID", options->id, "The reservation, or the beginning of its id.")},
       .options = {flag("--follow", options->follow, "Show what happens, as it happens.")},
       .examples = {{"mayfly show r-0jx5w2", "The beginning of an id is enough."},
                    {"mayfly show r-0jx5w2 --follow", "After Ctrl-C, or mayfly up --detach."}},
       .run = [&session, options] { return show(session, *options); }});
}

void add_extend(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<ExtendOptions>();
  tree.commands.push_back(
      {.path = "extend",
       .section = "Machines",
       .summary = "Move the end of a lease.",
       .arguments = {argument("ID", options->id, "The reservation, or the beginning of its id."),
                     optional_argument("TIME", options->by, "How much later it ends: 1h, 30m.")},
       .options = {option("--to", "TIME", options->to,
                          "The whole lease instead, from when it was asked for.")},
       .examples = {{"mayfly extend r-0jx5w2 1h", "An hour more."},
                    {"mayfly extend r-0jx5w2 --to 2h", "Two hours in all; may also be less."}},
       .run = [&session, options] { return extend(session, *options); }});
}

void add_shorten(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<ShortenOptions>();
  tree.commands.push_back(
      {.path = "shorten",
       .section = "Machines",
       .summary = "Let a lease end earlier.",
       .arguments = {argument("ID", options->id, "The reservation, or the beginning of its id."),
                     argument("TIME", options->by, "How much earlier it ends: 1h, 30m.")},
       .examples = {{"mayfly shorten r-0jx5w2 30m", "Half an hour less."}},
       .run = [&session, options] {
         return change_lease(session, options->id, "shorten", options->by);
       }});
}

}  // namespace

void add_reservation_commands(CommandTree& tree, Session& session) {
  add_ls(tree, session);
  add_show(tree, session);
  add_extend(tree, session);
  add_shorten(tree, session);
}

}  // namespace mayfly::cli
