// What the simulated clouds sell: the rows of the price catalog, by cloud and region.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalog.h"

namespace mayfly::cloudsim {

class Shop {
 public:
  explicit Shop(std::shared_ptr<const pricing::Catalog> catalog);

  const pricing::ListedType* find(std::string_view cloud, std::string_view region,
                                  std::string_view instance_type) const {
    return catalog_->find(cloud, region, instance_type);
  }
  // In byte order of the types.
  const std::vector<const pricing::ListedType*>& in_region(std::string_view cloud,
                                                           std::string_view region) const;
  // DigitalOcean lists a size once, with the regions that sell it.
  struct Size {
    const pricing::ListedType* type = nullptr;
    std::vector<std::string> regions;
  };
  const std::map<std::string, Size>& sizes() const { return sizes_; }

  // Whether clusters of that release can be made of it.
  bool is_node(const std::string& region, const std::string& instance_type,
               const ReleaseNumber& release) const;

  // Asked for the cloud "emr": of one node, whatever the release.
  std::optional<Arch> arch(const std::string& cloud, const std::string& region,
                           const std::string& instance_type) const;
  std::optional<PriceTerms> price(const std::string& cloud, const std::string& region,
                                  const std::string& instance_type) const;

 private:
  std::shared_ptr<const pricing::Catalog> catalog_;
  std::map<std::string, std::vector<const pricing::ListedType*>, std::less<>> by_region_;
  std::map<std::string, Size> sizes_;
};

}  // namespace mayfly::cloudsim
