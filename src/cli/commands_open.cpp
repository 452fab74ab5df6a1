#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "cli/commands.h"
#include "cli/follow.h"
#include "cli/interrupt.h"
#include "cli/resolve.h"
#include "cli/tunnel.h"
#include "cli/utf8.h"
#include "cli/views.h"

namespace mayfly::cli {
namespace {

constexpr Duration kGlance = 200ms;

struct OpenOptions {
  std::string id;
  std::optional<std::string> page;
  std::string identity;
  bool print = false;
};

// One of a cluster's web pages, as it is at the cluster.
struct Page {
  std::string_view name;
  int port = 0;
  std::string path;
};

constexpr std::string_view kPages[] = {"zeppelin", "ganglia", "spark-history"};

std::optional<std::string> url_of(const ClusterView& cluster, std::string_view page) {
  if (page == "zeppelin") return cluster.zeppelin_url;
  if (page == "ganglia") return cluster.ganglia_url;
  return cluster.spark_history_url;
}

// http://host:8890/path
std::optional<Page> read_url(std::string_view name, std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::string_view place = url.substr(0, slash);
  Page page{.name = name, .port = 80, .path = std::string(url.substr(slash))};
  if (const std::size_t colon = place.find(':'); colon != std::string_view::npos) {
    const char* end = place.data() + place.size();
    const auto [read_to, failed] = std::from_chars(place.data() + colon + 1, end, page.port);
    if (failed != std::errc{} || read_to != end) return std::nullopt;
  }
  if (page.port < 1 || page.port > 65'535) return std::nullopt;
  return page;
}

std::vector<Page> pages_of(const ClusterView& cluster) {
  std::vector<Page> pages;
  for (const std::string_view name : kPages) {
    const auto url = url_of(cluster, name);
    const auto page = url ? read_url(name, *url) : std::nullopt;
    if (page) pages.push_back(*page);
  }
  return pages;
}

// It becomes a word of a command line, so nothing but a name or an address may be in it.
bool is_host(std::string_view text) {
  return !text.empty() && !text.starts_with('-') && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
  });
}

Result<void> check_is_open(const ReservationView& reservation) {
  const std::string& id = reservation.id;
  if (!reservation.cluster) {
    return fail(ErrorCode::invalid, fmt::format("{} has machines; only clusters have pages", id),
                fmt::format("See how to log in to a machine: mayfly show {}", id));
  }
  if (is_final(reservation.phase)) {
    return fail(ErrorCode::conflict, fmt::format("{} has ended, and its pages with it", id),
                "Start another one: mayfly up --cluster");
  }
  const auto& master = reservation.cluster->master_dns;
  if (reservation.phase != "ready" || !master) {
    return fail(ErrorCode::conflict, fmt::format("{} is {}, not ready", id, reservation.phase),
                fmt::format("Wait for it, then open it again: mayfly show {} --follow", id));
  }
  if (!is_host(*master)) {
    return fail(ErrorCode::internal, fmt::format("'{}' is no name of a machine", *master));
  }
  return {};
}

Result<std::vector<Page>> choose_pages(const ReservationView& reservation,
                                       const std::optional<std::string>& wanted) {
  std::vector<Page> pages = pages_of(*reservation.cluster);
  std::vector<std::string_view> names;
  for (const Page& page : pages) names.push_back(page.name);
  if (wanted) std::erase_if(pages, [&](const Page& page) { return page.name != *wanted; });
  if (!pages.empty()) return pages;
  return fail(ErrorCode::not_found,
              fmt::format("{} has no {}: {} with {} is installed", reservation.id,
                          wanted.value_or("page that is known here"), reservation.cluster->release,
                          fmt::join(reservation.cluster->applications, ", ")),
              names.empty() ? "" : fmt::format("It has: {}", fmt::join(names, ", ")));
}

// What somebody else has here already goes elsewhere, unless the line is only to be shown.
TunnelPlan plan_of(const ReservationView& reservation, const std::vector<Page>& pages,
                   const OpenOptions& options) {
  TunnelPlan plan{.login = "hadoop@" + *reservation.cluster->master_dns,
                  .ports = {},
                  .identity = options.identity};
  for (const Page& page : pages) {
    const int usual = usual_local_port(page.port);
    plan.ports.push_back(
        {.local = options.print ? usual : free_local_port(usual), .remote = page.port});
  }
  return plan;
}

std::string link_of(const Page& page, const TunnelledPort& port) {
  return fmt::format("http://localhost:{}{}", port.local, page.path);
}

void print_links(Session& session, const std::vector<Page>& pages, const TunnelPlan& plan) {
  if (session.json()) {
    json::object links;
    for (std::size_t i = 0; i < pages.size(); ++i)
      links[pages[i].name] = link_of(pages[i], plan.ports[i]);
    session.print_json(json::object{{"command", tunnel_line(plan)}, {"links", std::move(links)}});
    return;
  }
  Table table({{""}, {""}});
  for (std::size_t i = 0; i < pages.size(); ++i) {
    table.add({Cell(std::string(pages[i].name), Tone::quiet),
               Cell(link_of(pages[i], plan.ports[i]), Tone::strong)});
  }
  session.print(table.print({.colors = session.colors(), .titles = false, .indent = 2}));
}

Error ended_too_early(const TunnelPlan& plan, int code) {
  return {
      .code = ErrorCode::internal,
      .message = fmt::format("ssh ended with {} before the tunnel stood", code),
      .remedy = fmt::format("Its own words are above. It needs the private half of the cluster's "
                            "--ssh-key (-i FILE), and a way to port 22 of {}.",
                            plan.login.substr(plan.login.find('@') + 1))};
}

// Waits until ssh is logged in, however long people take to answer its questions; then until it
// ends.
Result<ExitCode> keep_open(Session& session, const TunnelPlan& plan,
                           const std::vector<Page>& pages) {
  TRY(Tunnel tunnel, Tunnel::open(plan, session.surroundings().environment("PATH")));
  if (!session.json()) session.print_line("Connecting as " + printable(plan.login));
  while (!tunnel.stands()) {
    if (const auto code = tunnel.ended()) return std::unexpected(ended_too_early(plan, *code));
    session.surroundings().sleep(kGlance);
  }
  print_links(session, pages, plan);
  if (!session.json()) session.print_line("Open until Ctrl-C.");
  const int code = tunnel.wait();
  if (code == 0) return ExitCode::ok;
  return fail(ErrorCode::internal, fmt::format("The tunnel broke: ssh ended with {}", code),
              "Open it again, or see whether the cluster still runs: mayfly ls");
}

Result<ExitCode> open_page(Session& session, const OpenOptions& options) {
  TRY(Client client, session.client());
  TRY(const std::string id, resolve_reservation(client, options.id, Among::all));
  TRY(Reply reply, client.get(fmt::format("reservations/{}", path_segment(id))));
  TRY(const Followed found, read_reservation(std::move(reply.body)));
  const ReservationView& reservation = found.view;
  TRY_VOID(check_is_open(reservation));
  TRY(const std::vector<Page> pages, choose_pages(reservation, options.page));
  const TunnelPlan plan = plan_of(reservation, pages, options);
  const bool has_key = reservation.request.ssh_public_key.has_value();
  if (options.print) {
    if (!has_key)
      session.warn("The cluster was asked for without --ssh-key: ssh has nobody to be.");
    if (session.json()) {
      print_links(session, pages, plan);
    } else {
      session.print_line(printable(tunnel_line(plan)));
    }
    return ExitCode::ok;
  }
  if (!has_key) {
    return fail(ErrorCode::conflict,
                fmt::format("{} was asked for without an ssh key, so nobody can log in", id),
                "Ask for the next one with --ssh-key ~/.ssh/id_ed25519.pub, or --open-to your "
                "network.");
  }
  const LastWords words(
      fmt::format("\nThe tunnel is closed; {0} goes on. End it: mayfly down {0}\n", printable(id)));
  return keep_open(session, plan, pages);
}

Argument page_argument(std::optional<std::string>& target) {
  Argument argument = optional_argument(
      "PAGE", target, "zeppelin, ganglia or spark-history; all that it has when not given.");
  argument.take = [&target](const std::string& text) -> Result<void> {
    std::string page = text;
    std::ranges::replace(page, '_', '-');
    if (std::ranges::find(kPages, page) == std::end(kPages)) {
      return fail(ErrorCode::malformed,
                  fmt::format("'{}' is not one of {}", text, fmt::join(kPages, ", ")));
    }
    target = std::move(page);
    return {};
  };
  return argument;
}

}  // namespace

