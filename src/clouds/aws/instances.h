// EC2's machines as Instances, and their names. One launch gives all its machines one set of tags,
// so the tag Name holds the names of all: "mayfly-r1-1-0..2" are mayfly-r1-1-0, -1 and -2 in the
// order of EC2's launch index. A single machine's Name is its own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/xml.h"
#include "model/instance.h"

namespace mayfly::clouds::aws {

// Names that count up from 0 become "<first>..<last number>"; others only what they have in common.
std::string name_tag_of(const std::vector<std::string>& names);
// The machine's name from that tag and its launch index. What names do not have in common is lost.
std::string name_of(const std::string& name_tag, int launch_index);

// When a machine went into its state, from EC2's words for it: "User initiated (2026-01-02 03:04:05
// GMT)". These words are for people and promised nowhere: some ends come without a time ("Server.
// SpotInstanceTermination"), and what is not exactly such a time at their end is none.
std::optional<Time> transition_time(std::string_view reason);

// An <item> of an <instancesSet>; nullopt without an id.
std::optional<Instance> read_instance(pugi::xml_node item, const std::string& region);

// EMR puts a cluster's own tags on its EC2 instances, and this one. They are parts of a machine of
// the driver emr and no machines: whoever ended one for itself would break a cluster.
inline constexpr char kJobFlowTag[] = "aws:elasticmapreduce:job-flow-id";
struct ClusterNode {
  std::string cluster;  // j-...
  InstanceState state = InstanceState::pending;
};

// A DescribeInstances answer: one page. nullopt when it is none.
struct InstancePage {
  std::vector<Instance> instances;
  std::vector<ClusterNode> cluster_nodes;
  std::string next_token;  // empty on the last page
};
std::optional<InstancePage> read_instances(const Xml& answer, const std::string& region);

// A RunInstances answer, in launch order and with the names that were asked for; nullopt unless it
// has exactly that many machines.
std::optional<std::vector<Instance>> read_launched(const Xml& answer, const std::string& region,
                                                   const std::vector<std::string>& names);

}  // namespace mayfly::clouds::aws
