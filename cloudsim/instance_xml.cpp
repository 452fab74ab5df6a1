#include "instance_xml.h"

#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/ec2.h"
#include "clouds/sim/geography.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

std::string dashed(std::string ip) {
  std::ranges::replace(ip, '.', '-');
  return ip;
}

void put_network(pugi::xml_node item, const sim::Machine& machine, Time now) {
  const std::string public_ip = public_ip_of(machine, now);
  const std::string private_ip = private_ip_of(machine, now);
  put(item, "privateDnsName", private_dns_of(machine, now));
  put(item, "dnsName", public_dns_of(machine, now));
  if (machine.state_at(now) == InstanceState::terminated) return;
  put(item, "subnetId", machine.subnet);
  put(item, "vpcId", sim::vpc_of(machine.account, machine.region));
  if (!private_ip.empty()) put(item, "privateIpAddress", private_ip);
  if (!public_ip.empty()) put(item, "ipAddress", public_ip);
}

void put_groups(pugi::xml_node item, Ec2& ec2, const sim::Machine& machine) {
  pugi::xml_node group = item.append_child("groupSet").append_child("item");
  put(group, "groupId", machine.security_group);
  const Group* known = ec2.groups.find(machine.region, machine.security_group);
  put(group, "groupName", known ? known->name : std::string{});
}

void put_reason(pugi::xml_node item, const sim::Machine& machine, InstanceState state) {
  if (state == InstanceState::pending) {
    pugi::xml_node reason = item.append_child("stateReason");
    put(reason, "code", "pending");
    put(reason, "message", "pending");
  } else if (state != InstanceState::running && !machine.end_code.empty()) {
    pugi::xml_node reason = item.append_child("stateReason");
    put(reason, "code", machine.end_code);
    put(reason, "message", machine.end_reason);
  }
}

// "User initiated (2026-01-02 03:04:05 GMT)": all that EC2 tells of when a machine stopped or
// ended. For some of those that did so by themselves it tells no time; here it always does.
std::string transition_reason(const sim::World& world, const sim::Machine& machine) {
  const auto since = machine.state_since_at(world.now());
  if (!since) return {};
  std::string stamp = to_string(world.stated(*since));
  stamp[10] = ' ';
  stamp.pop_back();
  const bool asked_for = machine.end_code.starts_with("Client.");
  return fmt::format("{} ({} GMT)", asked_for ? "User initiated" : machine.end_reason, stamp);
}

void put_disk(pugi::xml_node item, const sim::Machine& machine, const std::string& root_device,
              const std::string& launch_time) {
  pugi::xml_node mapping = item.append_child("blockDeviceMapping").append_child("item");
  put(mapping, "deviceName", root_device);
  pugi::xml_node ebs = mapping.append_child("ebs");
  put(ebs, "volumeId", volume_of(machine));
  put(ebs, "status", "attached");
  put(ebs, "attachTime", launch_time);
  put(ebs, "deleteOnTermination", true);
}

}  // namespace

std::string volume_of(const sim::Machine& machine) {
  return "vol-" + machine.id.substr(2);
}

std::string public_ip_of(const sim::Machine& machine, Time now) {
  const InstanceState state = machine.state_at(now);
  const bool has = now >= machine.addresses_from &&
                   (state == InstanceState::pending || state == InstanceState::running);
  return has ? machine.public_ip : std::string{};
}

std::string private_ip_of(const sim::Machine& machine, Time now) {
  return machine.state_at(now) == InstanceState::terminated ? std::string{} : machine.private_ip;
}

std::string public_dns_of(const sim::Machine& machine, Time now) {
  const std::string address = public_ip_of(machine, now);
  if (address.empty()) return {};
  return fmt::format("ec2-{}.{}.amazonaws.com", dashed(address),
                     machine.region == "us-east-1" ? "compute-1" : machine.region + ".compute");
}

std::string private_dns_of(const sim::Machine& machine, Time now) {
  const std::string address = private_ip_of(machine, now);
  return address.empty() ? "" : "ip-" + dashed(address) + ".ec2.internal";
}

void put_state(pugi::xml_node state, InstanceState value) {
  put(state, "code", sim::ec2::state_code(value));
  put(state, "name", std::string(sim::ec2::state_name(value)));
}

void put_tags(pugi::xml_node parent, const std::map<std::string, std::string>& tags) {
  if (tags.empty()) return;
  pugi::xml_node set = parent.append_child("tagSet");
  for (const auto& [key, value] : tags) {
    pugi::xml_node tag = set.append_child("item");
    put(tag, "key", key);
    put(tag, "value", value);
  }
}

void put_instance(pugi::xml_node item, Ec2& ec2, const sim::Machine& machine) {
  const Time now = ec2.world.now();
  const InstanceState state = machine.state_at(now);
  const sim::Image* image = sim::find_image(machine.region, machine.image);
  const std::string launch_time = xml_time(ec2.world.stated(machine.created));
  put(item, "instanceId", machine.id);
  put(item, "imageId", machine.image);
  put_state(item.append_child("instanceState"), state);
  put_network(item, machine, now);
  put(item, "reason", transition_reason(ec2.world, machine));
  put(item, "amiLaunchIndex", machine.launch_index);
  item.append_child("productCodes");
  put(item, "instanceType", machine.instance_type);
  put(item, "launchTime", launch_time);
  pugi::xml_node placement = item.append_child("placement");
  put(placement, "availabilityZone", machine.zone);
  put(placement, "groupName", "");
  put(placement, "tenancy", "default");
  put(item.append_child("monitoring"), "state", "disabled");
  put_groups(item, ec2, machine);
  put_reason(item, machine, state);
  put(item, "architecture", image && image->arch == Arch::arm64 ? "arm64" : "x86_64");
  put(item, "rootDeviceType", "ebs");
  put(item, "rootDeviceName", image ? image->root_device : std::string("/dev/xvda"));
  if (state != InstanceState::terminated) {
    put_disk(item, machine, image ? image->root_device : std::string("/dev/xvda"), launch_time);
  }
  put(item, "virtualizationType", "hvm");
  if (!machine.token.empty()) put(item, "clientToken", machine.token);
  put_tags(item, machine.tags);
  put(item, "hypervisor", "xen");
  put(item, "ebsOptimized", false);
}

}  // namespace mayfly::cloudsim
