#include <fmt/format.h>

#include <boost/describe.hpp>
#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/prompt.h"
#include "cli/utf8.h"

namespace mayfly::cli {

struct SweptStrayView {
  std::string machine;
  std::string name;
  std::string region;
  std::string instance_type;
  std::optional<std::string> reservation;
  std::string reason;
  std::string verdict;
  Time launched_at;
  std::optional<Time> not_before;
};
BOOST_DESCRIBE_STRUCT(SweptStrayView, (),
                      (machine, name, region, instance_type, reservation, reason, verdict,
                       launched_at, not_before))

struct VanishedView {
  std::string reservation;
  std::string machine;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(VanishedView, (), (reservation, machine, name))

struct SweptRegionView {
  std::string key;
  std::string cloud;
  std::optional<std::string> region;
  int listed = 0;
  int known = 0;
  std::vector<SweptStrayView> strays;
  std::vector<VanishedView> vanished;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(SweptRegionView, (),
                      (key, cloud, region, listed, known, strays, vanished, error))

struct SweepView {
  bool dry_run = true;
  std::vector<SweptRegionView> regions;
};
BOOST_DESCRIBE_STRUCT(SweepView, (), (dry_run, regions))

namespace {

struct SweepOptions {
  bool dry_run = false;
  bool yes = false;
};

struct Swept {
  json::value document;
  SweepView view;
};

Result<Swept> ask_to_sweep(Client& client, bool dry_run) {
  TRY(Reply reply, client.sweep(dry_run));
  TRY(SweepView view, read_answer<SweepView>(reply.body));
  return Swept{std::move(reply.body), std::move(view)};
}

// The server's words for why, in a column's width.
std::string reason_text(const std::string& reason) {
  std::string text = reason;
  std::ranges::replace(text, '_', ' ');
  return text;
}

Cell verdict_cell(const SweptStrayView& stray, Time now) {
  if (stray.verdict == "waiting" && stray.not_before) {
    const bool past = *stray.not_before <= now;
    return {past ? "at its next sight" : "not yet: " + distance_text(*stray.not_before, now),
            Tone::quiet};
  }
  if (stray.verdict == "to_be_ended") return {"to be ended", Tone::warning};
  if (stray.verdict == "ending") return {"being ended", Tone::warning};
  return {reason_text(stray.verdict), Tone::quiet};
}

void print_strays(Session& session, const SweepView& view) {
  Table table({{"CLOUD"},
               {"REGION"},
               {"MACHINE"},
               {"NAME"},
               {"TYPE"},
               {"LAUNCHED"},
               {"RESERVATION"},
               {"WHY"},
               {"VERDICT"}});
  for (const SweptRegionView& region : view.regions) {
    for (const SweptStrayView& stray : region.strays) {
      table.add({region.cloud, stray.region, stray.machine, stray.name, stray.instance_type,
                 distance_text(stray.launched_at, session.now()), stray.reservation.value_or(""),
                 reason_text(stray.reason), verdict_cell(stray, session.now())});
    }
  }
  session.print_table(table);
}

void print_vanished(Session& session, const SweepView& view) {
  Table table({{"CLOUD"}, {"REGION"}, {"RESERVATION"}, {"MACHINE"}, {"NAME"}});
  for (const SweptRegionView& region : view.regions) {
    for (const VanishedView& machine : region.vanished) {
      table.add({region.cloud, region.region.value_or("all"), machine.reservation, machine.machine,
                 machine.name});
    }
  }
  if (table.empty()) return;
  session.print_line("\nMissing from their listing (their reservations say what follows):");
  session.print_table(table);
}

struct Sums {
  int listed = 0;
  int known = 0;
  std::size_t strays = 0;
  int errors = 0;
};

Sums sums_of(const SweepView& view) {
  Sums sums;
  for (const SweptRegionView& region : view.regions) {
    sums.listed += region.listed;
    sums.known += region.known;
    sums.strays += region.strays.size();
    sums.errors += region.error.has_value();
  }
  return sums;
}

void print_sweep(Session& session, const SweepView& view) {
  const Sums sums = sums_of(view);
  print_strays(session, view);
  print_vanished(session, view);
  if (sums.strays > 0) session.print_line("");
  session.print_line(fmt::format("{} listed: {} with this installation's tag, {} of them known, {}",
                                 count_text(std::ssize(view.regions) - sums.errors, "place"),
                                 count_text(sums.listed, "machine"), sums.known,
                                 count_text(static_cast<std::int64_t>(sums.strays), "stray")));
  for (const SweptRegionView& region : view.regions) {
    if (!region.error) continue;
    session.warn(fmt::format("{} {} could not be listed: {}", printable(region.cloud),
                             printable(region.region.value_or("")), printable(*region.error)));
  }
}

// A place that could not be listed may hold anything.
Result<ExitCode> shown(Session& session, const Swept& swept) {
  if (session.json()) {
    session.print_json(swept.document);
  } else {
    print_sweep(session, swept.view);
  }
  return sums_of(swept.view).errors > 0 ? ExitCode::cloud : ExitCode::ok;
}

Result<bool> agreed(Session& session, std::size_t strays) {
  TRY(const std::string answer,
      ask(session.surroundings(),
          fmt::format("End {} (those past the guards now, the others when they are)? [y/N] ",
                      count_text(static_cast<std::int64_t>(strays), "stray machine"))));
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<ExitCode> sweep(Session& session, const SweepOptions& options) {
  const bool must_ask = !options.dry_run && !options.yes;
  if (must_ask && !session.surroundings().in_is_terminal) {
    return session.usage_mistake("sweep", "Give --yes, because nobody can be asked, or --dry-run");
  }
  TRY(Client client, session.client());
  if (options.yes && !options.dry_run) {
    TRY(const Swept swept, ask_to_sweep(client, false));
    return shown(session, swept);
  }
  TRY(const Swept found, ask_to_sweep(client, true));
  const std::size_t strays = sums_of(found.view).strays;
  if (options.dry_run || strays == 0) return shown(session, found);
  if (!session.json()) print_sweep(session, found.view);
  TRY(const bool go_on, agreed(session, strays));
  if (!go_on) {
    session.warn("Nothing was ended by this command.");
    return ExitCode::ok;
  }
  TRY(const Swept swept, ask_to_sweep(client, false));
  return shown(session, swept);
}

}  // namespace

void add_sweep_command(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<SweepOptions>();
  tree.commands.push_back(
      {.path = "sweep",
       .section = "Machines",
       .summary = "Find machines that carry this installation's tag and belong to nothing.",
       .details =
           "Lists every region that your keys reach, one after the other, and compares what is "
           "there with what is known, both ways. The server does the same once a day by itself. A "
           "stray is ended when it was seen twice and is older than the age guard; nothing without "
           "exactly this installation's tag is ever touched.\n"
           "Ends with exit code 7 when a region could not be listed.",
       .options = {flag("--dry-run", options->dry_run, "Only show what would be done."),
                   flag("--yes", options->yes, "Do not ask before ending.")},
       .examples = {{"mayfly sweep --dry-run", "What is there, and what would be ended."},
                    {"mayfly sweep --yes --json", "From a script."}},
       .run = [&session, options] { return sweep(session, *options); }});
}

}  // namespace mayfly::cli
