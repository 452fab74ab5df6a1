#include "model/offer.h"

#include <algorithm>

namespace mayfly {
namespace {

std::int64_t seconds_begun(Duration lifetime) {
  return std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(lifetime).count());
}

}  // namespace

Money round_half_up(ExactCost cost) {
  return {divide_half_up(cost, kExactPerMicro)};
}

Money PriceTerms::hourly() const {
  const __int128 month =
      static_cast<__int128>(instance_hour.value + ipv4_hour.value) * kHoursPerMonth +
      static_cast<__int128>(disk_gib_month.value) * disk_gib;
  return {divide_half_up(month, kHoursPerMonth)};
}

PriceTerms PriceTerms::times(int machines) const {
  PriceTerms all = *this;
  all.instance_hour.value *= machines;
  all.disk_gib *= machines;
  all.ipv4_hour.value *= machines;
  all.minimum_charge.value *= machines;
  return all;
}

ExactCost PriceTerms::exact_cost(Duration lifetime) const {
  const __int128 month =
      static_cast<__int128>(instance_hour.value + ipv4_hour.value) * kHoursPerMonth +
      static_cast<__int128>(disk_gib_month.value) * disk_gib;
  std::int64_t seconds = std::max<std::int64_t>(seconds_begun(lifetime), minimum_seconds);
  if (capped_hours > 0) {
    const std::int64_t month_seconds = kHoursPerMonth * 3600;
    const std::int64_t cap_seconds = capped_hours * std::int64_t{3600};
    seconds =
        seconds / month_seconds * cap_seconds + std::min(seconds % month_seconds, cap_seconds);
  }
  // Dollars per month x seconds / (730 x 3600): the divisor is the unit of ExactCost.
  return std::max<ExactCost>(month * seconds,
                             static_cast<ExactCost>(minimum_charge.value) * kExactPerMicro);
}

ExactCost PriceTerms::exact_cost(Duration running, Duration stopped) const {
  if (!stopped_bills_disk_only) return exact_cost(running + stopped);
  const __int128 disk_month = static_cast<__int128>(disk_gib_month.value) * disk_gib;
  return exact_cost(running) + disk_month * seconds_begun(stopped);
}

std::string quota_class(std::string_view cloud, std::string_view instance_type) {
  if (cloud != "aws" && cloud != "emr") return "machines";
  const std::size_t letters = instance_type.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  const std::string_view family = instance_type.substr(0, letters);
  // inf, trn, dl, hpc, mac and vt have classes of their own although they begin with standard
  // letters.
  for (std::string_view own : {"inf", "trn", "dl", "hpc", "mac", "vt"}) {
    if (family == own) return std::string(own);
  }
  if (std::string_view("acdhimrtz").contains(family.substr(0, 1))) return "standard";
  return std::string(family.substr(0, 1));
}

bool Exclusion::covers(const Offer& offer) const {
  return (cloud.empty() || cloud == offer.cloud) && (region.empty() || region == offer.region) &&
         (instance_type.empty() || instance_type == offer.instance_type) &&
         (quota.empty() || quota == quota_class(offer.cloud, offer.instance_type));
}

}  // namespace mayfly
