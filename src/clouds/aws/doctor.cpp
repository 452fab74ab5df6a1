#include "clouds/aws/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "clouds/aws/caller_identity.h"
#include "clouds/aws/describe_instances.h"
#include "clouds/aws/driver.h"
#include "clouds/aws/run_instances.h"
#include "clouds/aws/security_group.h"

namespace mayfly::clouds::aws {
namespace {

constexpr Duration kClockNear = 1min;  // AWS refuses what is dated five minutes wrong
constexpr char kTrialName[] = "mayfly-check";
constexpr char kNoAmi[] = "ami-00000000000000000";

bool is_denied(const CloudFailure& failure) {
  return failure.code == "UnauthorizedOperation" || failure.code.starts_with("AccessDenied");
}

LaunchSpec trial_launch(const std::string& region) {
  LaunchSpec spec{.region = region, .instance_type = "t3.micro"};
  spec.disk_gib = 25;
  spec.names = {kTrialName};
  spec.tags[tag::kInstallation] = "check";
  return spec;
}

Form describe_groups_form(const std::string& vpc) {
  Form form = ec2_form("DescribeSecurityGroups");
  form.add_filter("group-name", {kGroupName, "default"});
  form.add_filter("vpc-id", {vpc});
  return form;
}

Form create_group_form(const std::string& vpc) {
  Form form = ec2_form("CreateSecurityGroup");
  form.add("DryRun", true);
  form.add("GroupName", kTrialName);  // one that is there already would be refused for its name
  form.add("GroupDescription", "Mayfly: a dry run.");
  form.add("VpcId", vpc);
  form.add_tags("security-group", {{"Name", kTrialName}});
  return form;
}

Form open_ssh_form(const std::string& group) {
  Form form = ec2_form("AuthorizeSecurityGroupIngress");
  form.add("DryRun", true);
  form.add("GroupId", group);
  form.add("IpPermissions.1.IpProtocol", "tcp");
  form.add("IpPermissions.1.FromPort", 22);
  form.add("IpPermissions.1.ToPort", 22);
  form.add("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0");
  return form;
}

// Ours if there is one, else the network's default one, which always is.
std::string group_of(const Xml& answer) {
  std::string found;
  for (const pugi::xml_node row : items(answer.root(), "securityGroupInfo")) {
    if (found.empty() || text_at(row, {"groupName"}) == kGroupName) {
      found = text_at(row, {"groupId"});
    }
  }
  return found;
}

std::optional<double> quota_value(const json::value& answer) {
  const json::object* tree = answer.if_object();
  const json::value* quota = tree ? tree->if_contains("Quota") : nullptr;
  const json::object* members = quota ? quota->if_object() : nullptr;
  const json::value* value = members ? members->if_contains("Value") : nullptr;
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

}  // namespace

Doctor::Doctor(SignedClient& client, const Clock& clock, Caller home, Caller there)
    : client_(client),
      clock_(clock),
      home_(std::move(home)),
      there_(std::move(there)),
      facts_(client, clock) {}

// The cheapest first, and what others build on before them.
const std::vector<Doctor::Step>& Doctor::steps() {
  using enum NeededFor;
  static const std::vector<Step> kSteps = {
      {"image", vm, &Doctor::look_at_image},
      {"instance_types", all, &Doctor::look_at_types},
      {"network", all, &Doctor::look_at_network},
      {"list_machines", all, &Doctor::look_at_listing},
      {"launch", vm, &Doctor::look_at_launch},
      {"security_group", all, &Doctor::look_at_group},
      {"end_machines", vm, &Doctor::look_at_end},
      {"vcpu_quota", all, &Doctor::look_at_quota},
      {"emr", cluster, &Doctor::look_at_emr},
      {"emr_service_role", cluster, &Doctor::look_at_service_role},
      {"emr_instance_profile", cluster, &Doctor::look_at_profile},
      {"pass_role", cluster, &Doctor::look_at_passing},
      {"key_pair", cluster, &Doctor::look_at_key_pair},
      {"change_clusters", cluster, &Doctor::look_at_cluster_changes},
  };
  return kSteps;
}

Work<Examination> Doctor::examine() {
  const Time begun = clock_.now();
  Examination examination{.region = there_.region};
  const auto note = [&](const char* check, NeededFor needed_for, Verdict verdict) {
    examination.findings.push_back({.check = check,
                                    .needed_for = needed_for,
                                    .outcome = verdict.outcome,
                                    .detail = std::move(verdict.detail),
                                    .remedy = std::move(verdict.remedy)});
  };
  auto asking = caller_identity(client_, home_);
  const CloudResult<Identity> identity = co_await std::move(asking);
  if (!identity) {
    if (identity.error().reaction != Reaction::key_refused) {
      co_return std::unexpected(identity.error());
    }
    note("identity", NeededFor::all, missing(identity.error().message, "mayfly keys add aws"));
    note("clock", NeededFor::all, clock_verdict());
    co_return examination;
  }
  note("identity", NeededFor::all,
       {.detail = fmt::format("account {}, {}", identity->account, identity->name)});
  note("clock", NeededFor::all, clock_verdict());
  auto looking_at_region = look_at_region();
  note("region", NeededFor::all, co_await std::move(looking_at_region));
  // In a region that is not enabled AWS knows no key at all, and every answer would be misread.
  if (region_closed_) co_return examination;
  for (const Step& step : steps()) {
    if (clock_.now() - begun >= kExaminationMax) {
      note(step.check, step.needed_for, unknown("not looked at: AWS took too long until here"));
      continue;
    }
    auto looking = (this->*step.look)();
    note(step.check, step.needed_for, co_await std::move(looking));
  }
  co_return examination;
}

Doctor::Verdict Doctor::missing(std::string detail, std::string remedy) {
  return {FindingOutcome::missing, std::move(detail), std::move(remedy)};
}

Doctor::Verdict Doctor::unknown(std::string detail) {
  return {FindingOutcome::unknown, std::move(detail)};
}

Doctor::Verdict Doctor::verdict_on(const CloudFailure& failure, std::string_view action) {
  if (!is_denied(failure)) return unknown(failure.message);
  return missing(
      fmt::format("the key is not allowed to {}", action),
      fmt::format("allow {} in the key's policy: mayfly keys doctor aws --policy", action));
}

boost::asio::awaitable<Doctor::Verdict> Doctor::try_ec2(Form form, std::string detail) {
  const std::string action = "ec2:" + form.action();
  auto trying = client_.ec2(there_, std::move(form), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(trying);
  // A passed dry run is an error too: DryRunOperation.
  if (!answer && answer.error().code == "DryRunOperation") {
    co_return Verdict{.detail = std::move(detail)};
  }
  if (!answer) co_return verdict_on(answer.error(), action);
  co_return unknown(fmt::format("AWS answered a dry run of {} as if it were none", action));
}

Doctor::Verdict Doctor::clock_verdict() const {
  const std::optional<Duration> ahead = client_.clock_difference();
  if (!ahead) return unknown("AWS did not say what time it is");
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(*ahead)).count();
  if (std::chrono::abs(*ahead) < kClockNear) {
    return {.detail = fmt::format("{} s from AWS's", seconds)};
  }
  return {FindingOutcome::warning,
          fmt::format("this server's clock is {} s {} AWS's; requests are dated by AWS's", seconds,
                      *ahead > Duration{} ? "behind" : "ahead of"),
          "set this server's clock right (NTP)"};
}

Form Doctor::launch_form() const {
  LaunchSpec spec = trial_launch(there_.region);
  spec.target.image = image_.id.empty() ? kNoAmi : image_.id;
  spec.target.root_device = image_.root_device;
  spec.target.subnet = subnet_;
  Form form = run_instances_form(spec);
  form.add("DryRun", true);
  return form;
}

// Asked at home: a region that is not enabled for the account does not know its keys.
Doctor::Look Doctor::look_at_region() {
  Form form = ec2_form("DescribeRegions");
  form.add_filter("opt-in-status", {"opt-in-not-required", "opted-in"});
  auto describing = client_.ec2(home_, std::move(form), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(describing);
  if (!answer) co_return verdict_on(answer.error(), "ec2:DescribeRegions");
  const std::vector<pugi::xml_node> rows = items(answer->root(), "regionInfo");
  const bool enabled = std::ranges::any_of(
      rows, [&](pugi::xml_node row) { return text_at(row, {"regionName"}) == there_.region; });
  if (enabled) {
    co_return Verdict{.detail = fmt::format("{} is enabled for the account, as {} others are",
                                            there_.region, rows.size() - 1)};
  }
  region_closed_ = true;
  co_return missing(
      fmt::format("{} is not enabled for the account, or there is no such region", there_.region),
      fmt::format("aws account enable-region --region-name {}", there_.region));
}

Doctor::Look Doctor::look_at_image() {
  auto finding = facts_.image(there_, "amazon-linux-2023", Arch::x86_64);
  const CloudResult<Image> image = co_await std::move(finding);
  if (image) {
    image_ = *image;
    co_return Verdict{.detail = fmt::format("amazon-linux-2023 is {} today", image->id)};
  }
  const bool at_parameter = image.error().message.contains("'GetParameter'");
  co_return verdict_on(image.error(), at_parameter ? "ssm:GetParameter" : "ec2:DescribeImages");
}

Doctor::Look Doctor::look_at_types() {
  auto finding = facts_.zones(there_, "t3.micro");
  const CloudResult<std::vector<std::string>> zones = co_await std::move(finding);
  if (!zones) co_return verdict_on(zones.error(), "ec2:DescribeInstanceTypeOfferings");
  co_return Verdict{.detail = fmt::format("zones that sell t3.micro: {}", zones->size())};
}

Doctor::Look Doctor::look_at_network() {
  Form form = ec2_form("DescribeSubnets");
  form.add_filter("default-for-az", {"true"});
  form.add_filter("state", {"available"});
  auto describing = client_.ec2(there_, std::move(form), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(describing);
  if (!answer) co_return verdict_on(answer.error(), "ec2:DescribeSubnets");
  const std::vector<pugi::xml_node> rows = items(answer->root(), "subnetSet");
  if (rows.empty()) {
    co_return missing(fmt::format("there is no default VPC with subnets in {}", there_.region),
                      fmt::format("aws ec2 create-default-vpc --region {}", there_.region));
  }
  vpc_ = text_at(rows.front(), {"vpcId"});
  subnet_ = text_at(rows.front(), {"subnetId"});
  co_return Verdict{.detail =
                        fmt::format("default VPC {}, zones with a subnet: {}", vpc_, rows.size())};
}

Doctor::Look Doctor::look_at_listing() {
  Filters filters{{"tag-key", {tag::kInstallation}},
                  {"instance-state-name", {"pending", "running"}}};
  auto describing = describe_instances(client_, there_, std::move(filters), 1000);
  const CloudResult<Described> found = co_await std::move(describing);
  if (!found) co_return verdict_on(found.error(), "ec2:DescribeInstances");
  for (const Instance& machine : found->instances) own_machines_.push_back(machine.id);
  co_return Verdict{.detail = fmt::format("machines of Mayfly's that run in {}: {}", there_.region,
                                          own_machines_.size())};
}

// With the tags and the disk of a real launch, because those are rights of their own.
Doctor::Look Doctor::look_at_launch() {
  auto trying = try_ec2(launch_form(), "RunInstances with our tags would be accepted");
  Verdict verdict = co_await std::move(trying);
  may_launch_ = verdict.outcome == FindingOutcome::ok;
  if (verdict.outcome == FindingOutcome::missing) {
    verdict.detail += ", or not to ec2:CreateTags with it";
  }
  co_return verdict;
}

Doctor::Look Doctor::look_at_group() {
  if (vpc_.empty()) co_return unknown("there is no network that a group could be made in");
  auto describing = client_.ec2(there_, describe_groups_form(vpc_), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(describing);
  if (!answer) co_return verdict_on(answer.error(), "ec2:DescribeSecurityGroups");
  auto creating = try_ec2(create_group_form(vpc_), "");
  Verdict created = co_await std::move(creating);
  if (created.outcome != FindingOutcome::ok) co_return created;
  const std::string group = group_of(*answer);
  if (group.empty()) co_return unknown(fmt::format("{} has no group to try a rule on", vpc_));
  auto opening = try_ec2(open_ssh_form(group), "the group that lets ssh in could be made");
  co_return co_await std::move(opening);
}

// Policies allow it by our tag, so it can only be tried on what carries that.
Doctor::Look Doctor::look_at_end() {
  if (own_machines_.empty()) {
    co_return unknown(
        fmt::format("no machine of Mayfly's runs in {} that it could be tried on", there_.region));
  }
  Form unprotect = ec2_form("ModifyInstanceAttribute");
  unprotect.add("DryRun", true);
  unprotect.add("InstanceId", own_machines_.front());
  unprotect.add("DisableApiTermination.Value", false);
  auto clearing = try_ec2(std::move(unprotect), "");
  Verdict cleared = co_await std::move(clearing);
  Form end = ec2_form("TerminateInstances");
  end.add("DryRun", true);
  end.add("InstanceId.1", own_machines_.front());
  auto ending = try_ec2(std::move(end), "our machines could be ended");
  Verdict ended = co_await std::move(ending);
  co_return ended.outcome < cleared.outcome ? cleared : ended;
}

Doctor::Look Doctor::look_at_quota() {
  constexpr char kAction[] = "servicequotas:GetServiceQuota";
  json::object body{{"ServiceCode", "ec2"}, {"QuotaCode", kStandardVcpus}};
  auto reading = client_.ask_json("servicequotas", there_, "ServiceQuotasV20190624.GetServiceQuota",
                                  std::move(body), kReadDeadline);
  const CloudResult<json::value> answer = co_await std::move(reading);
  // Nothing but this page needs it, so a key may do without.
  if (!answer && is_denied(answer.error())) {
    co_return unknown(fmt::format("the key is not allowed to {}", kAction));
  }
  if (!answer) co_return unknown(answer.error().message);
  const std::optional<double> value = quota_value(*answer);
  if (!value) co_return unknown("Service Quotas answered without a value");
  const auto vcpus = static_cast<std::int64_t>(std::clamp(*value, 0.0, 1e9));
  std::string detail =
      fmt::format("{} vCPUs of on-demand standard types at once in {}", vcpus, there_.region);
  if (vcpus >= kClusterVcpus) co_return Verdict{.detail = std::move(detail)};
  std::string remedy = fmt::format(
      "aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {} "
      "--desired-value 64 --region {}",
      kStandardVcpus, there_.region);
  if (vcpus == 0) co_return missing(std::move(detail), std::move(remedy));
  detail += fmt::format("; a cluster of three nodes takes at least {}", kClusterVcpus);
  co_return Verdict{FindingOutcome::warning, std::move(detail), std::move(remedy)};
}

Work<Examination> Driver::examine(Credentials credentials, std::string region) {
  const Caller home = at_home(std::move(credentials));
  Caller there = home;
  if (!region.empty()) there.region = std::move(region);
  Doctor doctor(client_, clock_, home, std::move(there));
  auto examining = doctor.examine();
  co_return co_await std::move(examining);
}

}  // namespace mayfly::clouds::aws
