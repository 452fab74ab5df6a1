// EMR's words about its clusters, read. A listing tells what a cluster is called, its state and why
// it ended, but neither its tags nor its master: those are in a description, which is one call for
// each cluster.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "model/instance.h"

namespace mayfly::clouds::emr {

struct Cluster {
  std::string id;
  std::string name;
  std::string state;  // EMR's word
  std::string reason_code;
  std::string reason;
  Time created;
  std::optional<Time> ended;

  bool operator==(const Cluster&) const = default;
};

// TERMINATED or TERMINATED_WITH_ERRORS.
bool has_ended(const Cluster& cluster);
// RUNNING or WAITING.
bool is_running(const Cluster& cluster);

// What a listing knows of it, as a machine.
Instance instance_of(const Cluster& cluster, const std::string& region);

// A ListClusters answer: one page; nullopt when it is none.
struct Listed {
  std::vector<Cluster> clusters;
  std::string marker;  // empty on the last page
};
std::optional<Listed> read_listed(const json::value& answer);

// A DescribeCluster answer; nullopt when it is none.
struct Described {
  Cluster cluster;
  Tags tags;  // ours only
  std::string zone;
  std::string master_dns;  // empty until the master runs
};
std::optional<Described> read_described(const json::value& answer);

// The text of a member; empty when there is none.
std::string text_at(const json::object& object, std::string_view name);

}  // namespace mayfly::clouds::emr
