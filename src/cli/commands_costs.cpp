// What it cost, and what one may have: `costs`, `limits`, `user limits`.
#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/utf8.h"
#include "json/codec.h"

namespace mayfly::cli {
namespace {

struct CostsOptions {
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> by;
  bool csv = false;
};

struct LimitsOptions {
  std::string user;
  std::optional<std::string> machines;
  std::optional<std::string> vcpus;
  std::optional<std::string> usd_per_hour;
  std::optional<std::string> usd_per_month;
  std::optional<std::string> lease_default;
  std::optional<std::string> lease_max;
};

// ---- costs
// --------------------------------------------------------------------------------------------

std::vector<http::Parameter> costs_query(const CostsOptions& options) {
  std::vector<http::Parameter> query = {{"limit", "1000"}};
  if (options.from) query.push_back({"from", *options.from});
  if (options.to) query.push_back({"to", *options.to});
  if (options.by) query.push_back({"group", *options.by});
  return query;
}

// The first page, with the rows of all pages.
Result<json::value> ask_costs(Client& client, const CostsOptions& options) {
  TRY(Reply reply, client.get("costs", costs_query(options)));
  if (!options.by) return std::move(reply.body);
  TRY(json::value all, client.list("costs", "rows", costs_query(options)));
  json::object& whole = reply.body.get_object();
  whole["rows"] = std::move(all.get_object()["rows"]);
  whole.erase("next_cursor");
  return std::move(reply.body);
}

std::string title_of_rows(std::string_view group) {
  if (group == "reservation") return "RESERVATION";
  std::string title(group);
  for (char& c : title) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return title;
}

Table costs_table(const CostsView& costs) {
  Table table({{title_of_rows(costs.group.value_or(""))},
               {"NAME"},
               {"RESERVATIONS", Align::right},
               {"MACHINE HOURS", Align::right},
               {"ESTIMATE", Align::right},
               {"COST", Align::right},
               {"TAIL", Align::right},
               {""}});
  const bool single = costs.group == "reservation";
  for (const CostRowView& row : costs.rows) {
    table.add({row.key, row.name.value_or(""), single ? "" : grouped(row.reservations),
               to_string(row.machine_hours), row.estimate_usd ? money_text(*row.estimate_usd) : "",
               money_text(row.usd), money_text(row.tail_usd), row.final ? "" : "so far"});
  }
  table.add({Cell("total", Tone::strong), "", grouped(costs.reservations),
             to_string(costs.machine_hours), "", Cell(money_text(costs.usd), Tone::strong),
             money_text(costs.tail_usd), costs.final ? "" : "so far"});
  return table;
}

std::string csv_line(const CostRowView& row) {
  const auto money = [](const std::optional<Money>& amount) {
    return amount ? to_string(*amount) : "";
  };
  return fmt::format("{},{},{},{},{},{},{},{},{},{}\n", printable(row.key), row.reservations,
                     to_string(row.machine_hours), to_string(row.usd), to_string(row.tail_usd),
                     row.final, printable(row.name.value_or("")), money(row.estimate_usd),
                     money(row.whole_usd), money(row.whole_tail_usd));
}

void print_csv(Session& session, const CostsView& costs) {
  session.print(
      "key,reservations,machine_hours,usd,tail_usd,final,name,estimate_usd,whole_usd,"
      "whole_tail_usd\n");
  for (const CostRowView& row : costs.rows) session.print(csv_line(row));
  if (costs.group) return;
  session.print(csv_line({.key = "total",
                          .reservations = costs.reservations,
                          .machine_hours = costs.machine_hours,
                          .usd = costs.usd,
                          .tail_usd = costs.tail_usd,
                          .final = costs.final}));
}

Result<ExitCode> costs(Session& session, const CostsOptions& options) {
  TRY(Client client, session.client());
  TRY(const json::value document, ask_costs(client, options));
  if (session.json()) {
    session.print_json(document);
    return ExitCode::ok;
  }
  TRY(const CostsView costs, read_answer<CostsView>(document));
  if (options.csv) {
    print_csv(session, costs);
    return ExitCode::ok;
  }
  session.print_line(fmt::format("Costs of {} from {} to {}", printable(costs.user),
                                 moment_text(costs.from), moment_text(costs.to)));
  session.print_line("");
  session.print_table(costs_table(costs));
  return ExitCode::ok;
}

// ---- limits
// -------------------------------------------------------------------------------------------

void add_limit(Table& table, std::string name, const LimitView& limit) {
  const auto text = [](const std::optional<Gib>& figure) {
    return figure ? to_string(*figure) : "";
  };
  const bool used_up = limit.left && limit.left->value == 0;
  table.add({std::move(name), limit.limit ? to_string(*limit.limit) : "none", to_string(limit.used),
             limit.held.value == 0 ? "" : to_string(limit.held),
             Cell(text(limit.left), used_up ? Tone::warning : Tone::plain),
             limit.set_by == "admin" ? "set for this user" : ""});
}

std::string lease_rule(const LimitsView& limits) {
  const std::string unless = limits.lease_default
                                 ? to_string(*limits.lease_default) + " unless one is asked for"
                                 : "none unless one is asked for";
  return limits.lease_max ? unless + ", at most " + to_string(*limits.lease_max) : unless;
}

ExitCode show_limits(Session& session, const json::value& document, const LimitsView& limits) {
  if (session.json()) {
    session.print_json(document);
    return ExitCode::ok;
  }
  Table table({{"LIMITS OF " + limits.user},
               {"LIMIT", Align::right},
               {"USED", Align::right},
               {"HELD", Align::right},
               {"LEFT", Align::right},
               {""}});
  add_limit(table, "machines", limits.machines);
  add_limit(table, "vCPUs", limits.vcpus);
  add_limit(table, "dollars per hour", limits.usd_per_hour);
  add_limit(table, "dollars in " + limits.month, limits.usd_per_month);
  session.print_table(table);
  session.print_line("\nLease: " + lease_rule(limits));
  return ExitCode::ok;
}

Result<ExitCode> limits(Session& session) {
  TRY(Client client, session.client());
  TRY(const Reply reply, client.get("limits"));
  TRY(const LimitsView view, read_answer<LimitsView>(reply.body));
  return show_limits(session, reply.body, view);
}

Result<ExitCode> user_limits(Session& session, const LimitsOptions& options) {
  json::object change;
  const auto set = [&](const char* field, const std::optional<std::string>& given) {
    if (given) change[field] = *given;
  };
  set("machines", options.machines);
  set("vcpus", options.vcpus);
  set("usd_per_hour", options.usd_per_hour);
  set("usd_per_month", options.usd_per_month);
  set("lease_default", options.lease_default);
  set("lease_max", options.lease_max);
  // The token stays our own: an admin's counts for everybody.
  session.options.user = options.user;
  TRY(Client client, session.client());
  Result<Reply> reply =
      change.empty() ? client.get("limits") : client.patch("limits", change, true);
  if (!reply) return std::unexpected(std::move(reply).error());
  TRY(const LimitsView view, read_answer<LimitsView>(reply->body));
  return show_limits(session, reply->body, view);
}

void add_costs(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<CostsOptions>();
  tree.commands.push_back(
      {.path = "costs",
       .section = "Account",
       .summary = "What your machines cost.",
       .details =
           "COST is what counts as yours: until teardown was asked for. TAIL is what the cloud "
           "billed from there until it stopped. Both together are the cloud's invoice. Without "
           "--from and --to it is this month, so far.",
       .options = {option("--from", "WHEN", options->from,
                          "The first moment that counts: 2026-11, 2026-11-22, or with a time."),
                   option("--to", "WHEN", options->to, "The first that counts no more."),
                   choice("--by", {"day", "month", "reservation", "cloud", "region", "name"},
                          options->by, "A row for each."),
                   flag("--csv", options->csv,
                        "Comma-separated values, exact to the millionth of a dollar.")},
       .examples = {{"mayfly costs", "This month, so far."},
                    {"mayfly costs --from 2026-10 --to 2026-11 --by day", "October, day by day."},
                    {"mayfly costs --by name --csv", "For a spreadsheet."}},
       .run = [&session, options] { return costs(session, *options); }});
}

void add_limits(CommandTree& tree, Session& session) {
  tree.commands.push_back(
      {.path = "limits",
       .section = "Account",
       .summary = "What you may have and spend, and what is left of it.",
       .details =
           "USED counts what runs; of the dollars of a month it is what has ended has cost, and "
           "HELD what runs may still come to by the end of its lease. What does not fit is refused "
           "before any cloud is asked (exit code 11).",
       .examples = {{"mayfly limits", "How much is left."}},
       .run = [&session] { return limits(session); }});
  const auto options = std::make_shared<LimitsOptions>();
  const std::string rest = " A number, none, or default for the server's.";
  tree.commands.push_back(
      {.path = "user limits",
       .summary = "Show or change somebody's limits (admins).",
       .arguments = {argument("NAME", options->user, "Whose.")},
       .options = {option("--max-machines", "N", options->machines, "Machines at a time." + rest),
                   option("--max-vcpus", "N", options->vcpus, "vCPUs at a time." + rest),
                   option("--max-usd-hour", "USD", options->usd_per_hour,
                          "Dollars an hour." + rest),
                   option("--max-usd-month", "USD", options->usd_per_month,
                          "Dollars in a calendar month." + rest),
                   option("--default-lease", "TIME", options->lease_default,
                          "The lease of a request that names none: 8h, none, or default."),
                   option("--max-lease", "TIME", options->lease_max,
                          "The longest lease: 7d, none, or default.")},
       .examples = {{"mayfly user limits ann", "Show them."},
                    {"mayfly user limits ann --max-machines 20 --max-usd-month 50",
                     "Change two of them."},
                    {"mayfly user limits ann --max-usd-month default", "The server's again."}},
       .run = [&session, options] { return user_limits(session, *options); }});
}

}  // namespace

void add_cost_commands(CommandTree& tree, Session& session) {
  add_costs(tree, session);
  add_limits(tree, session);
}

}  // namespace mayfly::cli
