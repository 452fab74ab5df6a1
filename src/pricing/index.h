// The catalog arranged for searching: buckets of rows that are billed alike, each sorted by price,
// so that the cheapest row of a bucket that satisfies is the first one.
//
// Why the order within a bucket does not depend on the request: all rows of a bucket have the same
// price terms but for the instance price. For a given disk and lifetime a machine costs
//     max((instance + ipv4 + disk) * billed_seconds, minimum_charge)
// where billed_seconds comes from the lifetime, the minimum and the cap alone. That never falls
// when the instance price rises; so is the hourly price. Equal costs (the minimum charge makes
// them) are ordered by the instance price and then by name, which is how a bucket is sorted.
// Between buckets nothing of the kind holds: disk prices differ by region, minimum and cap by
// cloud, the cap by GPU.
//
// Names are numbered in byte order, so comparing numbers compares names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/catalog.h"

namespace mayfly::pricing {

// What is compared for each row, in half a cache line; the rest is in ListedType.
struct Row {
  std::int64_t memory = 0;         // millionths of a GiB
  std::int64_t instance_hour = 0;  // micro-dollars
  std::uint32_t listed = 0;        // position in PriceList::types
  std::uint32_t type = 0;          // number of the instance type
  std::int32_t included_disk_gib = 0;
  std::int16_t vcpus = 0;
  bool burstable : 1 = false;
  bool only_by_name : 1 = false;
  Releases releases = kEveryRelease;  // of EMR that take it as a node
};
static_assert(sizeof(Row) == 32);

struct Bucket {
  std::uint32_t cloud = 0;  // numbers of the names
  std::uint32_t region = 0;
  Arch arch = Arch::x86_64;
  bool disk_billed_apart = false;
  int system_disk_gib = 0;    // billed apart too, besides the disk asked for
  bool offered = true;        // false: the region's disk price is unknown
  PriceTerms terms;           // of every row, but for instance_hour and disk_gib
  std::span<const Row> rows;  // by instance_hour, then type
};

class Index {
 public:
  // The list must outlive the index.
  explicit Index(const PriceList& list);

  std::span<const Bucket> buckets() const { return buckets_; }
  const ListedType& listed(const Row& row) const;

  const std::string& cloud_name(std::uint32_t cloud) const { return clouds_[cloud]; }
  const std::string& region_name(std::uint32_t region) const { return regions_[region]; }
  std::optional<std::uint32_t> find_cloud(std::string_view name) const;
  std::optional<std::uint32_t> find_region(std::string_view name) const;
  std::optional<std::uint32_t> find_type(std::string_view name) const;
  std::optional<std::uint32_t> find_quota(std::string_view name) const;
  std::uint32_t quota_of(const Row& row) const { return quota_of_listed_[row.listed]; }

 private:
  void number_names();
  Bucket bucket_of(const ListedType& type) const;
  Row row_of(std::uint32_t listed) const;

  const PriceList& list_;
  using Names = std::vector<std::string>;  // sorted, each once
  Names clouds_, regions_, types_, quotas_;
  std::vector<std::uint32_t> quota_of_listed_;
  std::vector<Row> rows_;
  std::vector<Bucket> buckets_;
};

}  // namespace mayfly::pricing
