// Sizes, regions and images.
#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/geography.h"
#include "digitalocean_api.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;

constexpr std::int64_t kHoursPerBilledMonth = 672;

// A sold-out size vanishes from the list of its regions.
json::array open_regions(DigitalOcean& state, const Shop::Size& size) {
  json::array regions;
  for (const std::string& region : size.regions) {
    if (state.world.has_capacity(region, "", size.type->instance_type, 1)) {
      regions.emplace_back(region);
    }
  }
  return regions;
}

json::array image_regions() {
  json::array regions;
  for (const std::string& region : sim::regions_of("digitalocean")) regions.emplace_back(region);
  return regions;
}

double in_dollars(std::int64_t micros) {
  return static_cast<double>(micros) / 1e6;
}

std::string_view kind_of(std::string_view slug) {
  if (slug.starts_with("s-")) return "Basic";
  if (slug.starts_with("gpu-")) return "GPU";
  if (slug.starts_with("g")) return "General Purpose";
  if (slug.starts_with("c")) return "CPU-Optimized";
  return slug.starts_with("so") ? "Storage-Optimized" : "Memory-Optimized";
}

}  // namespace

json::object size_json(DigitalOcean& state, const std::string& slug) {
  const auto found = state.shop.sizes().find(slug);
  if (found == state.shop.sizes().end()) return {{"slug", slug}};
  const pricing::ListedType& type = *found->second.type;
  json::array regions = open_regions(state, found->second);
  json::object size{{"slug", slug},
                    {"memory", type.memory_gib.value * 1024 / 1'000'000},
                    {"vcpus", type.vcpus},
                    {"disk", type.included_disk_gib},
                    {"transfer", 1.0},
                    {"price_monthly",
                     in_dollars(type.instance_hour.value * kHoursPerBilledMonth / 10'000 * 10'000)},
                    {"price_hourly", in_dollars(type.instance_hour.value)},
                    {"available", !regions.empty()},
                    {"regions", std::move(regions)},
                    {"description", std::string(kind_of(slug))}};
  size["disk_info"] = json::array{
      {{"type", "local"}, {"size", {{"amount", type.included_disk_gib}, {"unit", "gib"}}}}};
  if (type.gpu) {
    size["gpu_info"] = {
        {"count", 1}, {"model", "nvidia_h100"}, {"vram", {{"amount", 80}, {"unit", "gib"}}}};
  }
  return size;
}

json::object region_json(const std::string& slug, json::array sizes) {
  std::string name = slug;
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return {{"name", name},
          {"slug", slug},
          {"features", json::array{"backups", "ipv6", "metadata", "image_transfer"}},
          {"available", true},
          {"sizes", std::move(sizes)}};
}

json::object image_json(std::string_view slug) {
  const auto& all = sim::distributions();
  const auto found = std::ranges::find(all, slug, &sim::Distribution::slug);
  const bool known = found != all.end();
  return {{"id", 195'932'981 + (found - all.begin())},
          {"name", known ? found->name : std::string(slug)},
          {"distribution", known ? found->distribution : std::string("Unknown")},
          {"slug", std::string(slug)},
          {"public", true},
          {"regions", image_regions()},
          {"created_at", "2026-10-01T00:00:00Z"},
          {"min_disk_size", 10},
          {"type", "base"},
          {"size_gigabytes", 0.62},
          {"description", known ? found->name : std::string(slug)},
          {"tags", json::array{}},
          {"status", "available"}};
}

Outcome<std::string> list_sizes(DigitalOcean& state, const DropletsCall& call) {
  std::vector<std::string> slugs;
  for (const auto& [slug, size] : state.shop.sizes()) slugs.push_back(slug);
  return page_of(call, "sizes", slugs.size(),
                 [&](std::size_t i) { return size_json(state, slugs[i]); });
}

Outcome<std::string> list_regions(DigitalOcean& state, const DropletsCall& call) {
  const auto& slugs = sim::regions_of("digitalocean");
  return page_of(call, "regions", slugs.size(), [&](std::size_t i) {
    json::array sizes;
    for (const auto* type : state.shop.in_region("digitalocean", slugs[i])) {
      sizes.emplace_back(type->instance_type);
    }
    return region_json(slugs[i], std::move(sizes));
  });
}

Outcome<std::string> list_images(DigitalOcean&, const DropletsCall& call) {
  const auto& all = sim::distributions();
  const std::string type = call.parameter("type");
  const bool none =
      (!type.empty() && type != "distribution") || call.parameter("private") == "true";
  return page_of(call, "images", none ? 0 : all.size(),
                 [&](std::size_t i) { return image_json(all[i].slug); });
}

Outcome<std::string> read_image(DigitalOcean&, const DropletsCall& call) {
  for (const sim::Distribution& image : sim::distributions()) {
    json::object described = image_json(image.slug);
    if (call.path[1] == image.slug || call.path[1] == json::print(described["id"])) {
      return json::print(json::object{{"image", std::move(described)}});
    }
  }
  return no_such_resource();
}

}  // namespace mayfly::cloudsim
