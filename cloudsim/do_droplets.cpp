#include <fmt/format.h>

#include "clouds/sim/droplets.h"
#include "clouds/sim/geography.h"
#include "digitalocean_api.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using sim::Machine;
using sim::Outcome;

constexpr std::size_t kDropletUserDataMax = 64u << 10;

std::int64_t number_of(const Machine& droplet) {
  return std::stoll(droplet.id);
}

json::object networks_json(const Machine& droplet, Time now) {
  json::array v4;
  if (now >= droplet.addresses_from) {
    v4.push_back({{"ip_address", droplet.private_ip},
                  {"netmask", "255.255.0.0"},
                  {"gateway", ""},
                  {"type", "private"}});
    v4.push_back({{"ip_address", droplet.public_ip},
                  {"netmask", "255.255.240.0"},
                  {"gateway", "164.0.0.1"},
                  {"type", "public"}});
  }
  return {{"v4", std::move(v4)}, {"v6", json::array{}}};
}

json::object droplet_json(DigitalOcean& state, const Machine& droplet) {
  const Time now = state.world.now();
  json::object size = size_json(state, droplet.instance_type);
  json::array tags;
  if (now >= droplet.tags_from) {
    for (const auto& [tag, nothing] : droplet.tags) tags.emplace_back(tag);
  }
  const json::value memory = size["memory"];
  const json::value vcpus = size["vcpus"];
  const json::value disk = size["disk"];
  const bool is_new = droplet.state_at(now) == InstanceState::pending;
  return {{"id", number_of(droplet)},
          {"name", droplet.name},
          {"memory", memory},
          {"vcpus", vcpus},
          {"disk", disk},
          {"disk_info",
           json::array{{{"type", "local"}, {"size", {{"amount", disk}, {"unit", "gib"}}}}}},
          {"locked", is_new},
          {"status", std::string(sim::droplets::status_name(droplet.state_at(now)))},
          {"kernel", nullptr},
          {"created_at", to_string(state.world.stated(droplet.created))},
          {"features", json::array{"private_networking"}},
          {"backup_ids", json::array{}},
          {"next_backup_window", nullptr},
          {"snapshot_ids", json::array{}},
          {"image", image_json(droplet.image)},
          {"volume_ids", json::array{}},
          {"size", std::move(size)},
          {"size_slug", droplet.instance_type},
          {"networks", networks_json(droplet, now)},
          {"region", region_json(droplet.region, {json::value(droplet.instance_type)})},
          {"tags", std::move(tags)},
          {"vpc_uuid", "5a4981aa-9653-4bd1-bef5-d6bff52042e4"}};
}

// A text member; nullopt when it is there and no text.
std::optional<std::string> text_member(const json::object& body, std::string_view name) {
  const json::value* found = body.if_contains(name);
  if (!found || found->is_null()) return std::string{};
  const auto* text = found->if_string();
  return text ? std::optional(std::string(text->data(), text->size())) : std::nullopt;
}

std::optional<std::vector<std::string>> text_list(const json::object& body, std::string_view name) {
  const json::value* found = body.if_contains(name);
  std::vector<std::string> texts;
  if (!found || found->is_null()) return texts;
  const json::array* items = found->if_array();
  if (!items) return std::nullopt;
  for (const json::value& item : *items) {
    const auto* text = item.if_string();
    if (!text) return std::nullopt;
    texts.emplace_back(text->data(), text->size());
  }
  return texts;
}

// Without a region, or with the beginning of one ("nyc"), DigitalOcean picks.
std::string pick_region(DigitalOcean& state, const std::string& asked, const std::string& size) {
  const auto found = state.shop.sizes().find(size);
  if (sim::is_region("digitalocean", asked) || found == state.shop.sizes().end()) return asked;
  for (const std::string& region : found->second.regions) {
    if (region.starts_with(asked)) return region;
  }
  return asked;
}

