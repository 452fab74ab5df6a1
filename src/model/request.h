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

enum class Kind { vm };
BOOST_DESCRIBE_ENUM(Kind, vm)

enum class Match { at_least, closest, exact };
BOOST_DESCRIBE_ENUM(Match, at_least, closest, exact)

inline constexpr int kMachinesMax = 100;         // EC2's advice for one all-or-nothing launch
inline constexpr int kDiskGibMax = 16'384;       // the largest gp3 volume
inline constexpr int kUserDataMax = 15'000;      // and see kBootDocumentMax
inline constexpr int kBootDocumentMax = 16'384;  // EC2: user data with the ssh key around it

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

  bool operator==(const Request&) const = default;
};
BOOST_DESCRIBE_STRUCT(Request, (),
                      (kind, count, vcpus, memory_gib, disk_gib, arch, image, clouds, regions,
                       instance_type, match, burstable, spread, max_price_usd_hour, lease, name,
                       ssh_public_key, user_data))

inline constexpr json::FieldRule kRequestRules[] = {
    {.name = "kind", .doc = "What to provision.", .required = true},
    {.name = "count",
     .doc = "How many machines, all or none.",
     .required = true,
     .min = 1,
     .max = kMachinesMax},
    {.name = "vcpus",
     .doc = "vCPUs of each machine; optional with instance_type.",
     .min = 1,
     .max = 1024},
    {.name = "memory_gib",
     .doc = "Memory of each machine in GiB; optional with instance_type.",
     .min = 0,
     .max = 65'536},
    {.name = "disk_gib",
     .doc = "At least this much disk for each machine.",
     .min = 1,
     .max = kDiskGibMax},
    {.name = "arch", .doc = "Processor architecture."},
    {.name = "image",
     .doc = "ubuntu-24.04, ubuntu-22.04, debian-12, amazon-linux-2023, an AMI id, or a "
            "DigitalOcean image slug.",
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
     .doc = "Limit for one machine's price per hour with disk and IPv4.",
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
};
constexpr std::span<const json::FieldRule> rules(const Request*) {
  return kRequestRules;
}

// What one field alone cannot tell: shape given or type named, known clouds, sane key and image.
void validate(const Request& request, json::Issues& issues);

// Which clouds can boot this image; empty = unknown image.
std::vector<std::string> clouds_of_image(std::string_view image);

}  // namespace mayfly
