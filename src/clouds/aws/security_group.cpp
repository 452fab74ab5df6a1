#include "clouds/aws/security_group.h"

#include <fmt/format.h>

namespace mayfly::clouds::aws {
namespace {

// EC2 allows no apostrophe or quote in a description.
constexpr char kGroupDescription[] =
    "Mayfly: ssh to the machines it starts. Shared by all of them, costs nothing.";

struct Group {
  std::string id;  // empty: there is none
  bool has_rules = false;
};

Work<Group> find_group(SignedClient& client, Caller caller, std::string vpc) {
  Form form = ec2_form("DescribeSecurityGroups");
  form.add_filter("group-name", {kGroupName});
  form.add_filter("vpc-id", {vpc});
  auto describing = client.ec2(std::move(caller), std::move(form), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(describing));
  const std::vector<pugi::xml_node> rows = items(answer.root(), "securityGroupInfo");
  if (rows.empty()) co_return Group{};
  Group group{.id = text_at(rows.front(), {"groupId"}),
              .has_rules = !items(rows.front(), "ipPermissions").empty()};
  co_return group;
}

Work<Group> create_group(SignedClient& client, Caller caller, std::string vpc) {
  Form form = ec2_form("CreateSecurityGroup");
  form.add("GroupName", kGroupName);
  form.add("GroupDescription", kGroupDescription);
  form.add("VpcId", vpc);
  form.add_tags("security-group", {{"Name", kGroupName}});
  auto creating = client.ec2(std::move(caller), std::move(form), kChangeDeadline);
  CO_TRY(const Xml answer, co_await std::move(creating));
  Group group{.id = text_at(answer.root(), {"groupId"})};
  if (group.id.empty()) {
    co_return std::unexpected(unreadable_answer("CreateSecurityGroup", "it has no group id"));
  }
  co_return group;
}

Work<void> open_ssh(SignedClient& client, Caller caller, std::string group) {
  Form form = ec2_form("AuthorizeSecurityGroupIngress");
  form.add("GroupId", group);
  form.add("IpPermissions.1.IpProtocol", "tcp");
  form.add("IpPermissions.1.FromPort", 22);
  form.add("IpPermissions.1.ToPort", 22);
  form.add("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0");
  form.add("IpPermissions.1.Ipv6Ranges.1.CidrIpv6", "::/0");
  auto authorizing = client.ec2(std::move(caller), std::move(form), kChangeDeadline);
  CloudResult<Xml> answer = co_await std::move(authorizing);
  if (answer || answer.error().code == "InvalidPermission.Duplicate") co_return CloudResult<void>();
  // Created a moment ago and not known everywhere yet.
  if (answer.error().code == "InvalidGroup.NotFound") answer.error().reaction = Reaction::again;
  co_return std::unexpected(answer.error());
}

}  // namespace

Work<std::string> ensure_security_group(SignedClient& client, Caller caller, std::string vpc) {
  auto finding = find_group(client, caller, vpc);
  CO_TRY(Group group, co_await std::move(finding));
  if (group.id.empty()) {
    auto creating = create_group(client, caller, vpc);
    CloudResult<Group> created = co_await std::move(creating);
    if (created) {
      group = *created;
    } else if (created.error().code == "InvalidGroup.Duplicate") {
      // Somebody else was faster, and may not have come to the rules yet.
      auto finding_theirs = find_group(client, caller, vpc);
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
            fmt::format("The security group '{}' in {} is not visible yet.", kGroupName, vpc)});
  }
  if (!group.has_rules) {
    auto opening = open_ssh(client, caller, group.id);
    const CloudResult<void> opened = co_await std::move(opening);
    if (!opened) co_return std::unexpected(opened.error());
  }
  co_return group.id;
}

}  // namespace mayfly::clouds::aws
