#include "model/request.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "model/clouds.h"
#include "model/cluster.h"

namespace mayfly {
namespace {

void validate_shape(const Request& request, json::Issues& issues) {
  if (request.memory_gib && request.memory_gib->value == 0) {
    issues.add("memory_gib", "must be more than 0");
  }
  if (request.max_price_usd_hour && request.max_price_usd_hour->value == 0) {
    issues.add("max_price_usd_hour", "must be more than 0");
  }
  // A cluster without a shape has nodes of the cheapest type that EMR takes.
  if (request.instance_type || request.kind == Kind::cluster) return;
  if (!request.vcpus) issues.add("vcpus", "is required unless instance_type is given");
  if (!request.memory_gib) issues.add("memory_gib", "is required unless instance_type is given");
}

void validate_clouds(const Request& request, json::Issues& issues) {
  if (!request.clouds) return;
  for (std::size_t i = 0; i < request.clouds->size(); ++i) {
    if (!is_cloud((*request.clouds)[i])) {
      issues.add(fmt::format("clouds.{}", i), "must be " + json::join_names(cloud_names()));
    }
  }
}

void validate_regions(const Request& request, json::Issues& issues) {
  if (!request.regions) return;
  for (std::size_t i = 0; i < request.regions->size(); ++i) {
    const std::string& pattern = (*request.regions)[i];
    const std::size_t colon = pattern.find(':');
    if (pattern.empty() || colon + 1 == pattern.size() ||
        (colon != std::string::npos && !is_cloud(pattern.substr(0, colon)))) {
      issues.add(fmt::format("regions.{}", i),
                 "must be a region or glob, with a known cloud before a colon: eu-*, aws:eu-*");
    }
  }
}

void validate_ssh_key(const Request& request, json::Issues& issues) {
  if (!request.ssh_public_key) return;
  const std::string& line = *request.ssh_public_key;
  const std::size_t space = line.find(' ');
  const std::string type = line.substr(0, space);
  constexpr std::string_view known[] = {"ssh-ed25519",
                                        "ssh-rsa",
                                        "ecdsa-sha2-nistp256",
                                        "ecdsa-sha2-nistp384",
                                        "ecdsa-sha2-nistp521",
                                        "sk-ssh-ed25519@openssh.com",
                                        "sk-ecdsa-sha2-nistp256@openssh.com"};
  const std::string blob = space == std::string::npos
                               ? ""
                               : line.substr(space + 1, line.find(' ', space + 1) - space - 1);
  const bool base64 = std::ranges::all_of(blob, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("+/=").contains(c);
  });
  if (std::ranges::find(known, type) == std::end(known) || blob.size() < 16 || !base64) {
    issues.add("ssh_public_key",
               "must be one OpenSSH public key line, such as the content of ~/.ssh/id_ed25519.pub");
  }
}

// Both travel in one document; what is not ASCII travels as base64.
void validate_boot_document(const Request& request, json::Issues& issues) {
  if (!request.user_data) return;
  constexpr std::size_t kFrame = 1024;  // MIME headers and boundaries
  const std::string& text = *request.user_data;
  const bool ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const std::size_t size = (ascii ? text.size() : text.size() / 3 * 4 + 4) +
                           request.ssh_public_key.value_or("").size() + kFrame;
  if (size > kBootDocumentMax) {
    issues.add("user_data", "is too large together with the ssh key; let it fetch the rest");
  }
}

// ---- clusters
// ---------------------------------------------------------------------------------------------

bool is_glob(std::string_view pattern) {
  return pattern.contains('*') || pattern.contains('?');
}

// Block Public Access refuses a cluster that is open to everybody.
bool is_network(const std::string& cidr) {
  const std::size_t slash = cidr.find('/');
  if (slash == std::string::npos) return false;
  int bits = 0;
  const char* end = cidr.data() + cidr.size();
  const auto [read_to, failed] = std::from_chars(cidr.data() + slash + 1, end, bits);
  in_addr address{};
  return failed == std::errc{} && read_to == end && bits >= 1 && bits <= 32 &&
         inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &address) == 1;
}

