// What the user asks for; immutable once accepted. docs/pricing.md has the exact meaning of each
// field.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "json/codec.h"
#include "model/offer.h"

namespace mayfly {

enum class Kind { vm, cluster };
BOOST_DESCRIBE_ENUM(Kind, vm, cluster)

enum class Match { at_least, closest, exact };
BOOST_DESCRIBE_ENUM(Match, at_least, closest, exact)

inline constexpr int kMachinesMax = 100;         // EC2's advice for one all-or-nothing launch
inline constexpr int kDiskGibMax = 16'384;       // the largest gp3 volume
inline constexpr int kUserDataMax = 15'000;      // and see kBootDocumentMax
inline constexpr int kBootDocumentMax = 16'384;  // EC2: user data with the ssh key around it
inline constexpr int kNodesMax = 500;            // of a cluster; EMR itself takes 2,000 in a group

struct Request {
  Kind kind = Kind::vm;
  int count = 1;
  std::optional<int> vcpus;
  std::optional<Gib> memory_gib;
  int disk_gib = 25;
  Arch arch = Arch::x86_64;
  std::string image = "ubuntu-24.04";
  std::optional<std::vector<std::string>> clouds;
  std::optional<std::vector<std::string>> regions;
  std::optional<std::string> instance_type;
  Match match = Match::at_least;
  bool burstable = true;
  bool spread = false;
  std::optional<Money> max_price_usd_hour;
  std::optional<Duration> lease;
  std::optional<std::string> name;
  std::optional<std::string> ssh_public_key;
  std::optional<std::string> user_data;

  // Of clusters only; model/cluster.h has what stands for those that are absent.
  std::optional<int> nodes;
  std::optional<std::string> release;
  std::optional<std::vector<std::string>> applications;
  std::optional<Duration> idle_timeout;
  std::optional<bool> spot_workers;
  std::optional<std::string> log_uri;
  std::optional<std::string> subnet;
  std::optional<std::string> open_to;

  bool operator==(const Request&) const = default;
};
BOOST_DESCRIBE_STRUCT(Request, (),
                      (kind, count, vcpus, memory_gib, disk_gib, arch, image, clouds, regions,
                       instance_type, match, burstable, spread, max_price_usd_hour, lease, name,
                       ssh_public_key, user_data, nodes, release, applications, idle_timeout,
                       spot_workers, log_uri, subnet, open_to))

inline constexpr json::FieldRule kRequestRules[] = {
    {.name = "kind",
     .doc = "What to provision: machines, or a cluster of them with Spark (EMR, on AWS).",
     .required = true},
    {.name = "count",
     .doc = "How many machines, all or none; of a cluster always 1.",
     .required = true,
     .only_when = "kind=vm",
     .min = 1,
     .max = kMachinesMax},
    {.name = "vcpus",
     .doc = "vCPUs of each machine; optional with instance_type and of clusters.",
     .min = 1,
     .max = 1024},
    {.name = "memory_gib",
     .doc = "Memory of each machine in GiB; optional with instance_type and of clusters.",
     .min = 0,
     .max = 65'536},
    {.name = "disk_gib",
     .doc = "At least this much disk for each machine; of a cluster the data disk of each node.",
     .min = 1,
     .max = kDiskGibMax},
    {.name = "arch", .doc = "Processor architecture."},
    {.name = "image",
     .doc = "ubuntu-24.04, ubuntu-22.04, debian-12, amazon-linux-2023, an AMI id, or a "
            "DigitalOcean image slug. Clusters have EMR's own.",
     .min = 1,
     .max = 128,
     .text = json::Text::name},
    {.name = "clouds",
     .doc = "Only these clouds.",
     .min = 1,
     .max = 8,
     .text = json::Text::name,
     .item_max = 128},
    {.name = "regions",
     .doc = "Only these regions: names or globs (eu-*, nyc?), for one cloud with aws:eu-*.",
     .min = 1,
     .max = 64,
     .text = json::Text::pattern,
     .item_max = 128},
    {.name = "instance_type",
     .doc = "Only this instance type.",
     .min = 1,
     .max = 64,
     .text = json::Text::name},
    {.name = "match",
     .doc =
         "Cheapest that is at least as large; the closest shape per cloud; or exactly this shape."},
    {.name = "burstable", .doc = "false excludes burstable and shared processors."},
    {.name = "spread",
     .doc = "true: the machines may lie on several offers when no single one has room for all."},
    {.name = "max_price_usd_hour",
     .doc = "Limit for the price per hour of one machine, or node, with disk and IPv4.",
     .min = 0,
     .max = 100'000},
    {.name = "lease", .doc = "Tear down after this long: 45m, 2h, 1h30m, 3d.", .min = 1},
    {.name = "name", .doc = "A name for people.", .min = 1, .max = 64, .text = json::Text::name},
    {.name = "ssh_public_key",
     .doc = "One OpenSSH public key line, allowed to log in.",
     .min = 1,
     .max = 4096,
     .text = json::Text::line},
    {.name = "user_data", .doc = "A cloud-init document or script.", .min = 1, .max = kUserDataMax},
    {.name = "nodes",
     .doc = "How many machines the cluster has, its master included.",
     .required = true,
     .only_when = "kind=cluster",
     .min = 1,
     .max = kNodesMax},
    {.name = "release",
     .doc = "Of a cluster: EMR's release; emr-6.15.0 when absent.",
     .min = 1,
     .max = 32,
     .text = json::Text::name},
    {.name = "applications",
     .doc = "What is installed on the cluster; Spark, Ganglia and Zeppelin when absent. From "
            "emr-7.0.0 on AmazonCloudWatchAgent stands for Ganglia.",
     .min = 1,
     .max = 20,
     .text = json::Text::name,
     .item_max = 64},
    {.name = "idle_timeout",
     .doc =
         "AWS itself ends the cluster when it was idle for this long: 1m to 7d. With a lease and "
         "without this field: twice the lease and an hour, at least a day.",
     .min = 1},
    {.name = "spot_workers",
     .doc = "true: all nodes of the cluster but the master are spot instances."},
    {.name = "log_uri",
     .doc = "Where EMR writes the cluster's logs: s3://bucket/folder/.",
     .min = 1,
     .max = 1024,
     .text = json::Text::line},
    {.name = "subnet",
     .doc = "The cluster's subnet, in the one region that `regions` names.",
     .min = 1,
     .max = 64,
     .text = json::Text::name},
    {.name = "open_to",
     .doc = "Who may reach the cluster's web pages: one IPv4 network, 203.0.113.0/24. Nobody when "
            "absent.",
     .min = 1,
     .max = 18,
     .text = json::Text::line},
};
constexpr std::span<const json::FieldRule> rules(const Request*) {
  return kRequestRules;
}

// What one field alone cannot tell: shape given or type named, known clouds, sane key and image.
void validate(const Request& request, json::Issues& issues);

// How many machines a request means in all: VMs, or the nodes of a cluster.
int machine_count(const Request& request);

// Which clouds can boot this image; empty = unknown image.
std::vector<std::string> clouds_of_image(std::string_view image);

}  // namespace mayfly