void add_open_command(CommandTree& tree, Session& session) {
  const auto options = std::make_shared<OpenOptions>();
  tree.commands.push_back(
      {.path = "open",
       .section = "Machines",
       .summary = "Reach the web pages of a cluster: Zeppelin, Ganglia, Spark's history.",
       .details =
           "They are closed to the world, so this runs ssh, which carries them to this machine, "
           "and prints their links once it is logged in. The tunnel stays open until Ctrl-C; the "
           "cluster goes on. A port that is taken here is replaced by a free one.\n"
           "ssh logs in as hadoop with the private half of the cluster's --ssh-key. Exit code 6: "
           "the cluster is not ready, or has no key; 4: it does not have that page; 5: it is no "
           "cluster; 1: ssh is missing or failed.",
       .arguments = {argument("ID", options->id, "The reservation, or the beginning of its id."),
                     page_argument(options->page)},
       .options = {option("-i,--identity", "FILE", options->identity,
                          "The private key, when ssh does not find it by itself."),
                   flag("--print", options->print, "Only print the ssh command.")},
       .examples = {{"mayfly open r-0jx5w2 zeppelin", "Then http://localhost:8890/ is Zeppelin."},
                    {"mayfly open r-0jx5w2 -i ~/.ssh/emr", "All pages, with this key."},
                    {"mayfly open r-0jx5w2 zeppelin --print", "To be run somewhere else."}},
       .run = [&session, options] { return open_page(session, *options); }});
}

}  // namespace mayfly::cli
