// Which clouds there are, by the names that requests, keys and offers use.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace mayfly {

inline constexpr std::array<std::string_view, 2> kCloudNames = {"aws", "digitalocean"};

inline std::vector<std::string_view> cloud_names() {
  return {kCloudNames.begin(), kCloudNames.end()};
}
inline bool is_cloud(std::string_view name) {
  return std::ranges::find(kCloudNames, name) != kCloudNames.end();
}
// For people: AWS, DigitalOcean.
constexpr std::string_view cloud_title(std::string_view name) {
  if (name == "aws") return "AWS";
  if (name == "digitalocean") return "DigitalOcean";
  return name;
}

}  // namespace mayfly
