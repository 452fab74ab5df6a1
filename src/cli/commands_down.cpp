#include <fmt/format.h>

#include <algorithm>
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

struct DownOptions {
  std::vector<std::string> ids;
  bool all = false;
  bool detach = false;
  std::optional<Duration> timeout;
};

constexpr std::string_view kWordsWhileWaiting =
    "\nInterrupted; the teardown goes on at the server.\nSee what is left: mayfly ls\n";

Result<std::vector<std::string>> living(Client& client) {
  TRY(const json::value document, client.list("reservations", "reservations"));
  std::vector<std::string> ids;
  for (const json::value& entry : document.at("reservations").get_array()) {
    TRY(ReservationView reservation, read_answer<ReservationView>(entry));
    ids.push_back(std::move(reservation.id));
  }
  return ids;
}

// Nothing is ended unless every id is understood.
Result<std::vector<std::string>> what_to_end(Client& client, const DownOptions& options) {
  if (options.all) return living(client);
  std::vector<std::string> ids;
  for (const std::string& given : options.ids) {
    TRY(std::string id, resolve_reservation(client, given, Among::living));
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
  }
  return ids;
}

// One teardown after another would let the last one cost money until the first is proven gone: all
// are asked for first. What one of them meets does not keep the others from ending.
class Teardown {
 public:
  Teardown(Session& session, Client& client, const DownOptions& options)
      : session_(session), client_(client), options_(options) {}

  ExitCode run(const std::vector<std::string>& ids) {
    const LastWords words(kWordsWhileWaiting);
    const Time give_up_at = options_.timeout ? session_.now() + *options_.timeout : kNever;
    std::vector<Followed> asked;
    for (const std::string& id : ids) {
      if (auto begun = ask(id)) asked.push_back(*std::move(begun));
    }
    json::array documents;
    for (Followed& one : asked) {
      if (!options_.detach && !is_final(one.view.phase) && !wait(one, give_up_at)) continue;
      say(one.view);
      documents.push_back(std::move(one.document));
    }
    if (session_.json()) session_.print_json(json::object{{"reservations", documents}});
    return outcome_;
  }

 private:
  void failed(const Error& error) {
    session_.report(error);
    if (outcome_ == ExitCode::ok) outcome_ = exit_code_of(error);
  }

  Result<Followed> release(const std::string& id) {
    TRY(Reply reply, client_.release(id));
    return read_reservation(std::move(reply.body));
  }

  std::optional<Followed> ask(const std::string& id) {
    Result<Followed> begun = release(id);
    if (begun) return *std::move(begun);
    failed(begun.error());
    return std::nullopt;
  }

  bool wait(Followed& one, Time give_up_at) {
    const Time since = one.view.release_requested_at.value_or(one.view.created_at);
    if (!session_.json()) session_.print_line(printable(one.view.id) + ": tearing down");
    Progress progress(session_, since);
    const Following following{
        .id = one.view.id, .arrived = is_final, .shown_from = since, .give_up_at = give_up_at};
    Result<Followed> gone = follow(session_, client_, following, progress);
    progress.finish();
    if (!gone) {
      failed(gone.error());
      return false;
    }
    one = *std::move(gone);
    return true;
  }

  void say(const ReservationView& reservation) {
    if (session_.json()) return;
    const std::string id = printable(reservation.id);
    if (!is_final(reservation.phase)) {
      session_.print_line(fmt::format("{0} is {1}. Follow it: mayfly show {0} --follow", id,
                                      printable(reservation.phase)));
      return;
    }
    session_.print_line(session_.painted(
        fmt::format("{} is gone: {} was observed to have ended. Cost: {}", id,
                    reservation.request.is_cluster() ? "its cluster" : "every machine",
                    cost_text(reservation)),
        Tone::good));
  }

  Session& session_;
  Client& client_;
  const DownOptions& options_;
  ExitCode outcome_ = ExitCode::ok;
};

Result<ExitCode> down(Session& session, const DownOptions& options) {
  if (options.all == !options.ids.empty()) {
    return session.usage_mistake("down", "Give the ids of reservations, or --all");
  }
  TRY(Client client, session.client());
  TRY(const std::vector<std::string> ids, what_to_end(client, options));
  if (ids.empty() && !session.json()) session.print_line("Nothing is running.");
  return Teardown(session, client, options).run(ids);
}

}  // namespace

void add_down_command(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<DownOptions>();
  tree.commands.push_back(
      {.path = "down",
       .section = "Machines",
       .summary = "End reservations, and wait until every machine is observed gone.",
       .details = "All are asked to end first, then each is followed. Says what each has cost; the "
                  "price stops counting when the teardown is asked for.\n"
                  "Ctrl-C only ends this command (exit code 130): the teardown goes on.",
       .arguments = {arguments("ID", options->ids,
                               "Reservations, or the beginnings of their ids.")},
       .options = {flag("--all", options->all, "Everything of yours that is running."),
                   flag("--detach", options->detach, "Do not wait."),
                   option("--timeout", "TIME", options->timeout,
                          "Wait at most this long (exit code 10); the teardown goes on.")},
       .examples = {{"mayfly down r-0jx5w2", "The beginning of an id is enough."},
                    {"mayfly down --all", "At the end of the day."}},
       .run = [&session, options] { return down(session, *options); }});
}

}  // namespace mayfly::cli
