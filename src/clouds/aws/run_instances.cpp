#include "clouds/aws/run_instances.h"

#include <algorithm>
#include <array>

#include "clouds/aws/instances.h"
#include "clouds/base64.h"

namespace mayfly::clouds::aws {
namespace {

// The disk takes the image's own root device name; any other would add a second, billed disk.
void add_root_disk(Form& form, const LaunchSpec& spec) {
  if (spec.target.root_device.empty()) return;
  form.add("BlockDeviceMapping.1.DeviceName", spec.target.root_device);
  form.add("BlockDeviceMapping.1.Ebs.VolumeSize", spec.disk_gib);
  form.add("BlockDeviceMapping.1.Ebs.VolumeType", "gp3");
  form.add("BlockDeviceMapping.1.Ebs.DeleteOnTermination", true);
  form.add("BlockDeviceMapping.1.Ebs.Encrypted", true);
}

// The interface form, because only it can say that the public address does not hang on the subnet's
// setting.
void add_network(Form& form, const LaunchTarget& target) {
  form.add("NetworkInterface.1.DeviceIndex", 0);
  form.add("NetworkInterface.1.AssociatePublicIpAddress", true);
  form.add("NetworkInterface.1.DeleteOnTermination", true);
  if (!target.subnet.empty()) form.add("NetworkInterface.1.SubnetId", target.subnet);
  if (!target.security_group.empty()) {
    form.add("NetworkInterface.1.SecurityGroupId.1", target.security_group);
  }
}

// Tagged at launch: a tag added later leaves a moment in which a crash would lose the machine.
void add_tags(Form& form, const LaunchSpec& spec) {
  std::map<std::string, std::string> tags = spec.tags;
  tags["Name"] = name_tag_of(spec.names);
  for (const char* type : {"instance", "volume", "network-interface"}) form.add_tags(type, tags);
}

}  // namespace

bool is_burstable(std::string_view instance_type) {
  static constexpr std::array<std::string_view, 4> kFamilies = {"t2", "t3", "t3a", "t4g"};
  return std::ranges::find(kFamilies, instance_type.substr(0, instance_type.find('.'))) !=
         kFamilies.end();
}

Form run_instances_form(const LaunchSpec& spec) {
  Form form = ec2_form("RunInstances");
  form.add("ImageId", spec.target.image);
  form.add("InstanceType", spec.instance_type);
  form.add("MinCount", spec.names.size());
  form.add("MaxCount", spec.names.size());
  if (!spec.token.empty()) form.add("ClientToken", spec.token);
  if (!spec.user_data.empty()) form.add("UserData", base64_encode(spec.user_data));
  add_root_disk(form, spec);
  add_network(form, spec.target);
  add_tags(form, spec);
  form.add("MetadataOptions.HttpTokens", "required");
  form.add("MetadataOptions.HttpPutResponseHopLimit", 2);
  form.add("MetadataOptions.HttpEndpoint", "enabled");
  // A shutdown from inside then is a teardown, not a stopped machine whose disk goes on costing.
  form.add("InstanceInitiatedShutdownBehavior", "terminate");
  if (is_burstable(spec.instance_type)) form.add("CreditSpecification.CpuCredits", "standard");
  return form;
}

}  // namespace mayfly::clouds::aws
