// The price catalog: every offer of every cloud at one date. Immutable once built and shared between
// threads; a refresh builds a new one beside it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/offer.h"

namespace mayfly::pricing {

// One row of the price list, before a request says how much disk it wants.
struct ListedType {
  std::string cloud;
  std::string region;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  Arch arch = Arch::x86_64;
  bool gpu = false;
  bool burstable = false;
  int included_disk_gib = 0;   // in the price (DigitalOcean); 0 = billed apart
  Money instance_hour;
};

class Catalog {
 public:
  // The snapshot shipped in the binary; built at first use.
  static std::shared_ptr<const Catalog> embedded();
  // offers: catalog/offers.csv's columns; gp3: region,usd_gb_month. Fails on any row it cannot read.
  static Result<std::shared_ptr<const Catalog>> from_csv(std::string_view offers, std::string_view gp3,
                                                         std::string date);
  virtual ~Catalog() = default;

  virtual const std::string& date() const = 0;   // 2026-11-21
  virtual std::size_t size() const = 0;
  // The row of that name, for the clouds that price by it (cloudsim, live checks); nullptr if unknown.
  virtual const ListedType* find(std::string_view cloud, std::string_view region,
                                 std::string_view instance_type) const = 0;
  // The offer a row makes for that much disk: with price terms. Precondition: the region has a disk price.
  virtual Offer offer_of(const ListedType& row, int disk_gib) const = 0;
};

}  // namespace mayfly::pricing