Outcome<sim::droplets::Create> read_create(DigitalOcean& state, const json::value& tree) {
  const json::object* body = tree.if_object();
  if (!body) return sim::refuse(400, "bad_request", "The request body must be a JSON object.");
  const auto name = text_member(*body, "name");
  auto names = text_list(*body, "names");
  auto tags = text_list(*body, "tags");
  const auto region = text_member(*body, "region");
  auto size = text_member(*body, "size");
  auto image = text_member(*body, "image");
  const auto user_data = text_member(*body, "user_data");
  if (!name || !names || !tags || !region || !size || !image || !user_data) {
    return unprocessable("A member of the request has the wrong type.");
  }
  if (!name->empty() && !names->empty()) {
    return unprocessable("You may specify name or names, not both.");
  }
  const bool single = names->empty();
  if (single) names->push_back(*name);
  if (size->empty()) return unprocessable("You specified an invalid size for Droplet creation.");
  if (user_data->size() > kDropletUserDataMax) {
    return unprocessable("user_data is too long (maximum is 65536 characters)");
  }
  return sim::droplets::Create{.names = *std::move(names),
                               .region = pick_region(state, *region, *size),
                               .size = *std::move(size),
                               .image = *std::move(image),
                               .tags = *std::move(tags)};
}

json::object action_link(const DropletsCall& call, const Machine& droplet) {
  const std::int64_t id = create_action_id(droplet);
  return {{"id", id}, {"rel", "create"}, {"href", fmt::format("{}/v2/actions/{}", call.base, id)}};
}

}  // namespace

Outcome<std::string> create_droplets(DigitalOcean& state, const DropletsCall& call) {
  const auto create = read_create(state, call.body);
  if (!create) return std::unexpected(create.error());
  const auto made = sim::droplets::create(state.world, state.account, *create);
  if (!made) return std::unexpected(made.error());
  json::array droplets;
  json::array actions;
  for (const Machine* droplet : *made) {
    droplets.push_back(droplet_json(state, *droplet));
    actions.push_back(action_link(call, *droplet));
  }
  const bool several = call.body.as_object().contains("names");
  json::object answer;
  if (several)
    answer["droplets"] = std::move(droplets);
  else
    answer["droplet"] = std::move(droplets.at(0));
  answer["links"] = {{"actions", std::move(actions)}};
  return json::print(answer);
}

Outcome<std::string> list_droplets(DigitalOcean& state, const DropletsCall& call) {
  const std::string type = call.parameter("type");
  const sim::droplets::Filter filter{
      .tag = call.parameter("tag_name"), .name = call.parameter("name"), .gpus = type == "gpus"};
  if (!type.empty() && type != "droplets" && type != "gpus") {
    return unprocessable("type must be droplets or gpus");
  }
  if (!filter.tag.empty() + !filter.name.empty() + filter.gpus > 1) {
    return unprocessable("tag_name, name and type cannot be combined.");
  }
  const std::vector<Machine*> droplets = sim::droplets::list(state.world, state.account, filter);
  return page_of(call, "droplets", droplets.size(),
                 [&](std::size_t i) { return droplet_json(state, *droplets[i]); });
}

Outcome<std::string> read_droplet(DigitalOcean& state, const DropletsCall& call) {
  const auto droplet = sim::droplets::get(state.world, state.account, call.path[1]);
  if (!droplet) return std::unexpected(droplet.error());
  return json::print(json::object{{"droplet", droplet_json(state, **droplet)}});
}

Outcome<std::string> delete_droplet(DigitalOcean& state, const DropletsCall& call) {
  const auto removed = sim::droplets::remove(state.world, state.account, call.path[1]);
  if (!removed) return std::unexpected(removed.error());
  return std::string{};
}

Outcome<std::string> delete_droplets(DigitalOcean& state, const DropletsCall& call) {
  const std::string tag = call.parameter("tag_name");
  if (tag.empty()) return unprocessable("tag_name must be given");
  sim::droplets::remove_tagged(state.world, state.account, tag);
  return std::string{};
}

}  // namespace mayfly::cloudsim
