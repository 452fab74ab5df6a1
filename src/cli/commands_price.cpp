#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "cli/answers.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/request_options.h"
#include "cli/utf8.h"

namespace mayfly::cli {
namespace {

struct PriceOptions {
  RequestOptions request;
  std::optional<std::int64_t> limit;
};

constexpr std::string_view kStayNear =
    "stay near with --region 'eu-*', always with mayfly user regions 'eu-*'";

std::string regions_rule(const EstimateView& estimate, const RequestOptions& request) {
  const std::string from = estimate.regions_from.value_or("");
  if (from == "request") {
    return fmt::format("as asked, {}", fmt::join(request.regions, ", "));
  }
  if (from == "user") return "your default (mayfly user regions shows and changes it)";
  if (from == "server") return fmt::format("the server's default; {}", kStayNear);
  if (from == "everywhere") return fmt::format("everywhere; {}", kStayNear);
  return "";
}

// By how much the total is above the winner's; below it only where shape counts more than price.
std::string difference(Money cost, Money winner) {
  if (cost == winner || winner.value <= 0) return cost == winner ? "same" : "";
  const std::int64_t gap = cost.value - winner.value;
  const std::string sign = gap < 0 ? "-" : "+";
  const std::int64_t tenths = divide_half_up(__int128{std::abs(gap)} * 1000, winner.value);
  if (tenths == 0) return sign + "<0.1%";
  if (tenths >= 1000) return fmt::format("{}{}%", sign, grouped(divide_half_up(tenths, 10)));
  return fmt::format("{}{}.{}%", sign, tenths / 10, tenths % 10);
}

Table offer_table(const EstimateView& estimate, std::int64_t count) {
  Table table({{""},
               {"CLOUD"},
               {"REGION"},
               {"TYPE"},
               {"VCPU", Align::right},
               {"MEMORY", Align::right},
               {"DISK", Align::right},
               {"ARCH"},
               {"SHARED"},
               {count == 1 ? "PER HOUR" : "PER HOUR, EACH", Align::right},
               {"EMR'S PART", Align::right},
               {"TOTAL", Align::right},
               {"DIFFERENCE", Align::right}});
  for (const OfferView& offer : estimate.offers) {
    const bool winner = &offer == &estimate.offers.front();
    const Tone tone = winner ? Tone::good : Tone::plain;
    table.add({Cell(winner ? "→" : "", tone), Cell(offer.cloud, tone), Cell(offer.region, tone),
               Cell(offer.instance_type, tone), fmt::format("{}", offer.vcpus),
               memory_text(offer.memory_gib), fmt::format("{} GiB", offer.disk_gib), offer.arch,
               offer.burstable ? "burstable" : "", Cell(money_text(offer.price_usd_hour), tone),
               offer.surcharge_usd_hour ? money_text(*offer.surcharge_usd_hour) : "",
               Cell(money_text(offer.cost_usd), tone),
               winner ? "" : difference(offer.cost_usd, estimate.offers.front().cost_usd)});
  }
  return table;
}

Table rejected_table(const EstimateView& estimate) {
  Table table({{"", Align::right}, {""}, {""}});
  for (const RejectedView& rejected : estimate.rejected) {
    std::string example;
    if (rejected.example) {
      example = fmt::format("such as {} {} {}", rejected.example->cloud, rejected.example->region,
                            rejected.example->instance_type);
    }
    table.add({grouped(rejected.offers), rejected.reason, Cell(example, Tone::quiet)});
  }
  return table;
}

// The field's name in words: usd_per_month is "usd per month".
std::string over_limit_text(const OverLimitView& broken) {
  std::string name = printable(broken.limit);
  std::ranges::replace(name, '_', ' ');
  const std::string month = broken.month ? fmt::format(" ({})", printable(*broken.month)) : "";
  const std::string held = broken.month ? ", held " + to_string(broken.held) : "";
  return fmt::format("Over your limit of {}{}: limit {}, used {}{}, this request {}", name, month,
                     to_string(broken.allowed), to_string(broken.used), held,
                     to_string(broken.requested));
}

std::string subject(const RequestOptions& request) {
  if (!request.cluster) return count_text(request.count.value_or(1), "machine");
  return "A cluster of " + count_text(request.nodes.value_or(kNodesUnlessGiven), "node");
}

void print_estimate(Session& session, const EstimateView& estimate, const PriceOptions& options) {
  const std::int64_t count = options.request.count.value_or(1);
  session.print_line(fmt::format("{} for {}, at the prices of {}", subject(options.request),
                                 span_text(std::chrono::seconds(estimate.billed_seconds)),
                                 printable(estimate.snapshot)));
  if (estimate.note) session.print_line("Note: " + printable(*estimate.note));
  const std::string rule = regions_rule(estimate, options.request);
  if (!rule.empty()) session.print_line("Regions: " + printable(rule));
  if (options.request.cluster) {
    session.print_line("VCPU, MEMORY and DISK are of each node; the prices are of all together.");
  }
  session.print_line("");
  session.print_table(offer_table(estimate, count));
  const std::int64_t further = estimate.satisfying - std::ssize(estimate.offers);
  if (further > 0) {
    session.print_line(fmt::format("and {} (--limit N)", count_text(further, "more offer")));
  }
  for (const OverLimitView& limit : estimate.limits) session.print_line(over_limit_text(limit));
  if (estimate.rejected.empty()) return;
  session.print_line("\nNot among them:");
  const Table rejected = rejected_table(estimate);
  session.print(rejected.print({.colors = session.colors(), .titles = false, .indent = 2}));
}

Result<ExitCode> price(Session& session, const PriceOptions& options) {
  const std::string wrong = contradiction(options.request, RequestUse::whole);
  if (!wrong.empty()) return session.usage_mistake("price", wrong);
  TRY(Client client, session.client());
  TRY(const json::value request,
      make_request(options.request, RequestUse::whole, session.surroundings()));
  std::vector<http::Parameter> query;
  if (options.limit) query.push_back({"limit", fmt::format("{}", *options.limit)});
  TRY(const Reply reply, client.post("estimates", request, query));
  if (session.json()) {
    session.print_json(reply.body);
    return ExitCode::ok;
  }
  TRY(const EstimateView estimate, read_answer<EstimateView>(reply.body));
  print_estimate(session, estimate, options);
  return ExitCode::ok;
}

}  // namespace

void add_price_command(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<PriceOptions>();
  Command command{
      .path = "price",
      .section = "Machines",
      .summary = "What machines or a cluster would cost, cheapest first. Starts nothing.",
      .details =
          "PER HOUR is one machine with its disk and public IPv4. TOTAL is all machines for "
          "the lease (an hour without one), as each cloud bills it. Of a cluster both are for all "
          "its nodes, EMR's own part included.",
      .options = shape_options(options->request),
      .examples = {{"mayfly price --vcpus 2 --memory 4", "Everywhere, for an hour."},
                   {"mayfly price --vcpus 8 --memory 16 --lease 3h --region 'eu-*,fra1'",
                    "Near Europe, for three hours."},
                   {"mayfly price --type t3.medium --cloud aws", "Where that type is cheapest."},
                   {"mayfly price --cluster --nodes 3 --memory 16 --lease 2h", "A Spark cluster."}},
      .run = [&session, options] { return price(session, *options); }};
  command.options.push_back(
      option("--limit", "N", options->limit, "How many offers to show (20)."));
  tree.commands.push_back(std::move(command));
}

}  // namespace mayfly::cli
