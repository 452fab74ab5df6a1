// Which clouds there are, by the names that requests, keys and offers use.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "model/request.h"

namespace mayfly {

inline constexpr std::array<std::string_view, 2> kCloudNames = {"aws", "digitalocean"};

inline std::vector<std::string_view> cloud_names() {
  return {kCloudNames.begin(), kCloudNames.end()};
}
inline bool is_cloud(std::string_view name) {
  return std::ranges::find(kCloudNames, name) != kCloudNames.end();
}
// The driver of EMR: a service of AWS whose machines are clusters. It has the limits, the states
// and the listings of its own that make a cloud, and the keys of AWS.
inline constexpr std::string_view kEmr = "emr";

// The cloud whose keys a driver uses, and whose name people see: aws for emr.
constexpr std::string_view cloud_of_driver(std::string_view driver) {
  return driver == kEmr ? "aws" : driver;
}
// Who makes what is asked for with the keys of a cloud; empty: nobody there.
constexpr std::string_view driver_of(std::string_view cloud, Kind kind) {
  if (kind == Kind::vm) return cloud;
  return cloud == "aws" ? kEmr : std::string_view{};
}

// All that is driven with the keys of a cloud.
inline std::vector<std::string_view> drivers_of(std::string_view cloud) {
  std::vector<std::string_view> drivers{cloud};
  if (const auto clusters = driver_of(cloud, Kind::cluster); !clusters.empty())
    drivers.push_back(clusters);
  return drivers;
}

// For people: AWS, DigitalOcean.
constexpr std::string_view cloud_title(std::string_view name) {
  if (name == "aws") return "AWS";
  if (name == kEmr) return "Amazon EMR";
  if (name == "digitalocean") return "DigitalOcean";
  return name;
}

}  // namespace mayfly
