#include "pricing/snapshot.h"

extern "C" {
extern const char mayfly_snapshot_offers[];
extern const char mayfly_snapshot_offers_end[];
extern const char mayfly_snapshot_gp3[];
extern const char mayfly_snapshot_gp3_end[];
extern const char mayfly_snapshot_emr_types[];
extern const char mayfly_snapshot_emr_types_end[];
extern const char mayfly_snapshot_emr_surcharges[];
extern const char mayfly_snapshot_emr_surcharges_end[];
}

namespace mayfly::pricing {

std::string_view snapshot_offers() {
  return {mayfly_snapshot_offers, mayfly_snapshot_offers_end};
}
std::string_view snapshot_gp3() {
  return {mayfly_snapshot_gp3, mayfly_snapshot_gp3_end};
}
PriceFiles snapshot_files() {
  return {.offers = snapshot_offers(),
          .gp3 = snapshot_gp3(),
          .emr_types = {mayfly_snapshot_emr_types, mayfly_snapshot_emr_types_end},
          .emr_surcharges = {mayfly_snapshot_emr_surcharges, mayfly_snapshot_emr_surcharges_end}};
}

}  // namespace mayfly::pricing
