// What clusters need besides: EMR, its two roles, and the right to hand them over.
#include <fmt/format.h>

#include "clouds/aws/doctor.h"
#include "clouds/base64.h"

namespace mayfly::clouds::aws {
namespace {

constexpr char kServiceRole[] = "EMR_DefaultRole";
constexpr char kNodesProfile[] = "EMR_EC2_DefaultRole";
constexpr char kMakeRoles[] = "aws emr create-default-roles";
// Of a pair whose private half nobody has.
constexpr char kTrialKey[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGIykY4tmZGzRNZLEOR0dBW8CYuwhDj8kc7w+nqUeUH mayfly-check";

// EC2 looks whether a profile is there before it looks at rights.
bool names_no_profile(std::string_view detail) {
  return detail.contains("InvalidParameterValue") && detail.contains("nstance Profile");
}

}  // namespace

Doctor::Look Doctor::look_at_emr() {
  json::object body{{"ClusterStates", json::array{"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING",
                                                  "TERMINATING"}}};
  auto listing = client_.emr(there_, "ListClusters", std::move(body), kReadDeadline);
  const CloudResult<json::value> answer = co_await std::move(listing);
  if (!answer) co_return verdict_on(answer.error(), "elasticmapreduce:ListClusters");
  co_return Verdict{.detail = fmt::format("EMR answers in {}", there_.region)};
}

// Reading roles is a right that only this page uses: without it the roles may well be there.
Doctor::Look Doctor::look_at_service_role() {
  Form form = iam_form("GetRole");
  form.add("RoleName", kServiceRole);
  auto reading = client_.iam(there_, std::move(form), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(reading);
  if (answer) co_return Verdict{.detail = fmt::format("{} is there", kServiceRole)};
  if (answer.error().code == "NoSuchEntity") {
    co_return missing(fmt::format("there is no role {}", kServiceRole), kMakeRoles);
  }
  Verdict verdict = verdict_on(answer.error(), "iam:GetRole");
  verdict.outcome = FindingOutcome::unknown;
  co_return verdict;
}

Doctor::Look Doctor::look_at_profile() {
  Form form = iam_form("GetInstanceProfile");
  form.add("InstanceProfileName", kNodesProfile);
  auto reading = client_.iam(there_, std::move(form), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(reading);
  if (answer) {
    const pugi::xml_node roles =
        at(answer->root(), {"GetInstanceProfileResult", "InstanceProfile", "Roles"});
    if (!child(roles, "member")) {
      co_return missing(
          fmt::format("the instance profile {} is there, but has no role", kNodesProfile),
          fmt::format("aws iam add-role-to-instance-profile --instance-profile-name {0} "
                      "--role-name {0}",
                      kNodesProfile));
    }
    co_return Verdict{.detail = fmt::format("{} is there", kNodesProfile)};
  }
  if (answer.error().code == "NoSuchEntity") {
    no_profile_ = true;
    co_return missing(fmt::format("there is no instance profile {}", kNodesProfile), kMakeRoles);
  }
  Verdict verdict = verdict_on(answer.error(), "iam:GetInstanceProfile");
  verdict.outcome = FindingOutcome::unknown;
  co_return verdict;
}

// A launch with the profile needs the right that a cluster needs, and can be a dry run.
Doctor::Look Doctor::look_at_passing() {
  if (no_profile_) co_return unknown(fmt::format("it can be tried once {} exists", kNodesProfile));
  if (!may_launch_) co_return unknown("it can only be tried with a key that may launch machines");
  Form form = launch_form();
  form.add("IamInstanceProfile.Name", kNodesProfile);
  auto trying = try_ec2(std::move(form), fmt::format("{} could be handed to EC2", kNodesProfile));
  Verdict verdict = co_await std::move(trying);
  if (verdict.outcome == FindingOutcome::missing) {
    co_return missing("the key is not allowed to iam:PassRole on EMR's roles",
                      "allow iam:PassRole in the key's policy: mayfly keys doctor aws --policy");
  }
  if (names_no_profile(verdict.detail)) {
    co_return missing(fmt::format("EC2 knows no instance profile {}", kNodesProfile), kMakeRoles);
  }
  co_return verdict;
}

Doctor::Look Doctor::look_at_key_pair() {
  Form form = ec2_form("ImportKeyPair");
  form.add("DryRun", true);
  form.add("KeyName", "mayfly-check");
  form.add("PublicKeyMaterial", base64_encode(kTrialKey));
  auto trying = try_ec2(std::move(form), "the key pair that opens a master could be imported");
  co_return co_await std::move(trying);
}

Doctor::Look Doctor::look_at_cluster_changes() {
  co_return unknown(
      "EMR has no dry run: whether clusters may be started and ended shows with the "
      "first one");
}

}  // namespace mayfly::clouds::aws
