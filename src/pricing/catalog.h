// The price catalog: every offer of every cloud at one date. Immutable once built and shared
// between threads; a refresh builds a new one beside it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/offer.h"
#include "pricing/emr.h"

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
  // Of the nodes of clusters, which are rows of the cloud `emr`.
  Money surcharge_hour;               // EMR's, which is in instance_hour
  Releases releases = kEveryRelease;  // that take this type
};

// The text of the files of data/catalog.
struct PriceFiles {
  std::string_view offers;
  std::string_view gp3;
  std::string_view emr_types;
  std::string_view emr_surcharges;
};

class Catalog {
 public:
  // The snapshot shipped in the binary; built at first use.
  static std::shared_ptr<const Catalog> embedded();
  // Fails on the first row it cannot read, naming its line.
  static Result<std::shared_ptr<const Catalog>> from_csv(const PriceFiles& files, std::string date);
  // Other prices of machines and disks, with the snapshot's figures of EMR, which say what it takes
  // and adds to them.
  static Result<std::shared_ptr<const Catalog>> from_csv(std::string_view offers,
                                                         std::string_view gp3, std::string date);
  explicit Catalog(PriceList list, std::string date);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  const std::string& date() const { return date_; }  // 2026-11-21
  std::size_t size() const;  // of the machines; nodes of clusters are the same ones
  // The row of that name, for what prices by it (cloudsim, live checks); nullptr if unknown. Of the
  // cloud `emr`: a node, also of a type that EMR does not take.
  const ListedType* find(std::string_view cloud, std::string_view region,
                         std::string_view instance_type) const;
  // False for the regions whose disk price is unknown: nothing there is ever offered.
  bool is_offered(const ListedType& row) const;
  // The offer a row makes for that much disk: with price terms. Precondition: is_offered(row).
  Offer offer_of(const ListedType& row, int disk_gib) const;
  // A cluster of that many nodes, each with that much disk for its data. Nothing where the type or
  // the region is unknown, or no release of EMR takes the type.
  std::optional<Offer> cluster_offer(std::string_view region, std::string_view instance_type,
                                     int disk_gib, int nodes) const;

  // What the ranking searches: machines, or nodes of clusters.
  const Index& index(Kind kind = Kind::vm) const {
    return kind == Kind::cluster ? *cluster_index_ : *index_;
  }

 private:
  std::string date_;
  std::unique_ptr<const PriceList> list_;
  std::unique_ptr<const PriceList> clusters_;
  std::unique_ptr<const Index> index_;          // of *list_
  std::unique_ptr<const Index> cluster_index_;  // of *clusters_
};

}  // namespace mayfly::pricing
