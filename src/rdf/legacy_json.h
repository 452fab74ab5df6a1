// The words of OSLC Core 2.0's JSON, shared by its reader and its writer.
#pragma once

#include <string_view>

namespace mayfly::rdf {

inline constexpr std::string_view kLegacyPrefixes = "prefixes";
inline constexpr std::string_view kLegacyAbout = "rdf:about";
inline constexpr std::string_view kLegacyResource = "rdf:resource";
inline constexpr std::string_view kLegacyNodeId = "rdf:nodeID";

}  // namespace mayfly::rdf
