// What a request for a cluster means once everything it leaves open is filled in, and what people
// find on the cluster. Facts about EMR's releases: docs/clusters.md.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/request.h"

namespace mayfly {

inline constexpr std::string_view kDefaultRelease = "emr-6.15.0";  // the last one with Ganglia
inline constexpr int kClusterRootGib = 15;  // each node's system disk; the data disk is on top

// All that makes one cluster differ from another of the same size.
struct ClusterSpec {
  int nodes = 1;
  std::string release;
  std::vector<std::string> applications;  // Hadoop first: everything else stands on it
  std::optional<Duration> idle_timeout;   // none: AWS never ends it by itself
  bool spot_workers = false;
  std::string log_uri;
  std::string subnet;   // empty: one of the default VPC
  std::string open_to;  // CIDR; empty: nobody

  bool operator==(const ClusterSpec&) const = default;
};

// Precondition: a valid request of kind cluster.
ClusterSpec cluster_of(const Request& request);
// What was done otherwise than asked, for people; empty: nothing.
std::string cluster_note(const Request& request);

// emr-6.15.0 as {6, 15, 0}; nothing when it is no such label.
struct ReleaseNumber {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const ReleaseNumber&) const = default;
};
std::optional<ReleaseNumber> parse_release(std::string_view label);
// Whether a release has the application Ganglia: up to emr-6.15.0.
bool has_ganglia(const ReleaseNumber& release);

// The web pages of a cluster's master. A page that is not installed has no address.
struct ClusterPage {
  std::string name;  // zeppelin, ganglia, spark_history
  int port = 0;
  std::string path;

  std::string url(std::string_view host) const;
};
std::vector<ClusterPage> cluster_pages(const Request& request);
// The line that brings the pages to http://localhost:<port>/ while they are closed to the world.
std::string ssh_tunnel(const Request& request, std::string_view master_dns);

}  // namespace mayfly
