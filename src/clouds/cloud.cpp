#include "clouds/cloud.h"

#include <fmt/format.h>

#include "model/clouds.h"

namespace mayfly::clouds {
namespace {

Finding accepted(const Identity& identity) {
  return {.check = "identity",
          .outcome = FindingOutcome::ok,
          .detail = fmt::format("account {}, {}", identity.account, identity.name)};
}

Finding refused(const CloudFailure& failure, std::string_view cloud) {
  return {.check = "identity",
          .outcome = FindingOutcome::missing,
          .detail = failure.message,
          .remedy = fmt::format("mayfly keys add {}", cloud_of_driver(cloud))};
}

}  // namespace

void Cloud::examine(const Credentials& credentials, std::string region, Loop& loop,
                    Done<CloudResult<Examination>> done) {
  auto judge = [cloud = name(), region = std::move(region),
                done = std::move(done)](CloudResult<Identity> identity) mutable {
    const bool found_out = identity || identity.error().reaction == Reaction::key_refused ||
                           identity.error().reaction == Reaction::skip_cloud;
    if (!found_out) return done(std::unexpected(std::move(identity).error()));
    done(Examination{std::move(region),
                     {identity ? accepted(*identity) : refused(identity.error(), cloud)}});
  };
  check(credentials, loop, std::move(judge));
}

}  // namespace mayfly::clouds
