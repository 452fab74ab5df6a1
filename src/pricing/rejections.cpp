#include "pricing/rejections.h"

#include <fmt/format.h>

#include <algorithm>

#include "json/codec.h"
#include "model/clouds.h"

namespace mayfly::pricing {
namespace {

// emr-6.15.0 -> "release: Amazon EMR 6.15.0 does not take this type"
std::string release_reason(std::string_view release) {
  return fmt::format("release: {} {} does not take this type", cloud_title(kEmr),
                     release.substr(release.find('-') + 1));
}

}  // namespace

void Rejections::add(const Verdict& verdict, const Part& part, const Row& row) {
  Group& group = groups_[verdict];
  if (group.offers++ == 0) group.low = group.high = row;
  group.low.vcpus = std::min(group.low.vcpus, row.vcpus);
  group.high.vcpus = std::max(group.high.vcpus, row.vcpus);
  group.low.memory = std::min(group.low.memory, row.memory);
  group.high.memory = std::max(group.high.memory, row.memory);
  group.low.included_disk_gib = std::min(group.low.included_disk_gib, row.included_disk_gib);
  group.high.included_disk_gib = std::max(group.high.included_disk_gib, row.included_disk_gib);
  // A part's first row of the group is its cheapest.
  if (group.last_part == &part || !part.bucket->offered) return;
  group.last_part = &part;
  const Candidate candidate = query_.candidate(part, row);
  if (!group.cheapest || candidate < *group.cheapest) group.cheapest = candidate;
}

std::vector<Rejection> Rejections::list() const {
  std::vector<Rejection> rejections;
  for (const auto& [verdict, group] : groups_) {
    Rejection& rejection = rejections.emplace_back();
    rejection.reason = reason(verdict, group);
    rejection.offers = group.offers;
    if (group.cheapest) rejection.example = query_.offer(*group.cheapest);
  }
  return rejections;
}

// "vcpus: has 1, needs at least 2".
std::string Rejections::size_reason(const Verdict& verdict, const Group& group) const {
  const auto say = [](std::string_view field, auto low, auto high, std::string needs) {
    return low == high ? fmt::format("{}: has {}, needs {}", field, low, needs)
                       : fmt::format("{}: needs {}", field, needs);
  };
  const std::string_view amount = request_.match == Match::exact     ? "exactly"
                                  : request_.match == Match::closest ? "about"
                                                                     : "at least";
  switch (verdict.constraint) {
    case Constraint::vcpus:
      return say("vcpus", group.low.vcpus, group.high.vcpus,
                 fmt::format("{} {}", amount, request_.vcpus.value_or(0)));
    case Constraint::memory_gib:
      return say("memory_gib", print_millionths(group.low.memory),
                 print_millionths(group.high.memory),
                 fmt::format("{} {}", amount, to_string(request_.memory_gib.value_or(Gib{}))));
    default:
      return say("disk_gib", group.low.included_disk_gib, group.high.included_disk_gib,
                 fmt::format("at least {}", request_.disk_gib));
  }
}

std::string Rejections::reason(const Verdict& verdict, const Group& group) const {
  switch (verdict.constraint) {
    case Constraint::none:
      break;
    case Constraint::release:
      return release_reason(cluster_of(request_).release);
    case Constraint::clouds:
      return "clouds: not among those asked for";
    case Constraint::key:
      return fmt::format("key: none for {}",
                         cloud_title(cloud_of_driver(query_.index().cloud_name(verdict.detail))));
    case Constraint::image:
      return fmt::format("image: {} is not for this cloud", request_.image);
    case Constraint::regions:
      if (request_.regions && !request_.regions->empty())
        return "regions: not among those asked for";
      if (!reach_.default_regions.empty()) return "regions: not among the default regions";
      return "regions: us-gov-* only when named";
    case Constraint::enabled_region:
      return "regions: not enabled for the account";
    case Constraint::disk_price:
      return "regions: nothing is offered where the disk price is unknown";
    case Constraint::instance_type:
      return fmt::format("instance_type: is not {}", *request_.instance_type);
    case Constraint::only_by_name:
      return "instance_type: GPUs, bare metal, special and bygone families only by name";
    case Constraint::arch:
      return fmt::format("arch: is not {}", json::enum_name(request_.arch));
    case Constraint::burstable:
      return "burstable: is, and that is excluded";
    case Constraint::vcpus:
    case Constraint::memory_gib:
    case Constraint::disk_gib:
      return size_reason(verdict, group);
    case Constraint::max_price:
      return fmt::format("max_price_usd_hour: {} more than {}",
                         request_.kind == Kind::cluster ? "a node costs" : "costs",
                         to_string(*request_.max_price_usd_hour));
    case Constraint::excluded:
      return fmt::format("excluded: {}", reach_.exclusions[verdict.detail].reason);
    case Constraint::not_closest:
      return "match: another of the cloud is closer or, as close, cheaper";
  }
  return {};
}

}  // namespace mayfly::pricing
