#include <fmt/format.h>

#include "clouds/aws/driver.h"
#include "json/codec.h"

namespace mayfly::clouds::aws {
namespace {

std::optional<CloudFailure> misfit(const Image& image, const PrepareSpec& spec) {
  const std::string wanted(json::enum_name(spec.arch));
  if (image.arch == wanted || spec.arch == Arch::any || image.arch.empty()) return std::nullopt;
  return CloudFailure{
      .reaction = Reaction::fatal,
      .code = "InvalidParameterValue",
      .message = fmt::format("{} is an image for {}, but {} is a machine for {}. Ask for arch {}.",
                             image.id, image.arch, spec.instance_type, wanted, image.arch)};
}

}  // namespace

// The cheapest questions first; the security group, which may have to be made, last.
Work<std::vector<LaunchTarget>> Driver::prepare(Credentials credentials, PrepareSpec spec) {
  const Caller caller{.credentials = std::move(credentials), .region = spec.region};
  auto finding_image = facts_.image(caller, spec.image, spec.arch);
  CO_TRY(const Image image, co_await std::move(finding_image));
  if (std::optional<CloudFailure> failure = misfit(image, spec))
    co_return std::unexpected(*failure);
  auto finding_zones = facts_.zones(caller, spec.instance_type);
  CO_TRY(const std::vector<std::string> zones, co_await std::move(finding_zones));
  if (zones.empty()) co_return targets_in(spec, zones, {});
  auto finding_network = facts_.network(caller);
  CO_TRY(const Network network, co_await std::move(finding_network));
  CO_TRY(std::vector<LaunchTarget> targets, targets_in(spec, zones, network));
  for (LaunchTarget& target : targets) {
    target.image = image.id;
    target.root_device = image.root_device;
  }
  co_return targets;
}

}  // namespace mayfly::clouds::aws
