// The price files of data/catalog, as they were when the binary was built (snapshot.S).
#pragma once

#include <string_view>

#include "pricing/catalog.h"

namespace mayfly::pricing {

inline constexpr std::string_view kSnapshotDate = "2026-11-21";

std::string_view snapshot_offers();
std::string_view snapshot_gp3();
PriceFiles snapshot_files();  // all of them

}  // namespace mayfly::pricing
