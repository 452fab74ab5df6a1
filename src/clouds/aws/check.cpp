// Whether a key is alive and may launch, without starting anything. GetCallerIdentity cannot be
// denied, so it only proves that the key lives; what it may do is asked of the calls that a launch
// consists of.
#include <algorithm>

#include "clouds/aws/caller_identity.h"
#include "clouds/aws/driver.h"
#include "clouds/aws/run_instances.h"

namespace mayfly::clouds::aws {
namespace {

constexpr char kNoImage[] = "ami-00000000000000000";  // where the region publishes none

// A dry run answers about rights last: EC2 looks at the parameters first. When it stumbles over one
// (no default VPC, the account's limits, an image that an emulator does not know), the key was
// accepted and its rights are not disproved; the launch itself will tell.
bool leaves_rights_open(const CloudFailure& failure) {
  switch (failure.reaction) {
    case Reaction::next_zone:
    case Reaction::next_offer:
    case Reaction::skip_quota:
    case Reaction::skip_region:
    case Reaction::fatal:
      return true;
    case Reaction::again:
    case Reaction::ambiguous:
    case Reaction::skip_cloud:
    case Reaction::key_refused:
    case Reaction::gone:
    case Reaction::unprotect:
      break;
  }
  return false;
}

}  // namespace

Work<std::vector<std::string>> Driver::enabled_regions(Caller caller) {
  Form form = ec2_form("DescribeRegions");
  form.add_filter("opt-in-status", {"opt-in-not-required", "opted-in"});
  auto describing = client_.ec2(std::move(caller), std::move(form), kReadDeadline);
  CO_TRY(const Xml answer, co_await std::move(describing));
  std::vector<std::string> regions;
  for (const pugi::xml_node row : items(answer.root(), "regionInfo")) {
    regions.push_back(text_at(row, {"regionName"}));
  }
  std::ranges::sort(regions);
  co_return regions;
}

// With the tags and the disk of a real launch, because those are rights of their own.
Work<void> Driver::may_launch(Caller caller) {
  auto finding = facts_.image(caller, "amazon-linux-2023", Arch::x86_64);
  const CloudResult<Image> image = co_await std::move(finding);
  if (!image && !leaves_rights_open(image.error())) co_return std::unexpected(image.error());
  LaunchSpec spec{.region = caller.region, .instance_type = "t3.micro"};
  spec.target.image = image ? image->id : kNoImage;
  if (image) spec.target.root_device = image->root_device;
  spec.disk_gib = 25;
  spec.names = {"mayfly-check"};
  spec.tags[tag::kInstallation] = "check";
  Form form = run_instances_form(spec);
  form.add("DryRun", true);
  auto trying = client_.ec2(std::move(caller), std::move(form), kReadDeadline);
  const CloudResult<Xml> answer = co_await std::move(trying);
  // A passed dry run is an error too: DryRunOperation.
  if (answer || answer.error().code == "DryRunOperation" || leaves_rights_open(answer.error())) {
    co_return CloudResult<void>();
  }
  co_return std::unexpected(answer.error());
}

Work<Identity> Driver::check(Credentials credentials) {
  const Caller caller = at_home(std::move(credentials));
  auto asking = caller_identity(client_, caller);
  CO_TRY(Identity identity, co_await std::move(asking));
  auto listing = enabled_regions(caller);
  CO_TRY(identity.regions, co_await std::move(listing));
  auto trying = may_launch(caller);
  const CloudResult<void> allowed = co_await std::move(trying);
  if (!allowed) co_return std::unexpected(allowed.error());
  co_return identity;
}

}  // namespace mayfly::clouds::aws
