// Regions, zones and the default network.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/geography.h"
#include "ec2_actions.h"
#include "filters.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;
using sim::refuse;
using Texts = std::optional<std::vector<std::string>>;

constexpr std::string_view kAlwaysEnabled =
    "us-east-1 us-east-2 us-west-1 us-west-2 ap-south-1 ap-northeast-1 ap-northeast-2 "
    "ap-northeast-3 "
    "ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-west-1 eu-west-2 eu-west-3 "
    "eu-north-1 "
    "sa-east-1 ";

const char* opt_in_status(std::string_view region) {
  return kAlwaysEnabled.contains(std::string(region) + ' ') ? "opt-in-not-required" : "opted-in";
}

// use1-az1 for us-east-1a: the id of the zone, the same in every account.
std::string zone_id(std::string_view zone) {
  std::string id;
  const std::string region(zone.substr(0, zone.size() - 1));
  for (std::size_t at = 0; at != std::string::npos && at < region.size();) {
    const std::size_t dash = std::min(region.find('-', at), region.size());
    const std::string part = region.substr(at, dash - at);
    id += at == 0 ? part : part.substr(0, 1);
    at = dash + 1;
  }
  return fmt::format("{}-az{}", id, zone.back() - 'a' + 1);
}

bool wanted(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

struct Subnet {
  std::string id;
  std::string zone;
  std::string vpc;
  int number = 0;
};

Texts subnet_field(const Subnet& subnet, std::string_view name) {
  const auto one = [](std::string text) { return Texts({std::move(text)}); };
  if (name == "subnet-id") return one(subnet.id);
  if (name == "availability-zone" || name == "availabilityZone") return one(subnet.zone);
  if (name == "availability-zone-id") return one(zone_id(subnet.zone));
  if (name == "vpc-id") return one(subnet.vpc);
  if (name == "default-for-az" || name == "defaultForAz") return one("true");
  if (name == "map-public-ip-on-launch") return one("true");
  if (name == "state") return one("available");
  if (name.starts_with("tag")) return std::vector<std::string>{};
  return std::nullopt;
}

void put_subnet(pugi::xml_node item, const Ec2Call& call, const Subnet& subnet) {
  put(item, "subnetId", subnet.id);
  put(item, "subnetArn",
      fmt::format("arn:aws:ec2:{}:{}:subnet/{}", call.region, call.account, subnet.id));
  put(item, "state", "available");
  put(item, "ownerId", call.account);
  put(item, "vpcId", subnet.vpc);
  put(item, "cidrBlock", fmt::format("172.31.{}.0/20", 16 * subnet.number));
  put(item, "availableIpAddressCount", 4091);
  put(item, "availabilityZone", subnet.zone);
  put(item, "availabilityZoneId", zone_id(subnet.zone));
  put(item, "defaultForAz", true);
  put(item, "mapPublicIpOnLaunch", true);
  put(item, "assignIpv6AddressOnCreation", false);
}

}  // namespace

Outcome<std::string> describe_regions(Ec2&, const Ec2Call& call) {
  XmlAnswer answer("DescribeRegions", call.request_id);
  pugi::xml_node set = answer.root().append_child("regionInfo");
  const std::vector<std::string> names = call.form.list("RegionName");
  const std::vector<Filter> filters = filters_of(call.form);
  for (const std::string& region : sim::regions_of("aws")) {
    const std::string endpoint = fmt::format("ec2.{}.amazonaws.com", region);
    const auto pass = passes(filters, [&](std::string_view name) -> Texts {
      if (name == "region-name") return {{region}};
      if (name == "endpoint") return {{endpoint}};
      if (name == "opt-in-status") return {{std::string(opt_in_status(region))}};
      return std::nullopt;
    });
    if (!pass) return std::unexpected(pass.error());
    if (!*pass || !wanted(names, region)) continue;
    pugi::xml_node item = set.append_child("item");
    put(item, "regionName", region);
    put(item, "regionEndpoint", endpoint);
    put(item, "optInStatus", opt_in_status(region));
  }
  return answer.text();
}

