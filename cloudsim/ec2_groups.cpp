// Security groups over the wire.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/geography.h"
#include "ec2_actions.h"
#include "filters.h"
#include "instance_xml.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;
using sim::refuse;
using Texts = std::optional<std::vector<std::string>>;

std::unexpected<sim::CloudError> no_group(const std::string& id) {
  return refuse(400, "InvalidGroup.NotFound",
                fmt::format("The security group '{}' does not exist", id));
}

Texts group_field(const Group& group, std::string_view name) {
  const auto one = [](std::string text) { return Texts({std::move(text)}); };
  if (name == "group-name") return one(group.name);
  if (name == "group-id") return one(group.id);
  if (name == "vpc-id") return one(group.vpc);
  if (name == "description") return one(group.description);
  std::vector<std::string> texts;
  for (const auto& [key, value] : group.tags) {
    if (name == "tag-key") texts.push_back(key);
    if (name.starts_with("tag:") && name.substr(4) == key) texts.push_back(value);
  }
  if (name == "tag-key" || name.starts_with("tag:")) return texts;
  return std::nullopt;
}

void put_permission(pugi::xml_node item, const Permission& permission) {
  put(item, "ipProtocol", permission.protocol);
  if (!permission.from_port.empty()) put(item, "fromPort", permission.from_port);
  if (!permission.to_port.empty()) put(item, "toPort", permission.to_port);
  const bool group = permission.source.starts_with("sg-");
  const bool v6 = permission.source.contains(':');
  pugi::xml_node groups = item.append_child("groups");
  pugi::xml_node ranges = item.append_child("ipRanges");
  pugi::xml_node ranges6 = item.append_child("ipv6Ranges");
  if (group)
    put(groups.append_child("item"), "groupId", permission.source);
  else if (v6)
    put(ranges6.append_child("item"), "cidrIpv6", permission.source);
  else
    put(ranges.append_child("item"), "cidrIp", permission.source);
}

void put_group(pugi::xml_node item, const Ec2Call& call, const Group& group) {
  put(item, "ownerId", call.account);
  put(item, "groupId", group.id);
  put(item, "groupName", group.name);
  put(item, "groupDescription", group.description);
  put(item, "vpcId", group.vpc);
  pugi::xml_node ingress = item.append_child("ipPermissions");
  for (const Permission& permission : group.ingress) {
    put_permission(ingress.append_child("item"), permission);
  }
  pugi::xml_node egress = item.append_child("ipPermissionsEgress").append_child("item");
  put_permission(egress, {.protocol = "-1", .from_port = {}, .to_port = {}, .source = "0.0.0.0/0"});
  put_tags(item, group.tags);
}

std::vector<Permission> permissions_of(const Form& form) {
  std::vector<Permission> permissions;
  for (const int index : form.indices("IpPermissions")) {
    const std::string prefix = fmt::format("IpPermissions.{}", index);
    Permission permission{.protocol = form.text(prefix + ".IpProtocol"),
                          .from_port = form.text(prefix + ".FromPort"),
                          .to_port = form.text(prefix + ".ToPort"),
                          .source = {}};
    constexpr const char* kSources[][2] = {
        {"IpRanges", "CidrIp"}, {"Ipv6Ranges", "CidrIpv6"}, {"Groups", "GroupId"}};
    for (const auto& [list, member] : kSources) {
      for (const int each : form.indices(fmt::format("{}.{}", prefix, list))) {
        permission.source = form.text(fmt::format("{}.{}.{}.{}", prefix, list, each, member));
        permissions.push_back(permission);
      }
    }
  }
  if (form.has("IpProtocol")) {
    permissions.push_back(
        {form.text("IpProtocol"), form.text("FromPort"), form.text("ToPort"), form.text("CidrIp")});
  }
  return permissions;
}

}  // namespace

