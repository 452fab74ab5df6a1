// An offer: what a cloud sells in a region, with its specs and price terms. Price terms are frozen
// into placements, so the cost of a reservation never changes when the catalog does.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "core/millionths.h"
#include "core/time.h"

namespace mayfly {

enum class Arch { x86_64, arm64, any };
BOOST_DESCRIBE_ENUM(Arch, x86_64, arm64, any)

// A month is 730 hours everywhere in Mayfly (clouds state disk prices by the month).
inline constexpr std::int64_t kHoursPerMonth = 730;

// An exact amount before the one rounding: micro-dollars x (730 x 3600). Sums of these stay exact.
using ExactCost = __int128;
inline constexpr std::int64_t kExactPerMicro = kHoursPerMonth * 3600;
Money round_half_up(ExactCost cost);

// What one machine costs, as its cloud bills it. Disk and IPv4 are zero where the instance price
// includes them.
struct PriceTerms {
  Money instance_hour;
  Money disk_gib_month;
  int disk_gib = 0;  // billed apart
  Money ipv4_hour;
  int minimum_seconds = 0;  // at least this long is billed
  Money minimum_charge;     // and at least this much
  int capped_hours = 0;     // billed at most, in each 730 h from the start; 0: no cap
  // While the machine is stopped only its disk is billed; otherwise everything is.
  bool stopped_bills_disk_only = false;

  // One machine, without minimum and cap, rounded half up.
  Money hourly() const;
  // One machine for that long (seconds begun count whole), with minimum and cap, not yet rounded.
  ExactCost exact_cost(Duration lifetime) const;
  // The same with time it stood stopped in between.
  ExactCost exact_cost(Duration running, Duration stopped) const;

  // The terms of so many machines of these terms as one thing.
  PriceTerms times(int machines) const;

  bool operator==(const PriceTerms&) const = default;
};
BOOST_DESCRIBE_STRUCT(PriceTerms, (),
                      (instance_hour, disk_gib_month, disk_gib, ipv4_hour, minimum_seconds,
                       minimum_charge, capped_hours, stopped_bills_disk_only))

struct Offer {
  std::string cloud;
  std::string region;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  int disk_gib = 0;  // what a machine of this request gets
  Arch arch = Arch::x86_64;
  bool burstable = false;
  PriceTerms price;
  // Of a cluster: how many machines of this type it has. Its price is for all of them together, and
  // the service's surcharge for each is in it.
  int nodes = 0;
  Money surcharge_hour;

  bool operator==(const Offer&) const = default;
};
BOOST_DESCRIBE_STRUCT(Offer, (),
                      (cloud, region, instance_type, vcpus, memory_gib, disk_gib, arch, burstable,
                       price, nodes, surcharge_hour))

// Clouds limit how much of a class may run in a region; a quota error is about the whole class.
// Source: EC2's vCPU limits (Standard = A C D H I M R T Z; others by their own letter).
std::string quota_class(std::string_view cloud, std::string_view instance_type);

// What not to try again for one reservation. Empty members match everything.
struct Exclusion {
  std::string cloud;
  std::string region;
  std::string instance_type;
  std::string quota;  // a quota_class
  std::string reason;
  bool passing = false;  // forgotten when nothing else is left: a new key may have come

  bool covers(const Offer& offer) const;
  bool operator==(const Exclusion&) const = default;
};
BOOST_DESCRIBE_STRUCT(Exclusion, (), (cloud, region, instance_type, quota, reason, passing))

}  // namespace mayfly
