#include "model/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace mayfly {
namespace {

using namespace std::chrono_literals;

constexpr Duration kIdleTimeoutMax = 24h * 7;  // EMR's own bound
constexpr Duration kIdleTimeoutDefaultMin = 24h;

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Dead man's switch: were Mayfly gone for good, AWS would end the cluster. Twice the lease, because
// a lease may be extended without AWS being told.
std::optional<Duration> idle_timeout_of(const Request& request) {
  if (request.idle_timeout) return request.idle_timeout;
  if (!request.lease || *request.lease * 2 + 1h > kIdleTimeoutMax) return std::nullopt;
  return std::max<Duration>(*request.lease * 2 + 1h, kIdleTimeoutDefaultMin);
}

std::vector<std::string> applications_of(const Request& request, const ReleaseNumber& release) {
  std::vector<std::string> wanted =
      request.applications.value_or(std::vector<std::string>{"Spark", "Ganglia", "Zeppelin"});
  if (!request.applications && !has_ganglia(release))
    std::ranges::replace(wanted, "Ganglia", "AmazonCloudWatchAgent");
  if (!has(wanted, "Hadoop")) wanted.insert(wanted.begin(), "Hadoop");
  return wanted;
}

ReleaseNumber release_of(const Request& request) {
  return parse_release(request.release.value_or(std::string(kDefaultRelease)))
      .value_or(ReleaseNumber{});
}

}  // namespace

ClusterSpec cluster_of(const Request& request) {
  return {.nodes = request.nodes.value_or(1),
          .release = request.release.value_or(std::string(kDefaultRelease)),
          .applications = applications_of(request, release_of(request)),
          .idle_timeout = idle_timeout_of(request),
          .spot_workers = request.spot_workers.value_or(false),
          .log_uri = request.log_uri.value_or(""),
          .subnet = request.subnet.value_or(""),
          .open_to = request.open_to.value_or("")};
}

std::string cluster_note(const Request& request) {
  std::string note;
  if (!request.applications && !has_ganglia(release_of(request))) {
    note =
        fmt::format("{} has no Ganglia any more: AmazonCloudWatchAgent is installed in its place.",
                    cluster_of(request).release);
  }
  if (request.spot_workers.value_or(false) && request.nodes.value_or(1) > 1) {
    if (!note.empty()) note += ' ';
    note += "The price counts spot nodes like on-demand ones; AWS charges less for them.";
  }
  return note;
}

std::optional<ReleaseNumber> parse_release(std::string_view label) {
  constexpr std::string_view prefix = "emr-";
  if (!label.starts_with(prefix)) return std::nullopt;
  label.remove_prefix(prefix.size());
  int parts[3] = {};
  for (int i = 0; i < 3; ++i) {
    const auto [end, failed] = std::from_chars(label.data(), label.data() + label.size(), parts[i]);
    if (failed != std::errc{} || parts[i] < 0) return std::nullopt;
    label.remove_prefix(static_cast<std::size_t>(end - label.data()));
    const bool separated = label.starts_with('.');
    if (i < 2 ? !separated : !label.empty()) return std::nullopt;
    if (separated) label.remove_prefix(1);
  }
  return ReleaseNumber{parts[0], parts[1], parts[2]};
}

bool has_ganglia(const ReleaseNumber& release) {
  return release <= ReleaseNumber{6, 15, 0};
}

std::string ClusterPage::url(std::string_view host) const {
  return port == 80 ? fmt::format("http://{}{}", host, path)
                    : fmt::format("http://{}:{}{}", host, port, path);
}

std::vector<ClusterPage> cluster_pages(const Request& request) {
  const std::vector<std::string> installed = cluster_of(request).applications;
  std::vector<ClusterPage> pages;
  if (has(installed, "Zeppelin")) pages.push_back({"zeppelin", 8890, "/"});
  if (has(installed, "Ganglia")) pages.push_back({"ganglia", 80, "/ganglia/"});
  if (has(installed, "Spark")) pages.push_back({"spark_history", 18080, "/"});
  return pages;
}

std::string ssh_tunnel(const Request& request, std::string_view master_dns) {
  std::string line = "ssh -N";
  for (const ClusterPage& page : cluster_pages(request)) {
    // Ports below 1024 are not everybody's to open: 80 becomes 8080.
    const int local = page.port == 80 ? 8080 : page.port;
    line += fmt::format(" -L {}:localhost:{}", local, page.port);
  }
  return fmt::format("{} hadoop@{}", line, master_dns);
}

}  // namespace mayfly
