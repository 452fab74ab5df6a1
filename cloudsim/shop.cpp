#include "shop.h"

#include <algorithm>

#include "model/clouds.h"
#include "pricing/index.h"

namespace mayfly::cloudsim {
namespace {

std::string region_key(std::string_view cloud, std::string_view region) {
  return std::string(cloud) + '/' + std::string(region);
}

}  // namespace

Shop::Shop(std::shared_ptr<const pricing::Catalog> catalog) : catalog_(std::move(catalog)) {
  const pricing::Index& index = catalog_->index();
  for (const pricing::Bucket& bucket : index.buckets()) {
    for (const pricing::Row& row : bucket.rows) {
      const pricing::ListedType& type = index.listed(row);
      by_region_[region_key(type.cloud, type.region)].push_back(&type);
      if (type.cloud != "digitalocean") continue;
      Size& size = sizes_[type.instance_type];
      size.type = &type;
      size.regions.push_back(type.region);
    }
  }
  for (auto& [region, types] : by_region_) {
    std::ranges::sort(types, {}, &pricing::ListedType::instance_type);
  }
  for (auto& [slug, size] : sizes_) std::ranges::sort(size.regions);
}

const std::vector<const pricing::ListedType*>& Shop::in_region(std::string_view cloud,
                                                               std::string_view region) const {
  static const std::vector<const pricing::ListedType*> kNone;
  const auto found = by_region_.find(region_key(cloud, region));
  return found == by_region_.end() ? kNone : found->second;
}

bool Shop::is_node(const std::string& region, const std::string& instance_type,
                   const ReleaseNumber& release) const {
  const pricing::ListedType* type = find(kEmr, region, instance_type);
  return type && (type->releases & pricing::release_bit(release)) != 0;
}

std::optional<Arch> Shop::arch(const std::string& cloud, const std::string& region,
                               const std::string& instance_type) const {
  const pricing::ListedType* type = find(cloud, region, instance_type);
  return type && type->releases != 0 ? std::optional(type->arch) : std::nullopt;
}

// A region whose disk price nobody knows is sold in, but what it costs cannot be said.
std::optional<PriceTerms> Shop::price(const std::string& cloud, const std::string& region,
                                      const std::string& instance_type) const {
  const pricing::ListedType* type = find(cloud, region, instance_type);
  if (!type || !catalog_->is_offered(*type)) return std::nullopt;
  return catalog_->offer_of(*type, std::max(1, type->included_disk_gib)).price;
}

}  // namespace mayfly::cloudsim
