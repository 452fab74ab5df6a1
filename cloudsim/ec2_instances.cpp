// Starting and ending instances.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/ec2.h"
#include "clouds/sim/emr.h"
#include "clouds/sim/geography.h"
#include "ec2_actions.h"
#include "instance_xml.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;
using sim::refuse;

constexpr std::size_t kInstanceUserDataMax = 16'384;
constexpr int kRootGibDefault = 8;

Outcome<void> missing(std::string_view name) {
  return refuse(400, "MissingParameter",
                fmt::format("The request must contain the parameter {}", name));
}

// The size that base64 text decodes to; nullopt when it is not base64.
std::optional<std::size_t> decoded_size(std::string_view text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  const bool valid = text.size() % 4 == 0 && std::ranges::all_of(digits, [](unsigned char c) {
                       return std::isalnum(c) || c == '+' || c == '/';
                     });
  return valid ? std::optional(text.size() / 4 * 3 - padding) : std::nullopt;
}

Outcome<void> check_form(const Form& form) {
  for (const char* name : {"ImageId", "InstanceType", "MinCount", "MaxCount"}) {
    if (!form.has(name)) return missing(name);
  }
  if (form.text("ClientToken").size() > 64) {
    return refuse(400, "InvalidParameterValue", "ClientToken may have at most 64 characters");
  }
  const auto user_data = decoded_size(form.text("UserData"));
  if (!user_data) {
    return refuse(400, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  }
  if (*user_data > kInstanceUserDataMax) {
    return refuse(400, "InvalidParameterValue", "User data is limited to 16384 bytes");
  }
  if (form.has_any("NetworkInterface") &&
      (form.has("SubnetId") || form.has_any("SecurityGroupId"))) {
    return refuse(
        400, "InvalidParameterCombination",
        "Network interfaces and an instance-level subnet ID or security groups may not be "
        "specified on the same request");
  }
  return {};
}

// Tags for the instances themselves.
Outcome<std::map<std::string, std::string>> instance_tags(const Form& form) {
  std::map<std::string, std::string> tags;
  for (const int index : form.indices("TagSpecification")) {
    const std::string prefix = fmt::format("TagSpecification.{}", index);
    const std::string type = form.text(prefix + ".ResourceType");
    if (type != "instance" && type != "volume" && type != "network-interface" &&
        type != "spot-instances-request") {
      return refuse(
          400, "InvalidParameterValue",
          fmt::format("'{}' is not a valid taggable resource type for this operation.", type));
    }
    for (const auto& [key, value] : form.tags(prefix + ".Tag")) {
      if (key.starts_with("aws:")) {
        return refuse(400, "InvalidParameterValue",
                      "Tag keys starting with 'aws:' are reserved for internal use");
      }
      if (key.empty() || key.size() > 128 || value.size() > 256) {
        return refuse(400, "InvalidParameterValue", fmt::format("Tag '{}' is invalid", key));
      }
      if (type == "instance") tags[key] = value;
    }
  }
  if (tags.size() > 50) return refuse(400, "TagLimitExceeded", "At most 50 tags");
  return tags;
}

// All disks of one instance: what is billed. A mapping that does not name the image's root device
// adds a disk to it, which is EC2's way and a mistake worth seeing in the ledger.
int disk_gib(const Form& form, const std::string& region) {
  const sim::Image* image = sim::find_image(region, form.text("ImageId"));
  int root = kRootGibDefault;
  int others = 0;
  for (const int index : form.indices("BlockDeviceMapping")) {
    const std::string prefix = fmt::format("BlockDeviceMapping.{}", index);
    const int size = static_cast<int>(std::clamp<std::int64_t>(
        form.number(prefix + ".Ebs.VolumeSize").value_or(kRootGibDefault), 1, 65'536));
    if (image && form.text(prefix + ".DeviceName") == image->root_device)
      root = size;
    else
      others += size;
  }
  return root + others;
}

Outcome<sim::ec2::Launch> read_launch(Ec2& ec2, const Ec2Call& call) {
  const Form& form = call.form;
  if (const auto checked = check_form(form); !checked) return std::unexpected(checked.error());
  auto tags = instance_tags(form);
  if (!tags) return std::unexpected(tags.error());
  std::string subnet = form.text("SubnetId", form.text("NetworkInterface.1.SubnetId"));
  std::vector<std::string> groups = form.list("SecurityGroupId");
  if (groups.empty()) groups = form.list("NetworkInterface.1.SecurityGroupId");
  for (const std::string& group : groups) {
    if (ec2.groups.find(call.region, group)) continue;
    return refuse(400, "InvalidGroup.NotFound",
                  fmt::format("The security group '{}' does not exist", group));
  }
  const auto number = [&](const char* name) {
    return static_cast<int>(std::clamp<std::int64_t>(form.number(name).value_or(-1), -1, 100'000));
  };
  return sim::ec2::Launch{.region = call.region,
                          .instance_type = form.text("InstanceType"),
                          .image = form.text("ImageId"),
                          .zone = form.text("Placement.AvailabilityZone"),
                          .subnet = std::move(subnet),
                          .security_group = groups.empty() ? std::string{} : groups.front(),
                          .at_least = number("MinCount"),
                          .at_most = number("MaxCount"),
                          .token = form.text("ClientToken"),
                          .parameters = form.fingerprint(),
                          .disk_gib = disk_gib(form, call.region),
                          .terminate_protected = form.flag("DisableApiTermination"),
                          .tags = *std::move(tags)};
}

void put_change(pugi::xml_node item, const sim::ec2::StateChange& change) {
  put(item, "instanceId", change.id);
  put_state(item.append_child("currentState"), change.now);
  put_state(item.append_child("previousState"), change.before);
}

}  // namespace

Outcome<std::string> run_instances(Ec2& ec2, const Ec2Call& call) {
  const auto launch = read_launch(ec2, call);
  if (!launch) return std::unexpected(launch.error());
  if (call.form.flag("DryRun")) {
    if (const auto possible = sim::ec2::check(ec2.world, call.account, *launch); !possible) {
      return std::unexpected(possible.error());
    }
    return refuse(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  }
  const auto machines = sim::ec2::launch(ec2.world, call.account, *launch);
  if (!machines) return std::unexpected(machines.error());
  XmlAnswer answer("RunInstances", call.request_id);
  put(answer.root(), "reservationId", machines->front()->reservation);
  put(answer.root(), "ownerId", call.account);
  answer.root().append_child("groupSet");
  pugi::xml_node instances = answer.root().append_child("instancesSet");
  for (const sim::Machine* machine : *machines) {
    put_instance(instances.append_child("item"), ec2, *machine);
  }
  return answer.text();
}

Outcome<std::string> terminate_instances(Ec2& ec2, const Ec2Call& call) {
  std::vector<std::string> ids = call.form.list("InstanceId");
  const bool none = ids.empty();
  std::vector<sim::ec2::StateChange> changes;
  std::erase_if(ids, [&](const std::string& id) {
    if (!sim::emr::end_node(ec2.world, call.account, call.region, id)) return false;
    changes.push_back({id, InstanceState::running, InstanceState::shutting_down});
    return true;
  });
  if (none || !ids.empty()) {
    const auto others = sim::ec2::terminate(ec2.world, call.account, call.region, ids);
    if (!others) return std::unexpected(others.error());
    changes.insert(changes.end(), others->begin(), others->end());
  }
  XmlAnswer answer("TerminateInstances", call.request_id);
  pugi::xml_node instances = answer.root().append_child("instancesSet");
  for (const auto& change : changes) put_change(instances.append_child("item"), change);
  return answer.text();
}

Outcome<std::string> modify_instance_attribute(Ec2& ec2, const Ec2Call& call) {
  const Form& form = call.form;
  const bool by_value = form.has("DisableApiTermination.Value");
  if (!by_value && form.text("Attribute") != "disableApiTermination") {
    return refuse(400, "InvalidParameterCombination", "No attributes specified.");
  }
  const bool on = by_value ? form.flag("DisableApiTermination.Value") : form.flag("Value");
  const auto done = sim::ec2::set_terminate_protection(ec2.world, call.account, call.region,
                                                       form.text("InstanceId"), on);
  if (!done) return std::unexpected(done.error());
  return say_true("ModifyInstanceAttribute", call.request_id);
}

}  // namespace mayfly::cloudsim
