#include "clouds/emr/cluster.h"

#include <cmath>

#include "clouds/classify.h"

namespace mayfly::clouds::emr {
namespace {

constexpr double kYear2200 = 7258118400;  // later, and what is before 1970, is no moment of ours

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found ? found->if_object() : nullptr;
}

const json::array* list_at(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found ? found->if_array() : nullptr;
}

// Seconds since 1970, whole or with a fraction.
std::optional<Time> moment_at(const json::object* object, std::string_view name) {
  const json::value* found = object ? object->if_contains(name) : nullptr;
  if (!found || !found->is_number()) return std::nullopt;
  const double seconds = found->to_number<double>();
  if (!(seconds >= 0 && seconds < kYear2200)) return std::nullopt;
  return Time{Duration{std::llround(seconds * 1e6)}};
}

std::string first_error_of(const json::object& status) {
  const json::array* errors = list_at(status, "ErrorDetails");
  const json::object* first = errors && !errors->empty() ? errors->front().if_object() : nullptr;
  return first ? text_at(*first, "ErrorMessage") : std::string();
}

std::optional<Cluster> read_cluster(const json::value& tree) {
  const json::object* object = tree.if_object();
  const json::object* status = object ? object_at(*object, "Status") : nullptr;
  if (!status) return std::nullopt;
  Cluster cluster{.id = text_at(*object, "Id"),
                  .name = text_at(*object, "Name"),
                  .state = text_at(*status, "State")};
  if (cluster.id.empty() || cluster.state.empty()) return std::nullopt;
  if (const json::object* reason = object_at(*status, "StateChangeReason")) {
    cluster.reason_code = text_at(*reason, "Code");
    cluster.reason = text_at(*reason, "Message");
  }
  if (cluster.reason.empty()) cluster.reason = first_error_of(*status);
  const json::object* timeline = object_at(*status, "Timeline");
  cluster.created = moment_at(timeline, "CreationDateTime").value_or(Time{});
  cluster.ended = moment_at(timeline, "EndDateTime");
  return cluster;
}

// A state that we do not know is alive until it says otherwise.
InstanceState state_of(const Cluster& cluster) {
  if (is_running(cluster)) return InstanceState::running;
  if (cluster.state == "TERMINATING") return InstanceState::shutting_down;
  return has_ended(cluster) ? InstanceState::terminated : InstanceState::pending;
}

}  // namespace

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  const boost::json::string* text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

bool has_ended(const Cluster& cluster) {
  return cluster.state == "TERMINATED" || cluster.state == "TERMINATED_WITH_ERRORS";
}

bool is_running(const Cluster& cluster) {
  return cluster.state == "RUNNING" || cluster.state == "WAITING";
}

Instance instance_of(const Cluster& cluster, const std::string& region) {
  Instance instance{.id = cluster.id,
                    .name = cluster.name,
                    .region = region,
                    .state = state_of(cluster),
                    .launched_at = cluster.created};
  // Starting takes minutes: people are told how far it has come.
  if (instance.state == InstanceState::pending) instance.state_reason = cluster.state;
  if (instance.state < InstanceState::stopping) return instance;
  ClusterEnd end = classify_emr_end(cluster.reason_code, cluster.reason);
  instance.state_reason = std::move(end.reason);
  instance.ended_means = end.means;
  if (has_ended(cluster)) instance.state_since = cluster.ended;
  return instance;
}

std::optional<Listed> read_listed(const json::value& answer) {
  const json::object* object = answer.if_object();
  const json::array* rows = object ? list_at(*object, "Clusters") : nullptr;
  if (!rows) return std::nullopt;
  Listed listed;
  for (const json::value& row : *rows) {
    std::optional<Cluster> cluster = read_cluster(row);
    if (!cluster) return std::nullopt;
    listed.clusters.push_back(std::move(*cluster));
  }
  listed.marker = text_at(*object, "Marker");
  return listed;
}

std::optional<Described> read_described(const json::value& answer) {
  const json::object* object = answer.if_object();
  const json::object* whole = object ? object_at(*object, "Cluster") : nullptr;
  if (!whole) return std::nullopt;
  std::optional<Cluster> cluster = read_cluster(object->at("Cluster"));
  if (!cluster) return std::nullopt;
  Described described{.cluster = std::move(*cluster)};
  described.master_dns = text_at(*whole, "MasterPublicDnsName");
  if (const json::object* ec2 = object_at(*whole, "Ec2InstanceAttributes")) {
    described.zone = text_at(*ec2, "Ec2AvailabilityZone");
  }
  if (const json::array* tags = list_at(*whole, "Tags")) {
    for (const json::value& row : *tags) {
      const json::object* tag = row.if_object();
      if (!tag) return std::nullopt;
      const std::string key = text_at(*tag, "Key");
      if (key.starts_with("mayfly:")) described.tags[key] = text_at(*tag, "Value");
    }
  }
  return described;
}

}  // namespace mayfly::clouds::emr
