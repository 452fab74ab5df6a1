#include "ec2_actions.h"

#include <algorithm>

#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

constexpr Ec2ActionRow kActions[] = {
    {"RunInstances",
     "ImageId InstanceType MinCount MaxCount ClientToken KeyName UserData BlockDeviceMapping "
     "NetworkInterface SubnetId SecurityGroupId SecurityGroup TagSpecification MetadataOptions "
     "InstanceInitiatedShutdownBehavior DisableApiTermination CreditSpecification Placement "
     "Monitoring EbsOptimized InstanceMarketOptions IamInstanceProfile",
     run_instances},
    {"TerminateInstances", "InstanceId", terminate_instances},
    {"ModifyInstanceAttribute", "InstanceId DisableApiTermination Attribute Value",
     modify_instance_attribute},
    {"DescribeInstances", "InstanceId Filter MaxResults NextToken", describe_instances},
    {"DescribeRegions", "RegionName Filter AllRegions", describe_regions},
    {"DescribeAvailabilityZones", "ZoneName ZoneId Filter AllAvailabilityZones",
     describe_availability_zones},
    {"DescribeSubnets", "SubnetId Filter MaxResults NextToken", describe_subnets},
    {"DescribeVpcs", "VpcId Filter MaxResults NextToken", describe_vpcs},
    {"DescribeInstanceTypeOfferings", "LocationType Filter MaxResults NextToken",
     describe_instance_type_offerings},
    {"DescribeInstanceTypes", "InstanceType Filter MaxResults NextToken", describe_instance_types},
    {"DescribeSecurityGroups", "GroupId GroupName Filter MaxResults NextToken",
     describe_security_groups},
    {"CreateSecurityGroup", "GroupName GroupDescription VpcId TagSpecification",
     create_security_group},
    {"DeleteSecurityGroup", "GroupId GroupName", delete_security_group},
    {"AuthorizeSecurityGroupIngress",
     "GroupId GroupName IpPermissions IpProtocol FromPort ToPort CidrIp TagSpecification",
     authorize_security_group_ingress},
    {"ImportKeyPair", "KeyName PublicKeyMaterial TagSpecification", import_key_pair},
    {"DescribeKeyPairs", "KeyName KeyPairId Filter IncludePublicKey", describe_key_pairs},
    {"DeleteKeyPair", "KeyName KeyPairId", delete_key_pair},
    {"DescribeImages",
     "ImageId Owner ExecutableBy Filter IncludeDeprecated IncludeDisabled MaxResults NextToken",
     describe_images},
    {"CreateTags", "ResourceId Tag", create_tags},
    {"DescribeTags", "Filter MaxResults NextToken", describe_tags},
};

}  // namespace

const Ec2ActionRow* find_ec2_action(std::string_view name) {
  const auto found = std::ranges::find(kActions, name, &Ec2ActionRow::name);
  return found == std::end(kActions) ? nullptr : &*found;
}

sim::Outcome<std::string> run_or_try(Ec2& ec2, const Ec2ActionRow& row, const Ec2Call& call) {
  if (!call.form.flag("DryRun") || row.run == run_instances) return row.run(ec2, call);
  return sim::refuse(412, "DryRunOperation",
                     "Request would have succeeded, but DryRun flag is set.");
}

sim::CallSite ec2_site(const Ec2Call& call) {
  const Form& form = call.form;
  sim::CallSite site{.cloud = "aws",
                     .account = call.account,
                     .region = call.region,
                     .operation = form.text("Action")};
  if (site.operation == "RunInstances" && !form.flag("DryRun")) {
    site.instance_type = form.text("InstanceType");
    site.machines =
        static_cast<int>(std::clamp<std::int64_t>(form.number("MaxCount").value_or(1), 1, 1000));
  } else if (site.operation == "TerminateInstances") {
    site.machines = static_cast<int>(form.indices("InstanceId").size());
  } else if (site.operation.starts_with("Describe")) {
    site.unfiltered =
        !form.has("MaxResults") && !form.has_any("Filter") && !form.has_any("InstanceId");
  }
  return site;
}

std::string say_true(std::string_view action, const std::string& request_id) {
  XmlAnswer answer(action, request_id);
  put(answer.root(), "return", true);
  return answer.text();
}

}  // namespace mayfly::cloudsim
