#include "pricing/catalog.h"

#include <algorithm>
#include <tuple>

#include "core/assert.h"
#include "model/clouds.h"
#include "pricing/billing.h"
#include "pricing/index.h"
#include "pricing/price_list.h"
#include "pricing/snapshot.h"

namespace mayfly::pricing {

Catalog::Catalog(PriceList list, std::string date)
    : date_(std::move(date)),
      list_(std::make_unique<const PriceList>(std::move(list))),
      clusters_(std::make_unique<const PriceList>(cluster_nodes(*list_))),
      index_(std::make_unique<const Index>(*list_)),
      cluster_index_(std::make_unique<const Index>(*clusters_)) {}

Catalog::~Catalog() = default;

std::shared_ptr<const Catalog> Catalog::embedded() {
  static const std::shared_ptr<const Catalog> catalog = [] {
    auto read = from_csv(snapshot_files(), std::string(kSnapshotDate));
    ASSERT(read.has_value());  // our own file, read by the tests of this room
    return *std::move(read);
  }();
  return catalog;
}

Result<std::shared_ptr<const Catalog>> Catalog::from_csv(std::string_view offers,
                                                         std::string_view gp3, std::string date) {
  PriceFiles files = snapshot_files();
  files.offers = offers;
  files.gp3 = gp3;
  return from_csv(files, std::move(date));
}

Result<std::shared_ptr<const Catalog>> Catalog::from_csv(const PriceFiles& files,
                                                         std::string date) {
  TRY(PriceList list, read_price_list(files));
  return std::make_shared<const Catalog>(std::move(list), std::move(date));
}

std::size_t Catalog::size() const {
  return list_->types.size();
}

const ListedType* Catalog::find(std::string_view cloud, std::string_view region,
                                std::string_view instance_type) const {
  using Name = std::tuple<std::string_view, std::string_view, std::string_view>;
  const Name name(cloud, region, instance_type);
  const auto name_of = [](const ListedType& row) {
    return Name(row.cloud, row.region, row.instance_type);
  };
  const std::vector<ListedType>& types = (cloud == kEmr ? clusters_ : list_)->types;
  const auto found = std::ranges::lower_bound(types, name, {}, name_of);
  return found != types.end() && name_of(*found) == name ? &*found : nullptr;
}

bool Catalog::is_offered(const ListedType& row) const {
  return !find_billing(row.cloud)->disk_billed_apart || list_->disk_gib_month.contains(row.region);
}

Offer Catalog::offer_of(const ListedType& row, int disk_gib) const {
  ASSERT(is_offered(row));
  const Billing* billing = find_billing(row.cloud);
  PriceTerms price = billing->terms(row.gpu);
  price.instance_hour = row.instance_hour;
  if (billing->disk_billed_apart) {
    price.disk_gib_month = list_->disk_gib_month.find(row.region)->second;
    price.disk_gib = disk_gib + billing->system_disk_gib;
  }
  return {.cloud = row.cloud,
          .region = row.region,
          .instance_type = row.instance_type,
          .vcpus = row.vcpus,
          .memory_gib = row.memory_gib,
          .disk_gib = billing->disk_billed_apart ? disk_gib : row.included_disk_gib,
          .arch = row.arch,
          .burstable = row.burstable,
          .price = price,
          .nodes = row.cloud == kEmr ? 1 : 0,
          .surcharge_hour = row.surcharge_hour};
}

std::optional<Offer> Catalog::cluster_offer(std::string_view region, std::string_view instance_type,
                                            int disk_gib, int nodes) const {
  const ListedType* node = find(kEmr, region, instance_type);
  if (!node || node->releases == 0 || !is_offered(*node)) return std::nullopt;
  return cluster_of_nodes(offer_of(*node, disk_gib), nodes);
}

}  // namespace mayfly::pricing
