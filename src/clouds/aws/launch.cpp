#include "clouds/aws/driver.h"
#include "clouds/aws/instances.h"
#include "clouds/aws/run_instances.h"
#include "core/assert.h"

namespace mayfly::clouds::aws {
namespace {

// What prepare() found has been deleted since. AWS would call the request wrong, but it is our
// memory that is: other targets, and then a fresh prepare(), can still succeed.
bool names_something_stale(std::string_view code) {
  return code == "InvalidGroup.NotFound" || code == "InvalidSubnetID.NotFound";
}

}  // namespace

Work<std::vector<Instance>> Driver::launch(Credentials credentials, LaunchSpec spec) {
  ASSERT(!spec.names.empty() && spec.names.size() <= kMachinesPerLaunch);
  const Caller caller{.credentials = std::move(credentials), .region = spec.region};
  Form form = run_instances_form(spec);
  auto launching = client_.ec2(caller, std::move(form), kChangeDeadline);
  CloudResult<Xml> answer = co_await std::move(launching);
  if (!answer) {
    CloudFailure& failure = answer.error();
    if (failure.code.ends_with(".NotFound")) facts_.forget(caller);
    if (names_something_stale(failure.code)) failure.reaction = Reaction::next_zone;
    co_return std::unexpected(std::move(failure));
  }
  auto instances = read_launched(*answer, spec.region, spec.names);
  if (!instances) {
    co_return std::unexpected(
        unreadable_answer("RunInstances", "it does not list the machines asked for"));
  }
  co_return std::move(*instances);
}

}  // namespace mayfly::clouds::aws
