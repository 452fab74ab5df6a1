#include "clouds/emr/run_job_flow.h"

#include <algorithm>
#include <chrono>

namespace mayfly::clouds::emr {
namespace {

constexpr char kServiceRole[] = "EMR_DefaultRole";
constexpr char kInstanceProfile[] = "EMR_EC2_DefaultRole";
// With Amazon's newer managed policies the service role may touch only what carries this.
constexpr char kPolicyTag[] = "for-use-with-amazon-emr-managed-policies";
constexpr int kStepsAtOnce = 1;

json::object group(const LaunchSpec& spec, const char* name, const char* role, int nodes,
                   bool spot) {
  json::object group{{"Name", name},
                     {"InstanceRole", role},
                     {"InstanceType", spec.instance_type},
                     {"InstanceCount", nodes},
                     {"Market", spot ? "SPOT" : "ON_DEMAND"}};
  if (spec.disk_gib > 0) {
    json::object volume{
        {"VolumeSpecification", json::object{{"VolumeType", "gp3"}, {"SizeInGB", spec.disk_gib}}},
        {"VolumesPerInstance", 1}};
    group["EbsConfiguration"] =
        json::object{{"EbsBlockDeviceConfigs", json::array{std::move(volume)}}};
  }
  return group;
}

// The master holds the cluster together and is never a spot node.
json::array groups(const LaunchSpec& spec) {
  json::array all{group(spec, "master", "MASTER", 1, false)};
  const int workers = spec.cluster->nodes - 1;
  if (workers > 0) {
    all.push_back(group(spec, "core", "CORE", workers, spec.cluster->spot_workers));
  }
  return all;
}

json::object instances(const LaunchSpec& spec) {
  json::object all{{"InstanceGroups", groups(spec)}};
  const LaunchTarget& target = spec.target;
  if (!target.key_pair.empty()) all["Ec2KeyName"] = target.key_pair;
  if (!target.subnet.empty()) all["Ec2SubnetId"] = target.subnet;
  if (!target.security_group.empty()) {
    all["AdditionalMasterSecurityGroups"] = json::array{json::value(target.security_group)};
  }
  all["KeepJobFlowAliveWhenNoSteps"] = true;
  all["TerminationProtected"] = false;
  return all;
}

json::array applications(const ClusterSpec& cluster) {
  json::array all;
  for (const std::string& name : cluster.applications) all.push_back(json::object{{"Name", name}});
  return all;
}

json::array tags(const LaunchSpec& spec) {
  json::array all;
  for (const auto& [key, value] : spec.tags) {
    all.push_back(json::object{{"Key", key}, {"Value", value}});
  }
  all.push_back(json::object{{"Key", kPolicyTag}, {"Value", "true"}});
  return all;
}

}  // namespace

bool takes_auto_termination(std::string_view release) {
  const std::optional<ReleaseNumber> number = parse_release(release);
  if (!number) return true;
  return *number >= ReleaseNumber{6, 1, 0} ||
         (*number >= ReleaseNumber{5, 30, 0} && number->major == 5);
}

json::object run_job_flow_body(const LaunchSpec& spec) {
  const ClusterSpec& cluster = *spec.cluster;
  json::object body{{"Name", spec.names.front()}};
  if (!cluster.log_uri.empty()) body["LogUri"] = cluster.log_uri;
  body["ReleaseLabel"] = cluster.release;
  body["Applications"] = applications(cluster);
  body["Instances"] = instances(spec);
  body["EbsRootVolumeSize"] = kClusterRootGib;
  body["JobFlowRole"] = kInstanceProfile;
  body["ServiceRole"] = kServiceRole;
  body["StepConcurrencyLevel"] = kStepsAtOnce;
  if (cluster.idle_timeout && takes_auto_termination(cluster.release)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*cluster.idle_timeout).count();
    body["AutoTerminationPolicy"] =
        json::object{{"IdleTimeout", std::clamp<std::int64_t>(seconds, 60, 604'800)}};
  }
  body["Tags"] = tags(spec);
  return body;
}

}  // namespace mayfly::clouds::emr
