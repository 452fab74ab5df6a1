#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/driver.h"
#include "clouds/digitalocean/droplet.h"
#include "clouds/digitalocean/tags.h"

namespace mayfly::clouds::digitalocean {

// What is looked for, and what has been found so far by any of the ways.
struct Driver::Found {
  std::vector<std::string> tags;   // all of them, or
  std::vector<std::string> names;  // one of them
  std::map<std::int64_t, Instance> by_id;

  bool wants(const json::value& droplet) const {
    const std::string name = text_of(droplet, "name").value_or("");
    if (std::ranges::find(names, name) != names.end()) return true;
    return !tags.empty() && std::ranges::all_of(tags, [&](const std::string& tag) {
      return carries_tag(droplet, tag);
    });
  }

  CloudResult<void> add(const json::value& droplet) {
    auto instance = read_droplet(operation::kListDroplets, droplet);
    if (!instance) return std::unexpected(instance.error());
    by_id.insert_or_assign(integer_of(droplet, "id").value_or(0), *std::move(instance));
    return {};
  }

  std::vector<Instance> instances() && {
    std::vector<Instance> all;
    for (auto& [id, instance] : by_id) all.push_back(std::move(instance));
    return all;
  }
};

namespace {

// The narrowest of our tags; the listing takes only one.
std::string narrowest(const std::map<std::string, std::string>& tags) {
  for (const char* key : {tag::kAttempt, tag::kReservation, tag::kInstallation}) {
    const auto found = tags.find(key);
    if (found != tags.end()) return encode_tag(found->first, found->second);
  }
  return encode_tag(tags.begin()->first, tags.begin()->second);
}

}  // namespace

// A look-up decides whether a machine is bought twice, so it asks in every way there is: by tag, by
// each name (tags are put on after the create, names with it), and in the GPU listing always,
// because after a restart nobody here knows which size the launch was for. The filters cannot be
// combined.
Work<std::vector<Instance>> Driver::look_up(Credentials credentials, Cloud::LookUp what) {
  Found found{.tags = encode_tags(what.tags), .names = what.names};
  if (!what.tags.empty()) {
    auto finding = find_by_tag(credentials.secret, narrowest(what.tags), found);
    const auto done = co_await std::move(finding);
    if (!done) co_return std::unexpected(done.error());
  }
  for (const std::string& name : what.names) {
    auto finding = find_by_name(credentials.secret, name, found);
    const auto done = co_await std::move(finding);
    if (!done) co_return std::unexpected(done.error());
  }
  if (!what.tags.empty() || !what.names.empty()) {
    auto finding = find_gpus(credentials.secret, found);
    const auto done = co_await std::move(finding);
    if (!done) co_return std::unexpected(done.error());
  }
  co_return std::move(found).instances();
}

Work<std::vector<Instance>> Driver::list(Credentials credentials, std::string region,
                                         std::string installation, Gpus gpus) {
  const std::string tag = encode_tag(tag::kInstallation, installation);
  Found found{.tags = {tag}, .names = {}};
  auto finding = find_by_tag(credentials.secret, tag, found);
  const auto done = co_await std::move(finding);
  if (!done) co_return std::unexpected(done.error());
  if (gpus == Gpus::always || gpus_.is_due(credentials.key_id, clock_.now())) {
    const std::size_t before = found.by_id.size();
    auto finding_gpus = find_gpus(credentials.secret, found);
    const auto gpus_done = co_await std::move(finding_gpus);
    if (!gpus_done) co_return std::unexpected(gpus_done.error());
    gpus_.listed(credentials.key_id, clock_.now(), found.by_id.size() > before);
  }
  std::vector<Instance> instances = std::move(found).instances();
  if (!region.empty()) {
    std::erase_if(instances, [&](const Instance& instance) { return instance.region != region; });
  }
  co_return instances;
}

Work<void> Driver::find_by_tag(Secret token, std::string tag, Found& found) {
  auto visit = [&found, &tag](const json::value& droplet) -> CloudResult<void> {
    // A server that ignores the filter would show us other people's machines; one that hides tags
    // would make ours look gone. Either way the listing proves nothing.
    if (!carries_tag(droplet, tag)) {
      return std::unexpected(unreadable(
          operation::kListDroplets,
          fmt::format(
              "shows a droplet without the tag {} that it was asked for (the token needs tag:read)",
              tag)));
    }
    if (!found.wants(droplet)) return {};
    return found.add(droplet);
  };
  Listing listing{.operation = operation::kListDroplets,
                  .path = "/v2/droplets",
                  .filter = fmt::format("tag_name={}", http::percent_encode(tag)),
                  .member = "droplets"};
  auto reading = read_pages(api_, std::move(token), std::move(listing), std::move(visit));
  co_return co_await std::move(reading);
}

Work<void> Driver::find_by_name(Secret token, std::string name, Found& found) {
  auto visit = [&found, &name](const json::value& droplet) -> CloudResult<void> {
    if (text_of(droplet, "name") != name) return {};  // equal in another case
    return found.add(droplet);
  };
  Listing listing{.operation = operation::kListDroplets,
                  .path = "/v2/droplets",
                  .filter = fmt::format("name={}", http::percent_encode(name)),
                  .member = "droplets"};
  auto reading = read_pages(api_, std::move(token), std::move(listing), std::move(visit));
  co_return co_await std::move(reading);
}

Work<void> Driver::find_gpus(Secret token, Found& found) {
  auto visit = [&found](const json::value& droplet) -> CloudResult<void> {
    return found.wants(droplet) ? found.add(droplet) : CloudResult<void>{};
  };
  Listing listing{.operation = operation::kListDroplets,
                  .path = "/v2/droplets",
                  .filter = "type=gpus",
                  .member = "droplets"};
  auto reading = read_pages(api_, std::move(token), std::move(listing), std::move(visit));
  co_return co_await std::move(reading);
}

}  // namespace mayfly::clouds::digitalocean