Outcome<std::string> describe_security_groups(Ec2& ec2, const Ec2Call& call) {
  const std::vector<std::string> ids = call.form.list("GroupId");
  const std::vector<std::string> names = call.form.list("GroupName");
  for (const std::string& id : ids) {
    if (!ec2.groups.find(call.region, id)) return no_group(id);
  }
  XmlAnswer answer("DescribeSecurityGroups", call.request_id);
  pugi::xml_node set = answer.root().append_child("securityGroupInfo");
  const std::vector<Filter> filters = filters_of(call.form);
  for (const auto& [id, group] : ec2.groups.in(call.region)) {
    if (!ids.empty() && std::ranges::find(ids, id) == ids.end()) continue;
    if (!names.empty() && std::ranges::find(names, group.name) == names.end()) continue;
    const auto pass =
        passes(filters, [&](std::string_view name) { return group_field(group, name); });
    if (!pass) return std::unexpected(pass.error());
    if (*pass) put_group(set.append_child("item"), call, group);
  }
  return answer.text();
}

Outcome<std::string> create_security_group(Ec2& ec2, const Ec2Call& call) {
  const Form& form = call.form;
  for (const char* name : {"GroupName", "GroupDescription"}) {
    if (form.text(name).empty()) {
      return refuse(400, "MissingParameter",
                    fmt::format("The request must contain the parameter {}", name));
    }
  }
  if (form.text("GroupName").starts_with("sg-")) {
    return refuse(400, "InvalidParameterValue", "Group names may not be in the format sg-*.");
  }
  const std::string vpc = sim::vpc_of(call.account, call.region);
  if (form.text("VpcId", vpc) != vpc) {
    return refuse(400, "InvalidVpcID.NotFound",
                  fmt::format("The vpc ID '{}' does not exist", form.text("VpcId")));
  }
  const auto id = ec2.groups.create(call.region, {.name = form.text("GroupName"),
                                                  .description = form.text("GroupDescription"),
                                                  .vpc = vpc,
                                                  .tags = form.tags("TagSpecification.1.Tag")});
  if (!id) return std::unexpected(id.error());
  XmlAnswer answer("CreateSecurityGroup", call.request_id);
  put(answer.root(), "return", true);
  put(answer.root(), "groupId", *id);
  put_tags(answer.root(), form.tags("TagSpecification.1.Tag"));
  return answer.text();
}

Outcome<std::string> delete_security_group(Ec2& ec2, const Ec2Call& call) {
  const std::string id = call.form.text("GroupId");
  if (!ec2.groups.find(call.region, id)) return no_group(id);
  for (const sim::Machine* machine : ec2.world.listed("aws", call.account, call.region)) {
    if (machine->security_group == id && machine->alive_at(ec2.world.now())) {
      return refuse(400, "DependencyViolation",
                    fmt::format("resource {} has a dependent object", id));
    }
  }
  for (const sim::Machine* cluster : ec2.world.listed("emr", call.account, call.region)) {
    if (cluster->alive_at(ec2.world.now()) &&
        (cluster->security_group == id || std::ranges::find(cluster->cluster->master_groups, id) !=
                                              cluster->cluster->master_groups.end())) {
      return refuse(400, "DependencyViolation",
                    fmt::format("resource {} has a dependent object", id));
    }
  }
  if (id == sim::default_group_of(call.account, call.region)) {
    return refuse(400, "CannotDelete", "the specified group cannot be deleted by a user");
  }
  ec2.groups.in(call.region).erase(id);
  return say_true("DeleteSecurityGroup", call.request_id);
}

Outcome<std::string> authorize_security_group_ingress(Ec2& ec2, const Ec2Call& call) {
  Group* group = ec2.groups.find(call.region, call.form.text("GroupId"));
  if (!group) return no_group(call.form.text("GroupId"));
  const std::vector<Permission> permissions = permissions_of(call.form);
  if (permissions.empty()) {
    return refuse(400, "MissingParameter", "The request must contain the parameter ipPermissions");
  }
  for (const Permission& permission : permissions) {
    if (!group->ingress.contains(permission)) continue;
    return refuse(
        400, "InvalidPermission.Duplicate",
        fmt::format("the specified rule \"peer: {}, {}, from port: {}, to port: {}, ALLOW\" "
                    "already exists",
                    permission.source, permission.protocol, permission.from_port,
                    permission.to_port));
  }
  group->ingress.insert(permissions.begin(), permissions.end());
  return say_true("AuthorizeSecurityGroupIngress", call.request_id);
}

}  // namespace mayfly::cloudsim
