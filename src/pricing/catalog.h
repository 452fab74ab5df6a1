// The price catalog: every offer of every cloud at one date. Immutable once built and shared
// between threads; a refresh builds a new one beside it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/offer.h"

namespace mayfly::pricing {

class Index;
struct PriceList;

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
  int included_disk_gib = 0;  // in the price (DigitalOcean); 0 = billed apart
  Money instance_hour;
};

class Catalog {
 public:
  // The snapshot shipped in the binary; built at first use.
  static std::shared_ptr<const Catalog> embedded();
  // offers and gp3: the columns of data/catalog/*.csv. Fails on the first row it cannot read,
  // naming its line.
  static Result<std::shared_ptr<const Catalog>> from_csv(std::string_view offers,
                                                         std::string_view gp3, std::string date);
  explicit Catalog(PriceList list, std::string date);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  const std::string& date() const { return date_; }  // 2026-11-21
  std::size_t size() const;
  // The row of that name, for what prices by it (cloudsim, live checks); nullptr if unknown.
  const ListedType* find(std::string_view cloud, std::string_view region,
                         std::string_view instance_type) const;
  // False for the regions whose disk price is unknown: nothing there is ever offered.
  bool is_offered(const ListedType& row) const;
  // The offer a row makes for that much disk: with price terms. Precondition: is_offered(row).
  Offer offer_of(const ListedType& row, int disk_gib) const;

  // What the ranking searches.
  const Index& index() const { return *index_; }

 private:
  std::string date_;
  std::unique_ptr<const PriceList> list_;
  std::unique_ptr<const Index> index_;  // of *list_
};

}  // namespace mayfly::pricing
