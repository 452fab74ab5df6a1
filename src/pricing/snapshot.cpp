#include "pricing/snapshot.h"

extern "C" {
extern const char mayfly_snapshot_offers[];
extern const char mayfly_snapshot_offers_end[];
extern const char mayfly_snapshot_gp3[];
extern const char mayfly_snapshot_gp3_end[];
}

namespace mayfly::pricing {

std::string_view snapshot_offers() {
  return {mayfly_snapshot_offers, mayfly_snapshot_offers_end};
}
std::string_view snapshot_gp3() {
  return {mayfly_snapshot_gp3, mayfly_snapshot_gp3_end};
}

}  // namespace mayfly::pricing
