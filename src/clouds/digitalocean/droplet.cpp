#include "clouds/digitalocean/droplet.h"

#include <fmt/format.h>

#include <algorithm>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/tags.h"
#include "http/message.h"

namespace mayfly::clouds::digitalocean {
namespace {

void read_state(const json::value& droplet, Instance& instance) {
  const std::string status = text_of(droplet, "status").value_or("");
  if (status == "active") {
    instance.state = InstanceState::running;
  } else if (status == "off") {
    instance.state = InstanceState::stopped;
  } else if (status == "archive") {
    instance.state = InstanceState::terminated;
  } else {
    // Something we do not know exists and is billed, but nobody should be told that it is ready.
    instance.state = InstanceState::pending;
    if (status != "new") instance.state_reason = fmt::format("unknown status '{}'", status);
  }
}

void read_addresses(const json::value& droplet, Instance& instance) {
  const json::value* networks = member_of(droplet, "networks");
  const json::array* addresses = networks ? array_of(*networks, "v4") : nullptr;
  if (!addresses) return;  // not assigned yet
  for (const json::value& address : *addresses) {
    const std::string type = text_of(address, "type").value_or("");
    const std::string ip = text_of(address, "ip_address").value_or("");
    if (type == "public" && instance.public_ip.empty()) instance.public_ip = ip;
    if (type == "private" && instance.private_ip.empty()) instance.private_ip = ip;
  }
}

void read_tags(const json::value& droplet, Instance& instance) {
  const json::array* tags = array_of(droplet, "tags");
  if (!tags) return;
  for (const json::value& tag : *tags) {
    const auto* text = tag.if_string();
    if (!text) continue;
    const std::string_view written(text->data(), text->size());
    auto ours = decode_tag(written);
    if (!ours) continue;
    // In other capitals than we write them a tag still says which reservation a machine belongs to;
    // but whether it is ours at all, and may be swept away, only the exact one says.
    if (ours->first == tag::kInstallation && encode_tag(ours->first, ours->second) != written)
      continue;
    instance.tags.insert(*std::move(ours));
  }
}

}  // namespace

CloudResult<Instance> read_droplet(std::string_view operation, const json::value& droplet) {
  const auto id = integer_of(droplet, "id");
  if (!id || *id <= 0) return std::unexpected(unreadable(operation, "has a droplet without an id"));
  const auto name = text_of(droplet, "name");
  const auto created = parse_time(text_of(droplet, "created_at").value_or(""));
  if (!name || !created) {
    return std::unexpected(unreadable(
        operation, fmt::format("has no {} for droplet {}", name ? "created_at" : "name", *id)));
  }
  Instance instance{.id = fmt::format("{}", *id),
                    .name = *name,
                    .instance_type = text_of(droplet, "size_slug").value_or(""),
                    .launched_at = *created};
  if (const json::value* region = member_of(droplet, "region")) {
    instance.region = text_of(*region, "slug").value_or("");
  }
  read_state(droplet, instance);
  read_addresses(droplet, instance);
  read_tags(droplet, instance);
  return instance;
}

bool carries_tag(const json::value& droplet, std::string_view tag) {
  const json::array* tags = array_of(droplet, "tags");
  return tags && std::ranges::any_of(*tags, [&](const json::value& found) {
           const auto* text = found.if_string();
           return text &&
                  http::equals_ignoring_case(std::string_view(text->data(), text->size()), tag);
         });
}

}  // namespace mayfly::clouds::digitalocean
