#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/follow.h"
#include "cli/interrupt.h"
#include "cli/request_options.h"
#include "cli/utf8.h"
#include "cli/views.h"

namespace mayfly::cli {
namespace {

struct UpOptions {
  RequestOptions request;
  std::optional<std::string> template_name;
  std::optional<std::string> idempotency_key;
  std::optional<Duration> timeout;
  bool detach = false;
};

RequestUse use_of(const UpOptions& options) {
  return options.template_name ? RequestUse::overrides : RequestUse::whole;
}

bool is_settled(std::string_view phase) {
  return phase == "ready" || is_final(phase);
}

std::string new_idempotency_key(Random& random) {
  return fmt::format("cli-{:016x}{:016x}", random.next(), random.next());
}

std::string words_while_asking(const std::string& key) {
  return fmt::format(
      "\nInterrupted while asking; the server may have begun.\n"
      "See what there is: mayfly ls\n"
      "Ask again without getting it twice: mayfly up ... --idempotency-key {}\n",
      key);
}

std::string words_while_waiting(const std::string& id) {
  return fmt::format(
      "\nInterrupted; {0} goes on at the server.\n"
      "Follow it: mayfly show {0} --follow\n"
      "End it:    mayfly down {0}\n",
      id);
}

// Whoever does not know whether the server heard must be able to ask again without paying twice.
Error with_key(Error error, const std::string& key) {
  if (error.code == ErrorCode::unavailable || error.code == ErrorCode::timed_out) {
    error.remedy = fmt::format(
        "The request may have arrived. Ask again with --idempotency-key {}: "
        "it never gives a second reservation.",
        key);
  }
  return error;
}

Result<Followed> ask_for_machines(Session& session, Client& client, const UpOptions& options,
                                  const std::string& key) {
  TRY(const json::value request,
      make_request(options.request, use_of(options), session.surroundings()));
  std::string path = "reservations";
  if (options.template_name) {
    path = fmt::format("templates/{}/reservations", path_segment(*options.template_name));
  }
  Result<Reply> reply = client.reserve(path, request, key);
  if (!reply) return std::unexpected(with_key(std::move(reply).error(), key));
  return read_reservation(std::move(reply->body));
}

void print_ssh(Session& session, const ReservationView& reservation) {
  if (reservation.cluster) return;
  if (!reservation.request.ssh_public_key && !reservation.request.user_data) return;
  for (const InstanceView& instance : reservation.instances) {
    const std::string command = ssh_command(reservation, instance);
    if (!command.empty()) session.print_line("  " + session.painted(command, Tone::strong));
  }
}

void print_ready(Session& session, const ReservationView& reservation) {
  const Time ready_at = reservation.ready_at.value_or(session.now());
  const std::string id = printable(reservation.id);
  session.print_line(session.painted(
      fmt::format("{} is ready after {}", id, span_text(ready_at - reservation.created_at)),
      Tone::good));
  if (!reservation.cluster) print_machines(session, reservation, 2);
  print_ssh(session, reservation);
  Table table({{""}, {""}});
  add_cluster_facts(table, reservation);
  if (reservation.cluster) table.add({"open it", "mayfly open " + id});
  if (reservation.placement) {
    table.add({"placement", placement_text(*reservation.placement)});
    table.add({"price", price_text(*reservation.placement, reservation.request.count)});
  }
  table.add({"lease", lease_text(reservation, session.now())});
  table.add({"end it", "mayfly down " + reservation.id});
  session.print(table.print({.colors = session.colors(), .titles = false, .indent = 2}));
}

std::string why_not(const ReservationView& reservation) {
  std::string why =
      fmt::format("{} {}", reservation.id,
                  reservation.phase == "failed" ? "failed; nothing of it is left running"
                                                : "was ended before it was ready");
  if (reservation.end_reason) why += ": " + *reservation.end_reason;
  return why;
}

ExitCode say_how_it_ended(Session& session, const Followed& followed) {
  const bool ready = followed.view.phase == "ready";
  if (session.json()) {
    session.print_json(followed.document);
  } else if (ready) {
    print_ready(session, followed.view);
  } else {
    session.report({.code = ErrorCode::unsatisfiable,
                    .message = why_not(followed.view),
                    .remedy = fmt::format("See what was tried: mayfly show {}", followed.view.id)});
  }
  return ready ? ExitCode::ok : ExitCode::reservation_failed;
}

// Said before the minutes that a cluster takes, not after them.
void say_what_to_expect(Session& session, const RequestView& request) {
  if (session.json() || !request.is_cluster()) return;
  if (!request.ssh_public_key && !request.open_to) {
    session.warn(
        "Nobody will reach the pages of this cluster: they need --ssh-key (for mayfly open), or "
        "--open-to your network.");
  }
  session.print_line("A cluster takes some minutes to start.");
}

ExitCode say_how_to_follow(Session& session, const Followed& asked) {
  if (session.json()) {
    session.print_json(asked.document);
  } else {
    session.print_line(fmt::format("{0} is {1}. Follow it: mayfly show {0} --follow",
                                   printable(asked.view.id), printable(asked.view.phase)));
  }
  return ExitCode::ok;
}

Result<ExitCode> up(Session& session, const UpOptions& options) {
  const std::string wrong = contradiction(options.request, use_of(options));
  if (!wrong.empty()) return session.usage_mistake("up", wrong);
  TRY(Client client, session.client());
  Surroundings& world = session.surroundings();
  const std::string key =
      options.idempotency_key ? *options.idempotency_key : new_idempotency_key(world.random);
  LastWords words(words_while_asking(key));
  TRY(Followed asked, ask_for_machines(session, client, options, key));
  if (options.detach) return say_how_to_follow(session, asked);
  if (is_settled(asked.view.phase)) return say_how_it_ended(session, asked);

  words.change(words_while_waiting(asked.view.id));
  if (!session.json()) {
    session.print_line(fmt::format("{}: {}", printable(asked.view.id),
                                   printable(request_text(asked.view.request))));
  }
  say_what_to_expect(session, asked.view.request);
  Progress progress(session, asked.view.created_at);
  const Following following{
      .id = asked.view.id,
      .arrived = is_settled,
      .give_up_at = options.timeout ? session.now() + *options.timeout : kNever};
  TRY(const Followed followed, follow(session, client, following, progress));
  progress.finish();
  return say_how_it_ended(session, followed);
}

}  // namespace

void add_up_command(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<UpOptions>();
  Command command{
      .path = "up",
      .section = "Machines",
      .summary = "Get machines or a cluster, wherever it is cheapest, and wait until they run.",
      .details =
          "Shows what happens until the machines are ready, then their addresses, the price and "
          "the end of the lease. If an offer cannot be had, the next cheapest is tried. When it "
          "fails (exit code 8) nothing is left running.\n"
          "A cluster takes some minutes; its answer has the links of its pages and the ssh line "
          "that reaches them, which mayfly open runs.\n"
          "Ctrl-C only ends this command (exit code 130): the reservation goes on, and the last "
          "words say how to follow or end it. A request that is lost on the way is sent again "
          "under the same Idempotency-Key, so it never gives two reservations.",
      .options = shape_options(options->request),
      .examples =
          {{"mayfly up --vcpus 2 --memory 4 --lease 2h --ssh-key ~/.ssh/id_ed25519.pub",
            "One machine for two hours."},
           {"mayfly up --count 3 --vcpus 8 --memory 16 --lease 90m --region 'eu-*' --user-data "
            "setup.sh",
            "Three machines near Europe, set up by a script."},
           {"mayfly up --cluster --nodes 3 --lease 2h --ssh-key ~/.ssh/id_ed25519.pub",
            "A Spark cluster with Zeppelin; then: mayfly open ID zeppelin."},
           {"mayfly up --template build --lease 30m --detach", "From a template, without waiting."},
           {"mayfly up --type t3.micro --lease 1h --json", "For a script."}},
      .run = [&session, options] { return up(session, *options); }};
  for (Option& more : launch_options(options->request)) command.options.push_back(std::move(more));
  command.options.push_back(option("--template", "NAME", options->template_name,
                                   "Launch this template; other options replace its fields."));
  command.options.push_back(
      flag("--detach", options->detach, "Do not wait; print the reservation as it begins."));
  command.options.push_back(option("--timeout", "TIME", options->timeout,
                                   "Wait at most this long (exit code 10); the reservation goes "
                                   "on."));
  command.options.push_back(option("--idempotency-key", "KEY", options->idempotency_key,
                                   "The same key never gives a second reservation. One of our own "
                                   "when not given."));
  tree.commands.push_back(std::move(command));
}

}  // namespace mayfly::cli