void validate_release(const Request& request, json::Issues& issues) {
  const auto release = parse_release(request.release.value_or(std::string(kDefaultRelease)));
  if (!release || *release < ReleaseNumber{5, 30, 0} || release->major > 7) {
    issues.add("release", "must be a release from emr-5.30.0 to emr-7: emr-6.15.0");
    return;
  }
  if (!request.applications || has_ganglia(*release)) return;
  if (std::ranges::find(*request.applications, "Ganglia") != request.applications->end()) {
    issues.add("applications",
               "Ganglia is not part of " + *request.release +
                   "; name AmazonCloudWatchAgent instead, or a release up to emr-6.15.0");
  }
}

void validate_subnet(const Request& request, json::Issues& issues) {
  if (!request.subnet) return;
  if (!request.subnet->starts_with("subnet-")) issues.add("subnet", "must be an id: subnet-...");
  if (!request.regions || request.regions->size() != 1 || is_glob(request.regions->front()))
    issues.add("subnet", "needs `regions` with the one region that it is in");
}

void validate_cluster(const Request& request, json::Issues& issues) {
  constexpr char no[] = "cannot be chosen for a cluster";
  validate_release(request, issues);
  validate_subnet(request, issues);
  if (!request.nodes) issues.add("nodes", "is required");  // also when it was null
  if (request.count != 1) issues.add("count", "is 1 for a cluster; `nodes` is its size");
  if (request.spread) issues.add("spread", no);
  if (request.user_data) issues.add("user_data", no);
  if (request.image != Request{}.image) issues.add("image", no);
  if (request.clouds && std::ranges::find(*request.clouds, "aws") == request.clouds->end())
    issues.add("clouds", "must name aws: only AWS has clusters");
  if (request.match == Match::closest && !request.vcpus && !request.instance_type)
    issues.add("match", "closest needs vcpus and memory_gib");
  if (request.idle_timeout && (*request.idle_timeout < 1min || *request.idle_timeout > 24h * 7))
    issues.add("idle_timeout", "must be from 1m to 7d");
  if (request.log_uri && !request.log_uri->starts_with("s3://"))
    issues.add("log_uri", "must be s3://bucket/folder/");
  if (request.open_to && !is_network(*request.open_to))
    issues.add(
        "open_to",
        "must be an IPv4 network smaller than everybody, such as 203.0.113.0/24; EMR refuses "
        "clusters that are open to all");
}

void refuse_cluster_fields(const Request& request, json::Issues& issues) {
  constexpr char only[] = "is only for clusters";
  if (request.nodes) issues.add("nodes", only);
  if (request.release) issues.add("release", only);
  if (request.applications) issues.add("applications", only);
  if (request.idle_timeout) issues.add("idle_timeout", only);
  if (request.spot_workers) issues.add("spot_workers", only);
  if (request.log_uri) issues.add("log_uri", only);
  if (request.subnet) issues.add("subnet", only);
  if (request.open_to) issues.add("open_to", only);
}

}  // namespace

void validate(const Request& request, json::Issues& issues) {
  validate_shape(request, issues);
  validate_clouds(request, issues);
  validate_regions(request, issues);
  validate_ssh_key(request, issues);
  validate_boot_document(request, issues);
  if (request.kind == Kind::cluster) {
    validate_cluster(request, issues);
    return;
  }
  refuse_cluster_fields(request, issues);
  if (clouds_of_image(request.image).empty()) {
    issues.add("image",
               "must be ubuntu-24.04, ubuntu-22.04, debian-12, amazon-linux-2023, an AMI id "
               "(ami-...), or a DigitalOcean image slug (ending in -x64)");
  }
}

int machine_count(const Request& request) {
  return request.kind == Kind::cluster ? request.nodes.value_or(1) : request.count;
}

std::vector<std::string> clouds_of_image(std::string_view image) {
  if (image == "ubuntu-24.04" || image == "ubuntu-22.04" || image == "debian-12") {
    return {"aws", "digitalocean"};
  }
  if (image == "amazon-linux-2023" || image.starts_with("ami-")) return {"aws"};
  if (image.ends_with("-x64")) return {"digitalocean"};
  return {};
}

}  // namespace mayfly
