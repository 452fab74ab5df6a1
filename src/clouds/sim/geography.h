// What is where: regions, zones, default networks and public images, the same in every world. Ids
// are made from names, so that a person recognises them from run to run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/offer.h"

namespace mayfly::sim {

const std::vector<std::string>& regions_of(std::string_view cloud);
bool is_region(std::string_view cloud, std::string_view region);
// EC2's availability zones of a region: us-east-1a, ...
std::vector<std::string> zones_of(std::string_view region);
// Most types are in all zones of a region that sells them; every seventh or so is missing in one.
bool zone_offers(std::string_view zone, std::string_view instance_type);

// EC2: a region's default VPC, its default subnet per zone, its default security group.
std::string vpc_of(std::string_view account, std::string_view region);
std::string subnet_of(std::string_view account, std::string_view zone);
std::string default_group_of(std::string_view account, std::string_view region);

struct Image {
  std::string alias;  // ubuntu-24.04
  Arch arch = Arch::x86_64;
  std::string id;    // per region
  std::string name;  // as EC2 describes it
  std::string owner;
  std::string root_device;
  std::string parameter;  // SSM's public parameter that holds the id
};
// EC2's public images in a region.
const std::vector<Image>& images_of(const std::string& region);
const Image* find_image(const std::string& region, std::string_view id);
const Image* find_image(const std::string& region, std::string_view alias, Arch arch);

// DigitalOcean's distribution images; empty when the alias is not known there.
std::string image_slug(std::string_view alias);
bool is_image_slug(std::string_view slug);
struct Distribution {
  std::string slug;
  std::string distribution;
  std::string name;
};
const std::vector<Distribution>& distributions();

}  // namespace mayfly::sim
