// The account and its tags.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/droplets.h"
#include "digitalocean_api.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using sim::Machine;
using sim::Outcome;

std::vector<const Machine*> tagged(DigitalOcean& state, const std::string& tag) {
  std::vector<const Machine*> droplets;
  for (const Machine* droplet : state.world.listed("digitalocean", state.account, "")) {
    if (state.world.now() >= droplet->tags_from && droplet->tags.contains(tag)) {
      droplets.push_back(droplet);
    }
  }
  return droplets;
}

std::set<std::string> all_tags(DigitalOcean& state) {
  std::set<std::string> tags = state.tags;
  for (const Machine* droplet : state.world.listed("digitalocean", state.account, "")) {
    if (state.world.now() < droplet->tags_from) continue;
    for (const auto& [tag, nothing] : droplet->tags) tags.insert(tag);
  }
  return tags;
}

json::object tag_json(DigitalOcean& state, const std::string& tag) {
  const auto droplets = tagged(state, tag);
  const json::object count{{"count", droplets.size()}};
  json::object resources{{"count", droplets.size()},           {"droplets", count},
                         {"images", {{"count", 0}}},           {"volumes", {{"count", 0}}},
                         {"volume_snapshots", {{"count", 0}}}, {"databases", {{"count", 0}}}};
  return {{"name", tag}, {"resources", std::move(resources)}};
}

bool is_tag_name(std::string_view tag) {
  return !tag.empty() && tag.size() <= 255 && std::ranges::all_of(tag, [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == ':';
  });
}

}  // namespace

Outcome<std::string> read_account(DigitalOcean& state, const DropletsCall&) {
  return json::print(json::object{
      {"account",
       {{"droplet_limit", state.world.settings().droplet_limit},
        {"floating_ip_limit", 3},
        {"volume_limit", 100},
        {"email", "mayfly@example.com"},
        {"name", "Mayfly Example"},
        {"uuid", state.account},
        {"email_verified", true},
        {"status", "active"},
        {"status_message", ""},
        {"team",
         {{"uuid", "5df3e3004a17e242b7c20ca6c9fc25b701a47ece"}, {"name", "Example Team"}}}}}});
}

Outcome<std::string> list_tags(DigitalOcean& state, const DropletsCall& call) {
  json::array tags;
  for (const std::string& tag : all_tags(state)) tags.push_back(tag_json(state, tag));
  return page_of(call, "tags", std::move(tags));
}

Outcome<std::string> create_tag(DigitalOcean& state, const DropletsCall& call) {
  const json::object* body = call.body.if_object();
  const json::value* name = body ? body->if_contains("name") : nullptr;
  if (!name || !name->is_string() || !is_tag_name(name->get_string())) {
    return unprocessable("Tag name is invalid");
  }
  const std::string tag(name->get_string().c_str());
  state.tags.insert(tag);
  return json::print(json::object{{"tag", tag_json(state, tag)}});
}

Outcome<std::string> read_tag(DigitalOcean& state, const DropletsCall& call) {
  if (!all_tags(state).contains(call.path[1])) return no_such_resource();
  return json::print(json::object{{"tag", tag_json(state, call.path[1])}});
}

Outcome<std::string> delete_tag(DigitalOcean& state, const DropletsCall& call) {
  const std::string& tag = call.path[1];
  if (!all_tags(state).contains(tag)) return no_such_resource();
  state.tags.erase(tag);
  for (Machine* droplet : state.world.listed("digitalocean", state.account, "")) {
    droplet->tags.erase(tag);
  }
  return std::string{};
}

}  // namespace mayfly::cloudsim
