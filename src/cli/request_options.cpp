#include "cli/request_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cli/prompt.h"
#include "http/message.h"
#include "json/codec.h"
#include "model/request.h"

namespace mayfly::cli {
namespace {

// Far above what the server takes, so that its word on the limit is heard; only bounds memory.
constexpr std::size_t kFileMax = 512 << 10;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return fail(ErrorCode::invalid, fmt::format("Cannot read the file '{}'", path),
                "Check its name and that it is not empty.");
  }
  return text.str();
}

Result<std::string> read_text(const std::string& path, const Surroundings& surroundings) {
  TRY(std::string text, path == "-" ? read_all(surroundings.in, kFileMax) : read_file(path));
  if (text.size() > kFileMax) {
    return fail(ErrorCode::invalid, fmt::format("The file '{}' is too large", path));
  }
  if (!http::is_utf8(text)) {
    return fail(ErrorCode::invalid, fmt::format("The file '{}' is not UTF-8 text", path),
                "Only texts can be sent: a script, #cloud-config, or MIME.");
  }
  return text;
}

Result<std::string> read_public_key(const std::string& path, const Surroundings& surroundings) {
  TRY(std::string text, read_text(path, surroundings));
  if (text.contains("PRIVATE KEY")) {
    return fail(ErrorCode::invalid,
                fmt::format("'{}' is a private key; it stays here and was not sent", path),
                fmt::format("Name the public half: --ssh-key {}.pub", path));
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

// Words on the command line have dashes, enumerations of the API underscores.
std::string match_value(std::string text) {
  std::ranges::replace(text, '-', '_');
  return text;
}

template <class T>
void set(json::object& request, std::string_view field, const std::optional<T>& given) {
  if (given) request[field] = json::encode(*given);
}

void set_list(json::object& request, std::string_view field,
              const std::vector<std::string>& given) {
  if (!given.empty()) request[field] = json::encode(given);
}

// The first option given that only clusters have; empty: none.
std::string_view cluster_option(const RequestOptions& options) {
  if (options.nodes) return "--nodes";
  if (options.release) return "--release";
  if (!options.applications.empty()) return "--app";
  if (options.spot_workers) return "--spot-workers";
  if (options.idle_timeout) return "--idle-timeout";
  if (options.log_uri) return "--log-uri";
  if (options.subnet) return "--subnet";
  if (options.open_to) return "--open-to";
  return "";
}

// A cluster's size is its nodes, so it has no count.
void set_kind(json::object& request, const RequestOptions& options, RequestUse use) {
  if (options.cluster) {
    request["kind"] = json::encode(Kind::cluster);
  } else if (use == RequestUse::whole) {
    request["kind"] = json::encode(Kind::vm);
    request["count"] = options.count.value_or(1);
  } else {
    set(request, "count", options.count);
  }
}

void set_cluster(json::object& request, const RequestOptions& options, RequestUse use) {
  if (options.cluster && use == RequestUse::whole) {
    request["nodes"] = options.nodes.value_or(kNodesUnlessGiven);
  } else {
    set(request, "nodes", options.nodes);
  }
  set(request, "release", options.release);
  set_list(request, "applications", options.applications);
  if (options.spot_workers) request["spot_workers"] = true;
  set(request, "idle_timeout", options.idle_timeout);
  set(request, "log_uri", options.log_uri);
  set(request, "subnet", options.subnet);
  set(request, "open_to", options.open_to);
}

}  // namespace

std::vector<Option> shape_options(RequestOptions& target) {
  return {
      option("--vcpus", "N", target.vcpus, "vCPUs of each machine."),
      option("--memory", "GIB", target.memory, "Memory of each machine in GiB: 4, 0.5."),
      option("--disk", "GIB", target.disk, "At least this much disk (25 when not given)."),
      option("--count", "N", target.count, "How many machines, all or none (1)."),
      option("--lease", "TIME", target.lease,
             "Tear down after this long: 45m, 2h, 1h30m, 3d. Without one, prices are for an "
             "hour and machines run until `mayfly down`."),
      choice("--arch", {"x86_64", "arm64", "any"}, target.arch, "Processor architecture (x86_64)."),
      option("--image", "NAME", target.image,
             "ubuntu-24.04 (the default), ubuntu-22.04, debian-12, amazon-linux-2023, an AMI id "
             "or a DigitalOcean image."),
      list("--cloud", "CLOUD,...", target.clouds, "Only these: aws, digitalocean."),
      list("--region", "REGION,...", target.regions,
           "Only these, names or globs: eu-*, nyc?; for one cloud aws:eu-*."),
      option("--type", "TYPE", target.type,
             "Only this instance type; then --vcpus and --memory are optional."),
      choice("--match", {"at-least", "closest", "exact"}, target.match,
             "The cheapest that is at least as large (at-least, the default), the closest shape "
             "of each cloud, or exactly this shape."),
      flag("--no-burstable", target.no_burstable, "No burstable and no shared processors."),
      flag("--spread", target.spread,
           "The machines may lie on several offers when no single one has room for all."),
      option("--max-price", "USD", target.max_price,
             "At most this much an hour for one machine, with disk and IPv4."),
      flag("--cluster", target.cluster,
           "A cluster (EMR on AWS) with Spark, Ganglia and Zeppelin instead of machines; --vcpus "
           "and --memory are then of each node, and optional."),
      option("--nodes", "N", target.nodes,
             "How many nodes the cluster has, its master included (3)."),
      option("--release", "LABEL", target.release,
             "EMR's release (emr-6.15.0, the last one with Ganglia)."),
      list("--app,--applications", "NAME,...", target.applications,
           "What is installed on the cluster: Spark,Zeppelin,Hive."),
      flag("--spot-workers", target.spot_workers,
           "All nodes but the master are spot instances: cheaper, and AWS may take them back."),
  };
}

std::vector<Option> launch_options(RequestOptions& target) {
  return {
      option("--name", "NAME", target.name, "A name for people."),
      option("--ssh-key", "FILE", target.ssh_key,
             "The public key that may log in: ~/.ssh/id_ed25519.pub; - reads standard input."),
      option("--user-data", "FILE", target.user_data,
             "A cloud-init document or script for the first boot; - reads standard input."),
      option("--open-to", "CIDR", target.open_to,
             "Who may reach the cluster's web pages: 203.0.113.7/32. Nobody when not given; mayfly "
             "open works without."),
      option("--idle-timeout", "TIME", target.idle_timeout,
             "AWS itself ends the cluster when it was idle for this long: 1m to 7d."),
      option("--subnet", "ID", target.subnet,
             "The cluster's subnet, in the one region that --region names."),
      option("--log-uri", "S3URI", target.log_uri,
             "Where the cluster's logs are written: s3://bucket/folder/."),
  };
}

std::string contradiction(const RequestOptions& options, RequestUse use) {
  if (options.cluster && options.count) {
    return "--count is for machines; the size of a cluster is --nodes";
  }
  if (use == RequestUse::overrides || options.cluster) return "";
  const std::string_view only = cluster_option(options);
  return only.empty() ? "" : fmt::format("{} is for clusters: add --cluster", only);
}

Result<json::value> make_request(const RequestOptions& options, RequestUse use,
                                 const Surroundings& surroundings) {
  if (options.ssh_key == "-" && options.user_data == "-") {
    return fail(ErrorCode::invalid, "Standard input cannot be both --ssh-key and --user-data",
                "Put one of them into a file.");
  }
  json::object request;
  set_kind(request, options, use);
  set(request, "vcpus", options.vcpus);
  set(request, "memory_gib", options.memory);
  set(request, "disk_gib", options.disk);
  set(request, "arch", options.arch);
  set(request, "image", options.image);
  set_list(request, "clouds", options.clouds);
  set_list(request, "regions", options.regions);
  set(request, "instance_type", options.type);
  if (options.match) request["match"] = match_value(*options.match);
  if (options.no_burstable) request["burstable"] = false;
  if (options.spread) request["spread"] = true;
  set(request, "max_price_usd_hour", options.max_price);
  set(request, "lease", options.lease);
  set(request, "name", options.name);
  if (options.ssh_key) {
    TRY(request["ssh_public_key"], read_public_key(*options.ssh_key, surroundings));
  }
  if (options.user_data) {
    TRY(request["user_data"], read_text(*options.user_data, surroundings));
  }
  set_cluster(request, options, use);
  return request;
}

}  // namespace mayfly::cli
