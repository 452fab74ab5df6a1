// What types there are, and where.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "clouds/sim/geography.h"
#include "ec2_actions.h"
#include "filters.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using pricing::ListedType;
using sim::Outcome;
using sim::refuse;
using Texts = std::optional<std::vector<std::string>>;

constexpr std::size_t kTypesByNameMax = 100;

// Positions in lists that do not change while the simulator runs.
struct Page {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string next;
};

Outcome<Page> page_of(const Form& form, std::size_t total, std::size_t page_min,
                      std::size_t page_max) {
  const std::string token = form.text("NextToken");
  Page page{.begin = 0, .end = total};
  if (!token.empty()) {
    const auto [end, error] =
        std::from_chars(token.data(), token.data() + token.size(), page.begin);
    if (error != std::errc{} || end != token.data() + token.size() || page.begin > total) {
      return refuse(400, "InvalidNextToken", "The NextToken is invalid");
    }
  }
  std::size_t size = page_max;
  if (form.has("MaxResults")) {
    const auto asked = form.number("MaxResults");
    if (!asked || *asked < static_cast<std::int64_t>(page_min) ||
        *asked > static_cast<std::int64_t>(page_max)) {
      return refuse(400, "InvalidMaxResults",
                    fmt::format("MaxResults must be between {} and {}", page_min, page_max));
    }
    size = static_cast<std::size_t>(*asked);
  }
  page.end = std::min(total, page.begin + size);
  if (page.end < total) page.next = std::to_string(page.end);
  return page;
}

struct Offering {
  std::string type;
  std::string location;
};

// Where a type is to be had, in the words of the location type asked for.
std::vector<std::string> locations(const std::string& kind, const std::string& region,
                                   const std::string& type) {
  if (kind == "region") return {region};
  std::vector<std::string> zones = sim::zones_of(region);
  std::erase_if(zones, [&](const std::string& zone) { return !sim::zone_offers(zone, type); });
  return zones;
}

bool is_bare_metal(std::string_view type) {
  return type.contains("metal");
}

void put_type(pugi::xml_node item, const ListedType& type) {
  const bool arm = type.arch == Arch::arm64;
  put(item, "instanceType", type.instance_type);
  put(item, "currentGeneration", true);
  put(item, "freeTierEligible", false);
  put(item.append_child("supportedUsageClasses"), "item", "on-demand");
  put(item.append_child("supportedRootDeviceTypes"), "item", "ebs");
  put(item.append_child("supportedVirtualizationTypes"), "item", "hvm");
  put(item, "bareMetal", is_bare_metal(type.instance_type));
  if (!is_bare_metal(type.instance_type)) put(item, "hypervisor", "nitro");
  pugi::xml_node processor = item.append_child("processorInfo");
  put(processor.append_child("supportedArchitectures"), "item", arm ? "arm64" : "x86_64");
  put(item.append_child("vCpuInfo"), "defaultVCpus", type.vcpus);
  put(item.append_child("memoryInfo"), "sizeInMiB", type.memory_gib.value * 1024 / 1'000'000);
  put(item, "instanceStorageSupported", false);
  put(item, "burstablePerformanceSupported", type.burstable);
  put(item, "dedicatedHostsSupported", false);
  put(item, "autoRecoverySupported", true);
}

Texts type_field(const ListedType& type, std::string_view name) {
  const auto one = [](std::string text) { return Texts({std::move(text)}); };
  if (name == "instance-type") return one(type.instance_type);
  if (name == "processor-info.supported-architecture") {
    return one(type.arch == Arch::arm64 ? "arm64" : "x86_64");
  }
  if (name == "vcpu-info.default-vcpus") return one(std::to_string(type.vcpus));
  if (name == "memory-info.size-in-mib") {
    return one(std::to_string(type.memory_gib.value * 1024 / 1'000'000));
  }
  if (name == "burstable-performance-supported") return one(type.burstable ? "true" : "false");
  if (name == "bare-metal") return one(is_bare_metal(type.instance_type) ? "true" : "false");
  if (name == "current-generation") return one("true");
  if (name == "supported-usage-class") return one("on-demand");
  return std::nullopt;
}

// The types named, or all of the region.
Outcome<std::vector<const ListedType*>> types_asked_for(Ec2& ec2, const Ec2Call& call) {
  const std::vector<std::string> names = call.form.list("InstanceType");
  if (names.empty()) return ec2.shop.in_region("aws", call.region);
  if (names.size() > kTypesByNameMax || call.form.has("MaxResults")) {
    return refuse(400, "InvalidParameterCombination",
                  "At most 100 instance types may be named, and not together with MaxResults");
  }
  std::vector<const ListedType*> types;
  for (const std::string& name : names) {
    const ListedType* type = ec2.shop.find("aws", call.region, name);
    if (!type) {
      return refuse(400, "InvalidInstanceType",
                    fmt::format("The following supplied instance types do not exist: [{}]", name));
    }
    types.push_back(type);
  }
  return types;
}

}  // namespace

Outcome<std::string> describe_instance_type_offerings(Ec2& ec2, const Ec2Call& call) {
  const std::string kind = call.form.text("LocationType", "region");
  if (kind != "region" && kind != "availability-zone") {
    return refuse(400, "InvalidParameterValue",
                  fmt::format("Value ({}) for parameter locationType is invalid.", kind));
  }
  const std::vector<Filter> filters = filters_of(call.form);
  std::vector<Offering> offerings;
  for (const ListedType* type : ec2.shop.in_region("aws", call.region)) {
    for (std::string& location : locations(kind, call.region, type->instance_type)) {
      const auto pass = passes(filters, [&](std::string_view name) -> Texts {
        if (name == "instance-type") return {{type->instance_type}};
        if (name == "location") return {{location}};
        return std::nullopt;
      });
      if (!pass) return std::unexpected(pass.error());
      if (*pass) offerings.push_back({type->instance_type, std::move(location)});
    }
  }
  const auto page = page_of(call.form, offerings.size(), 5, 1000);
  if (!page) return std::unexpected(page.error());
  XmlAnswer answer("DescribeInstanceTypeOfferings", call.request_id);
  pugi::xml_node set = answer.root().append_child("instanceTypeOfferingSet");
  for (std::size_t i = page->begin; i < page->end; ++i) {
    pugi::xml_node item = set.append_child("item");
    put(item, "instanceType", offerings[i].type);
    put(item, "location", offerings[i].location);
    put(item, "locationType", kind);
  }
  if (!page->next.empty()) put(answer.root(), "nextToken", page->next);
  return answer.text();
}

Outcome<std::string> describe_instance_types(Ec2& ec2, const Ec2Call& call) {
  const auto asked = types_asked_for(ec2, call);
  if (!asked) return std::unexpected(asked.error());
  const std::vector<Filter> filters = filters_of(call.form);
  std::vector<const ListedType*> types;
  for (const ListedType* type : *asked) {
    const auto pass =
        passes(filters, [&](std::string_view name) { return type_field(*type, name); });
    if (!pass) return std::unexpected(pass.error());
    if (*pass) types.push_back(type);
  }
  const auto page = page_of(call.form, types.size(), 5, 100);
  if (!page) return std::unexpected(page.error());
  XmlAnswer answer("DescribeInstanceTypes", call.request_id);
  pugi::xml_node set = answer.root().append_child("instanceTypeSet");
  for (std::size_t i = page->begin; i < page->end; ++i) {
    put_type(set.append_child("item"), *types[i]);
  }
  if (!page->next.empty()) put(answer.root(), "nextToken", page->next);
  return answer.text();
}

}  // namespace mayfly::cloudsim
