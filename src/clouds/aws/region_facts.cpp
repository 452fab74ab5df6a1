#include "clouds/aws/region_facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "clouds/aws/security_group.h"

namespace mayfly::clouds::aws {
namespace {

std::string remembered_below(const Caller& caller) {
  return fmt::format("{}\n{}\n", caller.credentials.key_id, caller.region);
}

std::string remembered_name(const Caller& caller, std::string_view rest) {
  return fmt::format("{}\n{}\n{}\n", caller.credentials.key_id, caller.region, rest);
}

std::string value_of_parameter(const json::value& answer) {
  const json::object* tree = answer.if_object();
  const json::value* parameter = tree ? tree->if_contains("Parameter") : nullptr;
  const json::object* members = parameter ? parameter->if_object() : nullptr;
  const json::value* value = members ? members->if_contains("Value") : nullptr;
  const boost::json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

CloudFailure unknown_image(std::string_view name) {
  return {.reaction = Reaction::fatal,
          .code = "UnknownImage",
          .message = fmt::format(
              "AWS boots no image named '{}': use ubuntu-24.04, ubuntu-22.04, debian-12, "
              "amazon-linux-2023 or an AMI id.",
              name)};
}

// AWS refuses an unknown id, but leaves out one that the account may not see.
CloudFailure no_such_image(std::string_view id, std::string_view region) {
  return {.reaction = Reaction::fatal,
          .code = "InvalidAMIID.NotFound",
          .message = fmt::format(
              "The account sees no image {} in {}. Image ids differ from region to region.", id,
              region)};
}

CloudFailure no_default_subnets(std::string_view region) {
  return {.reaction = Reaction::skip_region,
          .code = "VPCIdNotSpecified",
          .message = fmt::format(
              "The account has no default VPC with subnets in {0}. Run `aws ec2 "
              "create-default-vpc --region {0}` (or create-default-subnet where the VPC "
              "exists).",
              region)};
}

CloudFailure no_such_subnet(std::string_view subnet, std::string_view region) {
  return {.reaction = Reaction::fatal,
          .code = "InvalidSubnetID.NotFound",
          .message = fmt::format(
              "The account has no subnet {} in {}: name one in `subnet` that is there, or leave it "
              "out to use the default VPC.",
              subnet, region)};
}

CloudFailure not_sold(const PrepareSpec& spec) {
  const bool named = spec.cluster && !spec.cluster->subnet.empty();
  return {.reaction = Reaction::next_offer,
          .code = "Unsupported",
          .message = fmt::format("No zone of {} with {} offers {}.", spec.region,
                                 named ? "the subnet " + spec.cluster->subnet : "a default subnet",
                                 spec.instance_type)};
}

}  // namespace

CloudResult<std::vector<LaunchTarget>> targets_in(const PrepareSpec& spec,
                                                  const std::vector<std::string>& zones,
                                                  const Network& network) {
  std::vector<LaunchTarget> targets;
  for (const std::string& zone : zones) {
    const auto subnet = network.subnets.find(zone);
    if (subnet == network.subnets.end()) continue;
    targets.push_back(
        {.zone = zone, .subnet = subnet->second, .security_group = network.security_group});
  }
  if (targets.empty()) return std::unexpected(not_sold(spec));
  return targets;
}

std::string image_parameter(std::string_view image, Arch arch) {
  const bool arm = arch == Arch::arm64;
  const std::string_view debian_arch = arm ? "arm64" : "amd64";
  if (image == "amazon-linux-2023") {
    return fmt::format("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}",
                       arm ? "arm64" : "x86_64");
  }
  if (image == "debian-12")
    return fmt::format("/aws/service/debian/release/12/latest/{}", debian_arch);
  // Canonical names the disk type that the image was built on, which changed after 22.04.
  constexpr std::string_view kUbuntu =
      "/aws/service/canonical/ubuntu/server/{}/stable/current/{}/hvm/{}/ami-id";
  if (image == "ubuntu-24.04") return fmt::format(kUbuntu, "24.04", debian_arch, "ebs-gp3");
  if (image == "ubuntu-22.04") return fmt::format(kUbuntu, "22.04", debian_arch, "ebs-gp2");
  return {};
}

RegionFacts::RegionFacts(SignedClient& client, const Clock& clock)
    : client_(client),
      images_(clock, kFactsAge),
      zones_(clock, kFactsAge),
      networks_(clock, kFactsAge) {}

void RegionFacts::forget(const Caller& caller) {
  const std::string beginning = remembered_below(caller);
  images_.forget(beginning);
  zones_.forget(beginning);
  networks_.forget(beginning);
}

Work<Image> RegionFacts::image(Caller caller, std::string name, Arch arch) {
  std::string key = remembered_name(
      caller, fmt::format("{}\n{}", name, arch == Arch::arm64 ? "arm64" : "x86_64"));
  auto ask = [this, caller, name, arch] { return ask_image(caller, name, arch); };
  return images_.get(std::move(key), std::move(ask));
}

Work<std::vector<std::string>> RegionFacts::zones(Caller caller, std::string instance_type) {
  std::string key = remembered_name(caller, instance_type);
  auto ask = [this, caller, instance_type] { return ask_zones(caller, instance_type); };
  return zones_.get(std::move(key), std::move(ask));
}

Work<Network> RegionFacts::network(Caller caller, std::string subnet) {
  std::string key = remembered_name(caller, subnet);
  auto ask = [this, caller, subnet] { return ask_network(caller, subnet); };
  return networks_.get(std::move(key), std::move(ask));
}

Work<Image> RegionFacts::ask_image(Caller caller, std::string name, Arch arch) {
  std::string id = name;
  if (!name.starts_with("ami-")) {
    const std::string parameter = image_parameter(name, arch);
    if (parameter.empty()) co_return std::unexpected(unknown_image(name));
    json::object body{{"Name", parameter}};
    auto reading = client_.ssm(caller, "AmazonSSM.GetParameter", std::move(body), kReadDeadline);
    CO_TRY(const json::value answer, co_await std::move(reading));
    id = value_of_parameter(answer);
    if (!id.starts_with("ami-")) {
      co_return std::unexpected(unreadable_answer("GetParameter", "it names no image"));
    }
  }
  Form form = ec2_form("DescribeImages");
  form.add("ImageId.1", id);
  auto describing = client_.ec2(caller, std::move(form), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(describing));
  const std::vector<pugi::xml_node> rows = items(answer.root(), "imagesSet");
  if (rows.empty()) co_return std::unexpected(no_such_image(id, caller.region));
  Image image{.id = id,
              .root_device = text_at(rows.front(), {"rootDeviceName"}),
              .arch = text_at(rows.front(), {"architecture"})};
  if (image.root_device.empty()) {
    co_return std::unexpected(unreadable_answer("DescribeImages", "the image has no root device"));
  }
  co_return image;
}

Work<std::vector<std::string>> RegionFacts::ask_zones(Caller caller, std::string instance_type) {
  Form form = ec2_form("DescribeInstanceTypeOfferings");
  form.add("LocationType", "availability-zone");
  form.add_filter("instance-type", {instance_type});
  auto describing = client_.ec2(caller, std::move(form), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(describing));
  if (!child(answer.root(), "instanceTypeOfferingSet")) {
    co_return std::unexpected(unreadable_answer("DescribeInstanceTypeOfferings", "it has no list"));
  }
  std::vector<std::string> zones;
  for (const pugi::xml_node row : items(answer.root(), "instanceTypeOfferingSet")) {
    zones.push_back(text_at(row, {"location"}));
  }
  std::ranges::sort(zones);
  co_return zones;
}

Work<Network> RegionFacts::ask_network(Caller caller, std::string subnet) {
  Form form = ec2_form("DescribeSubnets");
  if (subnet.empty()) {
    form.add_filter("default-for-az", {"true"});
  } else {
    form.add_filter("subnet-id", {subnet});
  }
  form.add_filter("state", {"available"});
  auto describing = client_.ec2(caller, std::move(form), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(describing));
  Network network;
  for (const pugi::xml_node row : items(answer.root(), "subnetSet")) {
    network.subnets[text_at(row, {"availabilityZone"})] = text_at(row, {"subnetId"});
    network.vpc = text_at(row, {"vpcId"});
  }
  if (network.subnets.empty()) {
    co_return std::unexpected(subnet.empty() ? no_default_subnets(caller.region)
                                             : no_such_subnet(subnet, caller.region));
  }
  auto ensuring = ensure_security_group(client_, caller, network.vpc, shared_group());
  CO_TRY(network.security_group, co_await std::move(ensuring));
  co_return network;
}

}  // namespace mayfly::clouds::aws