Outcome<std::string> describe_availability_zones(Ec2&, const Ec2Call& call) {
  XmlAnswer answer("DescribeAvailabilityZones", call.request_id);
  pugi::xml_node set = answer.root().append_child("availabilityZoneInfo");
  const std::vector<std::string> names = call.form.list("ZoneName");
  const std::vector<Filter> filters = filters_of(call.form);
  for (const std::string& zone : sim::zones_of(call.region)) {
    const auto pass = passes(filters, [&](std::string_view name) -> Texts {
      if (name == "zone-name") return {{zone}};
      if (name == "zone-id") return {{zone_id(zone)}};
      if (name == "region-name") return {{call.region}};
      if (name == "state") return {{"available"}};
      if (name == "zone-type") return {{"availability-zone"}};
      if (name == "opt-in-status") return {{"opt-in-not-required"}};
      if (name == "group-name") return {{call.region}};
      return std::nullopt;
    });
    if (!pass) return std::unexpected(pass.error());
    if (!*pass || !wanted(names, zone)) continue;
    pugi::xml_node item = set.append_child("item");
    put(item, "optInStatus", "opt-in-not-required");
    item.append_child("messageSet");
    put(item, "regionName", call.region);
    put(item, "zoneName", zone);
    put(item, "zoneId", zone_id(zone));
    put(item, "groupName", call.region);
    put(item, "networkBorderGroup", call.region);
    put(item, "zoneType", "availability-zone");
    put(item, "zoneState", "available");
  }
  return answer.text();
}

Outcome<std::string> describe_subnets(Ec2&, const Ec2Call& call) {
  XmlAnswer answer("DescribeSubnets", call.request_id);
  pugi::xml_node set = answer.root().append_child("subnetSet");
  const std::vector<std::string> ids = call.form.list("SubnetId");
  const std::vector<Filter> filters = filters_of(call.form);
  int number = 0;
  std::size_t found = 0;
  for (const std::string& zone : sim::zones_of(call.region)) {
    const Subnet subnet{sim::subnet_of(call.account, zone), zone,
                        sim::vpc_of(call.account, call.region), number++};
    if (!wanted(ids, subnet.id)) continue;
    ++found;
    const auto pass =
        passes(filters, [&](std::string_view name) { return subnet_field(subnet, name); });
    if (!pass) return std::unexpected(pass.error());
    if (*pass) put_subnet(set.append_child("item"), call, subnet);
  }
  if (found < ids.size()) {
    return refuse(400, "InvalidSubnetID.NotFound",
                  fmt::format("The subnet ID '{}' does not exist", ids.front()));
  }
  return answer.text();
}

Outcome<std::string> describe_vpcs(Ec2&, const Ec2Call& call) {
  const std::string vpc = sim::vpc_of(call.account, call.region);
  if (!wanted(call.form.list("VpcId"), vpc)) {
    return refuse(400, "InvalidVpcID.NotFound",
                  fmt::format("The vpc ID '{}' does not exist", call.form.list("VpcId").front()));
  }
  const auto pass = passes(filters_of(call.form), [&](std::string_view name) -> Texts {
    if (name == "vpc-id") return {{vpc}};
    if (name == "is-default" || name == "isDefault") return {{"true"}};
    if (name == "state") return {{"available"}};
    if (name == "cidr") return {{"172.31.0.0/16"}};
    if (name.starts_with("tag")) return std::vector<std::string>{};
    return std::nullopt;
  });
  if (!pass) return std::unexpected(pass.error());
  XmlAnswer answer("DescribeVpcs", call.request_id);
  pugi::xml_node set = answer.root().append_child("vpcSet");
  if (*pass) {
    pugi::xml_node item = set.append_child("item");
    put(item, "vpcId", vpc);
    put(item, "ownerId", call.account);
    put(item, "state", "available");
    put(item, "cidrBlock", "172.31.0.0/16");
    put(item, "instanceTenancy", "default");
    put(item, "isDefault", true);
  }
  return answer.text();
}

}  // namespace mayfly::cloudsim
