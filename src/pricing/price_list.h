// The price list as text: strict CSV without quotes, because a row that is silently misread is a
// machine that is billed otherwise than promised. Every refusal names its file and line.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "pricing/catalog.h"

namespace mayfly::pricing {

struct PriceList {
  // Sorted by cloud, region, type in byte order; no name twice.
  std::vector<ListedType> types;
  // USD per GiB-month by region, for the clouds that bill disks apart.
  std::map<std::string, Money, std::less<>> disk_gib_month;
  EmrFigures emr;
};

inline constexpr std::string_view kOffersHeader =
    "cloud,region,instance_type,vcpus,memory_gib,arch,gpu_count,included_disk_gib,price_usd_hour";
inline constexpr std::string_view kGp3Header = "region,usd_gb_month";
inline constexpr std::string_view kEmrTypesHeader =
    "instance_type,emr-5.36.2,emr-6.15.0,emr-7.13.0";
inline constexpr std::string_view kEmrSurchargesHeader = "instance_type,region,usd_hour";

// ErrorCode::malformed: "offers.csv line 3: vcpus '0' is not a whole number from 1 to 1024".
Result<PriceList> read_price_list(const PriceFiles& files);

}  // namespace mayfly::pricing
