#include "clouds/sim/droplets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "clouds/sim/geography.h"

namespace mayfly::sim::droplets {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, is_name_character) &&
         std::isalnum(static_cast<unsigned char>(name.back()));
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 255 && std::ranges::all_of(tag, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == ':';
  });
}

std::unexpected<CloudError> unprocessable(std::string message) {
  return refuse(422, "unprocessable_entity", std::move(message));
}

std::unexpected<CloudError> no_such() {
  return refuse(404, "not_found", "The resource you requested could not be found.");
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Outcome<void> check_texts(const Create& create) {
  if (create.names.empty()) return unprocessable("Name can't be blank");
  if (create.names.size() > kNamesMax) {
    return unprocessable(fmt::format("You can create at most {} droplets at once", kNamesMax));
  }
  if (!std::ranges::all_of(create.names, is_name)) {
    return unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  }
  if (!std::ranges::all_of(create.tags, is_tag)) return unprocessable("Tags are invalid");
  if (!is_image_slug(create.image)) {
    return unprocessable("You specified an invalid image for Droplet creation.");
  }
  if (!is_region("digitalocean", create.region)) {
    return unprocessable("You specified an invalid region for Droplet creation.");
  }
  return {};
}

Outcome<void> check_room(World& world, const CallSite& site, const Create& create) {
  const WorldSettings& settings = world.settings();
  if (settings.sold && !settings.sold("digitalocean", create.region, create.size)) {
    return unprocessable("Size is not available in this region.");
  }
  if (world.faults().draw(FaultKind::unsupported_zone, site)) {
    return unprocessable("Region is not available");
  }
  const int wanted = static_cast<int>(create.names.size());
  if (world.faults().draw(FaultKind::quota, site) ||
      count(world, site.account) + wanted > settings.droplet_limit) {
    return unprocessable("creating this/these droplet(s) will exceed your droplet limit");
  }
  if (world.faults().draw(FaultKind::capacity, site) ||
      !world.has_capacity(create.region, "", create.size, wanted)) {
    return unprocessable("Size is not available in this region.");
  }
  return {};
}

Machine& start(World& world, const std::string& account, const Create& create,
               const std::string& name) {
  std::map<std::string, std::string> tags;
  for (const std::string& tag : create.tags) tags.emplace(tag, "");
  return world.create({.cloud = "digitalocean",
                       .account = account,
                       .region = create.region,
                       .name = name,
                       .instance_type = create.size,
                       .image = create.image,
                       .tags = std::move(tags)});
}

bool passes(const Machine& machine, const Filter& filter, Time now) {
  if (!filter.tag.empty() && (now < machine.tags_from || !machine.tags.contains(filter.tag))) {
    return false;
  }
  return filter.name.empty() || same_name(machine.name, filter.name);
}

}  // namespace

Outcome<std::vector<Machine*>> create(World& world, const std::string& account,
                                      const Create& create) {
  const CallSite site{.cloud = "digitalocean",
                      .account = account,
                      .region = create.region,
                      .operation = "create droplets",
                      .instance_type = create.size};
  if (const auto checked = check_texts(create); !checked) return std::unexpected(checked.error());
  if (const auto room = check_room(world, site, create); !room) {
    return std::unexpected(room.error());
  }
  std::size_t made = create.names.size();
  const bool partial = world.faults().draw(FaultKind::partial_batch, site).has_value();
  if (partial) made = world.random().below(made);
  const bool twice = world.faults().draw(FaultKind::duplicate_droplet, site).has_value();
  std::vector<Machine*> machines;
  for (std::size_t i = 0; i < made; ++i) {
    machines.push_back(&start(world, account, create, create.names[i]));
    if (twice) start(world, account, create, create.names[i]);
  }
  if (partial) return refuse(500, "server_error", "Server was unable to give you a response.");
  return machines;
}

std::vector<Machine*> list(World& world, const std::string& account, const Filter& filter) {
  const std::vector<Machine*>& listed = world.listed("digitalocean", account, "");
  const CallSite site{
      .cloud = "digitalocean", .account = account, .region = "", .operation = "list droplets"};
  if (!listed.empty()) world.draw_phantom(*listed[world.random().below(listed.size())], site);
  std::vector<Machine*> shown;
  for (Machine* machine : listed) {
    if (machine->gpu == filter.gpus && machine->shown_at(world.now()) &&
        passes(*machine, filter, world.now())) {
      shown.push_back(machine);
    }
  }
  return shown;
}

Outcome<Machine*> get(World& world, const std::string& account, const std::string& id) {
  Machine* machine = world.find("digitalocean", id);
  if (!machine || machine->account != account || !machine->alive_at(world.now())) return no_such();
  world.draw_phantom(
      *machine,
      {.cloud = "digitalocean", .account = account, .region = "", .operation = "read droplet"});
  if (!machine->shown_at(world.now())) return no_such();
  return machine;
}

Outcome<void> remove(World& world, const std::string& account, const std::string& id) {
  const CallSite site{
      .cloud = "digitalocean", .account = account, .region = "", .operation = "delete droplet"};
  const auto machine = get(world, account, id);
  if (!machine) return std::unexpected(machine.error());
  if (const auto longest = world.faults().draw(FaultKind::delete_refused, site)) {
    (*machine)->refuses_until = world.now() + *longest;
  }
  if (world.now() < (*machine)->refuses_until) {
    return unprocessable("Droplet already has a pending event.");
  }
  if (!world.faults().draw(FaultKind::delete_accepted_but_stays, site))
    world.end(**machine, "", "");
  return {};
}

void remove_tagged(World& world, const std::string& account, const std::string& tag) {
  for (const bool gpus : {false, true}) {
    for (Machine* machine : list(world, account, {.tag = tag, .gpus = gpus})) {
      world.end(*machine, "", "");
    }
  }
}

int count(World& world, const std::string& account) {
  int living = 0;
  for (const Machine* machine : world.listed("digitalocean", account, "")) {
    living += machine->alive_at(world.now());
  }
  return living;
}

std::string_view status_name(InstanceState state) {
  switch (state) {
    case InstanceState::pending:
      return "new";
    case InstanceState::stopping:
    case InstanceState::stopped:
      return "off";
    default:
      return "active";
  }
}

}  // namespace mayfly::sim::droplets
