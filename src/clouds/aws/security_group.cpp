#include "clouds/aws/security_group.h"

#include <fmt/format.h>

namespace mayfly::clouds::aws {
namespace {

struct Group {
  std::string id;  // empty: there is none
  bool has_rules = false;
};

Work<Group> find_group(SignedClient& client, Caller caller, std::string vpc, std::string name) {
  Form form = ec2_form("DescribeSecurityGroups");
  form.add_filter("group-name", {name});
  form.add_filter("vpc-id", {vpc});
  auto describing = client.ec2(std::move(caller), std::move(form), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(describing));
  const std::vector<pugi::xml_node> rows = items(answer.root(), "securityGroupInfo");
  if (rows.empty()) co_return Group{};
  Group group{.id = text_at(rows.front(), {"groupId"}),
              .has_rules = !items(rows.front(), "ipPermissions").empty()};
  co_return group;
}

Work<Group> create_group(SignedClient& client, Caller caller, std::string vpc,
                         const GroupSpec& spec) {
  Form form = ec2_form("CreateSecurityGroup");
  form.add("GroupName", spec.name);
  form.add("GroupDescription", spec.description);
  form.add("VpcId", vpc);
  form.add_tags("security-group", {{"Name", spec.name}});
  auto creating = client.ec2(std::move(caller), std::move(form), kChangeDeadline);
  CO_TRY(const Xml answer, co_await std::move(creating));
  Group group{.id = text_at(answer.root(), {"groupId"})};
  if (group.id.empty()) {
    co_return std::unexpected(unreadable_answer("CreateSecurityGroup", "it has no group id"));
  }
  co_return group;
}

Work<void> open_ports(SignedClient& client, Caller caller, std::string group,
                      const std::vector<OpenPort>& ports) {
  Form form = ec2_form("AuthorizeSecurityGroupIngress");
  form.add("GroupId", group);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::string rule = fmt::format("IpPermissions.{}", i + 1);
    form.add(rule + ".IpProtocol", "tcp");
    form.add(rule + ".FromPort", ports[i].port);
    form.add(rule + ".ToPort", ports[i].port);
    form.add(rule + ".IpRanges.1.CidrIp", ports[i].cidr);
    if (!ports[i].ipv6_cidr.empty()) form.add(rule + ".Ipv6Ranges.1.CidrIpv6", ports[i].ipv6_cidr);
  }
  auto authorizing = client.ec2(std::move(caller), std::move(form), kChangeDeadline);
  CloudResult<Xml> answer = co_await std::move(authorizing);
  if (answer || answer.error().code == "InvalidPermission.Duplicate") co_return CloudResult<void>();
  // Created a moment ago and not known everywhere yet.
  if (answer.error().code == "InvalidGroup.NotFound") answer.error().reaction = Reaction::again;
  co_return std::unexpected(answer.error());
}

}  // namespace

GroupSpec shared_group() {
  return {
      .name = kGroupName,
      .description = "Mayfly: ssh to the machines it starts. Shared by all of them, costs nothing.",
      .open = {{.port = 22, .cidr = "0.0.0.0/0", .ipv6_cidr = "::/0"}}};
}

Work<std::string> ensure_security_group(SignedClient& client, Caller caller, std::string vpc,
                                        GroupSpec spec) {
  auto finding = find_group(client, caller, vpc, spec.name);
  CO_TRY(Group group, co_await std::move(finding));
  if (group.id.empty()) {
    auto creating = create_group(client, caller, vpc, spec);
    CloudResult<Group> created = co_await std::move(creating);
    if (created) {
      group = *created;
    } else if (created.error().code == "InvalidGroup.Duplicate") {
      // Somebody else was faster, and may not have come to the rules yet.
      auto finding_theirs = find_group(client, caller, vpc, spec.name);
      CO_TRY(group, co_await std::move(finding_theirs));
    } else {
      co_return std::unexpected(created.error());
    }
  }
  if (group.id.empty()) {
    co_return std::unexpected(CloudFailure{
        .reaction = Reaction::again,
        .code = "InvalidGroup.NotFound",
        .message =
            fmt::format("The security group '{}' in {} is not visible yet.", spec.name, vpc)});
  }
  if (!group.has_rules) {
    auto opening = open_ports(client, caller, group.id, spec.open);
    const CloudResult<void> opened = co_await std::move(opening);
    if (!opened) co_return std::unexpected(opened.error());
  }
  co_return group.id;
}

}  // namespace mayfly::clouds::aws
