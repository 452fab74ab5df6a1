#include "pricing/index.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/assert.h"
#include "pricing/billing.h"
#include "pricing/price_list.h"

namespace mayfly::pricing {
namespace {

void sort_once(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
}

std::optional<std::uint32_t> number_of(const std::vector<std::string>& names,
                                       std::string_view name) {
  const auto found = std::ranges::lower_bound(names, name);
  if (found == names.end() || *found != name) return std::nullopt;
  return static_cast<std::uint32_t>(found - names.begin());
}

bool is_cheaper(const Row& a, const Row& b) {
  return std::tie(a.instance_hour, a.type) < std::tie(b.instance_hour, b.type);
}

}  // namespace

Index::Index(const PriceList& list) : list_(list) {
  number_names();
  // Rows billed alike. Equal keys mean equal terms: the disk price follows from the region, and all
  // but the cap from the cloud.
  using Key = std::tuple<std::uint32_t, std::uint32_t, Arch, int>;
  std::map<Key, std::pair<Bucket, std::vector<Row>>> groups;
  for (std::uint32_t i = 0; i < list.types.size(); ++i) {
    Bucket bucket = bucket_of(list.types[i]);
    const Key key(bucket.cloud, bucket.region, bucket.arch, bucket.terms.capped_hours);
    groups.try_emplace(key, std::move(bucket), std::vector<Row>{})
        .first->second.second.push_back(row_of(i));
  }
  rows_.reserve(list.types.size());  // so that no span moves
  for (auto& [key, group] : groups) {
    auto& [bucket, rows] = group;
    std::ranges::sort(rows, is_cheaper);
    const std::size_t begin = rows_.size();
    rows_.insert(rows_.end(), rows.begin(), rows.end());
    bucket.rows = std::span(rows_).subspan(begin);
    buckets_.push_back(std::move(bucket));
  }
}

void Index::number_names() {
  Names quotas;
  for (const ListedType& type : list_.types) {
    // The list is sorted: most names repeat their predecessor's.
    if (clouds_.empty() || clouds_.back() != type.cloud) clouds_.push_back(type.cloud);
    if (regions_.empty() || regions_.back() != type.region) regions_.push_back(type.region);
    types_.push_back(type.instance_type);
    quotas.push_back(quota_class(type.cloud, type.instance_type));
  }
  quotas_ = quotas;
  for (Names* names : {&clouds_, &regions_, &types_, &quotas_}) sort_once(*names);
  for (const std::string& quota : quotas) quota_of_listed_.push_back(*find_quota(quota));
}

Bucket Index::bucket_of(const ListedType& type) const {
  const Billing* billing = find_billing(type.cloud);
  ASSERT(billing != nullptr);
  Bucket bucket{.cloud = *find_cloud(type.cloud),
                .region = *find_region(type.region),
                .arch = type.arch,
                .disk_billed_apart = billing->disk_billed_apart,
                .system_disk_gib = billing->system_disk_gib,
                .terms = billing->terms(type.gpu)};
  if (billing->disk_billed_apart) {
    const auto month = list_.disk_gib_month.find(type.region);
    bucket.offered = month != list_.disk_gib_month.end();
    if (bucket.offered) bucket.terms.disk_gib_month = month->second;
  }
  return bucket;
}

Row Index::row_of(std::uint32_t listed) const {
  const ListedType& type = list_.types[listed];
  return {.memory = type.memory_gib.value,
          .instance_hour = type.instance_hour.value,
          .listed = listed,
          .type = *find_type(type.instance_type),
          .included_disk_gib = type.included_disk_gib,
          .vcpus = static_cast<std::int16_t>(type.vcpus),
          .burstable = type.burstable,
          .only_by_name = is_only_by_name(type),
          .releases = type.releases};
}

const ListedType& Index::listed(const Row& row) const {
  return list_.types[row.listed];
}

std::optional<std::uint32_t> Index::find_cloud(std::string_view name) const {
  return number_of(clouds_, name);
}
std::optional<std::uint32_t> Index::find_region(std::string_view name) const {
  return number_of(regions_, name);
}
std::optional<std::uint32_t> Index::find_type(std::string_view name) const {
  return number_of(types_, name);
}
std::optional<std::uint32_t> Index::find_quota(std::string_view name) const {
  return number_of(quotas_, name);
}

}  // namespace mayfly::pricing
