#include "pricing/billing.h"

#include <algorithm>
#include <array>
#include <span>

#include "model/clouds.h"
#include "model/cluster.h"

namespace mayfly::pricing {
namespace {

constexpr std::array kBillings = {
    Billing{.cloud = "aws",
            .disk_billed_apart = true,
            .ipv4_hour = {5'000},
            .minimum_seconds = 60,
            .stopped_bills_disk_only = true},
    Billing{.cloud = "digitalocean",
            .minimum_seconds = 60,
            .minimum_charge = {10'000},
            .capped_hours = 672},
    // Its nodes are machines of EC2. A cluster cannot be stopped.
    Billing{.cloud = kEmr,
            .disk_billed_apart = true,
            .ipv4_hour = {5'000},
            .minimum_seconds = 60,
            .system_disk_gib = kClusterRootGib},
};

constexpr std::string_view kBurstableFamilies[] = {"t1", "t2", "t3", "t3a", "t4g"};
// By the letters a family begins with: accelerators, FPGAs, media, high memory, HPC, Apple.
constexpr std::string_view kSpecialLetters[] = {"inf", "trn", "dl", "vt", "f", "u", "hpc", "mac"};
constexpr std::string_view kBygoneFamilies[] = {"t1", "m1", "c1", "m2"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// t3a.small -> t3a
std::string_view family_of(std::string_view instance_type) {
  return instance_type.substr(0, instance_type.find('.'));
}

std::string_view letters_of(std::string_view family) {
  return family.substr(0, family.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
}

}  // namespace

PriceTerms Billing::terms(bool gpu) const {
  return {.ipv4_hour = ipv4_hour,
          .minimum_seconds = minimum_seconds,
          .minimum_charge = minimum_charge,
          .capped_hours = gpu ? 0 : capped_hours,
          .stopped_bills_disk_only = stopped_bills_disk_only};
}

const Billing* find_billing(std::string_view cloud) {
  const auto found = std::ranges::find(kBillings, cloud, &Billing::cloud);
  return found == kBillings.end() ? nullptr : &*found;
}

bool is_burstable(std::string_view cloud, std::string_view instance_type) {
  if (cloud == "digitalocean") return instance_type.starts_with("s-");
  return cloud_of_driver(cloud) == "aws" && is_one_of(family_of(instance_type), kBurstableFamilies);
}

bool is_only_by_name(const ListedType& row) {
  if (row.gpu || row.instance_type.contains("metal")) return true;
  if (cloud_of_driver(row.cloud) != "aws") return false;
  const std::string_view family = family_of(row.instance_type);
  return is_one_of(letters_of(family), kSpecialLetters) || is_one_of(family, kBygoneFamilies);
}

}  // namespace mayfly::pricing
