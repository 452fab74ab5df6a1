#include <fmt/format.h>

#include <algorithm>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/driver.h"
#include "clouds/digitalocean/droplet.h"
#include "clouds/digitalocean/tags.h"
#include "core/assert.h"
#include "json/codec.h"
#include "json/print.h"

namespace mayfly::clouds::digitalocean {
namespace {

// What DigitalOcean would refuse with words that help nobody.
CloudResult<void> check_limits(const LaunchSpec& spec) {
  const auto refused = [](std::string message) {
    return std::unexpected(CloudFailure{
        .reaction = Reaction::fatal, .code = "InvalidLaunch", .message = std::move(message)});
  };
  if (spec.user_data.size() > kUserDataBytesMax) {
    return refused(fmt::format("DigitalOcean takes at most {} bytes of user data, not {}.",
                               kUserDataBytesMax, spec.user_data.size()));
  }
  for (const std::string& tag : encode_tags(spec.tags)) {
    if (tag.size() > kTagMax) {
      return refused(
          fmt::format("DigitalOcean takes at most {} characters in a tag: {}", kTagMax, tag));
    }
  }
  return {};
}

std::string create_body(const LaunchSpec& spec) {
  json::object body;
  body["names"] = json::encode(spec.names);
  // Always the full slug: without it a droplet may start anywhere, with "nyc" in any of three.
  body["region"] = json::encode(spec.region);
  body["size"] = json::encode(spec.instance_type);
  body["image"] = json::encode(spec.target.image);
  body["tags"] = json::encode(encode_tags(spec.tags));
  // The ssh key is in here: keys of DigitalOcean's own would have to be made and cleaned up.
  if (!spec.user_data.empty()) body["user_data"] = json::encode(spec.user_data);
  body["backups"] = false;
  body["ipv6"] = false;
  body["monitoring"] = false;
  body["public_networking"] = true;
  // The agent is a way in for DigitalOcean's web console that nobody asked for, and its
  // installation holds apt's lock while the user's own first commands want it.
  body["with_droplet_agent"] = false;
  return json::print(json::value(std::move(body)));
}

CloudFailure partial(std::size_t asked, std::size_t got) {
  return unreadable(
      operation::kCreateDroplets,
      fmt::format("does not show the {} machines asked for (it shows {})", asked, got));
}

// All the machines asked for, in the order of their names, or a failure: with fewer nobody knows
// what became of the rest.
CloudResult<std::vector<Instance>> read_created(const json::value& tree,
                                                const std::vector<std::string>& names) {
  const json::array* droplets = array_of(tree, "droplets");
  if (!droplets || droplets->size() != names.size()) {
    return std::unexpected(partial(names.size(), droplets ? droplets->size() : 0));
  }
  std::vector<Instance> created;
  for (const json::value& droplet : *droplets) {
    auto instance = read_droplet(operation::kCreateDroplets, droplet);
    if (!instance) return std::unexpected(instance.error());
    created.push_back(*std::move(instance));
  }
  std::vector<Instance> ordered;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(created, name, &Instance::name);
    if (found == created.end()) return std::unexpected(partial(names.size(), ordered.size()));
    ordered.push_back(*found);
  }
  return ordered;
}

}  // namespace

Work<std::vector<Instance>> Driver::launch(Credentials credentials, LaunchSpec spec) {
  ASSERT(!spec.names.empty() && spec.names.size() <= kMachinesPerCreate);
  ASSERT(!spec.region.empty());
  if (auto fits = check_limits(spec); !fits) co_return std::unexpected(fits.error());
  if (is_gpu_size(spec.instance_type)) gpus_.launching(credentials.key_id, clock_.now());
  ApiCall call{.operation = operation::kCreateDroplets,
               .method = "POST",
               .path = "/v2/droplets",
               .body = create_body(spec),
               .deadline = kCreateDeadline};
  auto creating = api_.call(credentials.secret, std::move(call));
  const auto tree = co_await std::move(creating);
  if (!tree) {
    // What was remembered about this size or image is out of date.
    const Reaction reaction = tree.error().reaction;
    if (reaction == Reaction::next_offer || reaction == Reaction::skip_region ||
        reaction == Reaction::skip_cloud) {
      availability_.forget(credentials.key_id, spec.target.image);
    }
    co_return std::unexpected(tree.error());
  }
  co_return read_created(*tree, spec.names);
}

}  // namespace mayfly::clouds::digitalocean
