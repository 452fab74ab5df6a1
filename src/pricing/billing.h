// How each cloud bills, and what its type names mean: the facts that turn a row of a price list
// into an offer. A new cloud is one row of the table in billing.cpp.
#pragma once

#include <string_view>

#include "model/offer.h"
#include "pricing/catalog.h"

namespace mayfly::pricing {

struct Billing {
  std::string_view cloud;
  bool disk_billed_apart = false;  // else the disk is in the price and no larger can be had
  Money ipv4_hour;
  int minimum_seconds = 0;
  Money minimum_charge;
  int capped_hours = 0;  // in each 730 h; GPU types are never capped
  bool stopped_bills_disk_only = false;
  int system_disk_gib = 0;  // billed with every machine besides the disk that is asked for

  // Everything but the instance's and the disk's own figures.
  PriceTerms terms(bool gpu) const;
};

// nullptr for a cloud we do not know.
const Billing* find_billing(std::string_view cloud);

// Shared or credit-limited processors: AWS t1 t2 t3 t3a t4g, DigitalOcean s-*.
bool is_burstable(std::string_view cloud, std::string_view instance_type);

// GPUs, bare metal, and families that only run what was built for them (or whose time is over):
// dear surprises that nobody gets without naming the type.
bool is_only_by_name(const ListedType& row);

}  // namespace mayfly::pricing
