#include "clouds/sim/geography.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/id.h"

namespace mayfly::sim {
namespace {

std::string id_from(std::string_view prefix, std::string_view what) {
  return fmt::format("{}-0{}", prefix, sha256_hex(what).substr(0, 16));
}

struct ImageKind {
  std::string_view alias;
  Arch arch;
  std::string_view name;
  std::string_view owner;
  std::string_view root_device;
  std::string_view parameter;
};

constexpr ImageKind kImageKinds[] = {
    {"ubuntu-24.04", Arch::x86_64,
     "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261015", "099720109477",
     "/dev/sda1",
     "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"},
    {"ubuntu-24.04", Arch::arm64,
     "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20261015", "099720109477",
     "/dev/sda1",
     "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"},
    {"ubuntu-22.04", Arch::x86_64, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261010",
     "099720109477", "/dev/sda1",
     "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"},
    {"ubuntu-22.04", Arch::arm64, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20261010",
     "099720109477", "/dev/sda1",
     "/aws/service/canonical/ubuntu/server/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id"},
    {"debian-12", Arch::x86_64, "debian-12-amd64-20261012-2253", "136693071363", "/dev/xvda",
     "/aws/service/debian/release/12/latest/amd64"},
    {"debian-12", Arch::arm64, "debian-12-arm64-20261012-2253", "136693071363", "/dev/xvda",
     "/aws/service/debian/release/12/latest/arm64"},
    {"amazon-linux-2023", Arch::x86_64, "al2023-ami-2023.9.20261020.0-kernel-6.1-x86_64",
     "137112412989", "/dev/xvda",
     "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"},
    {"amazon-linux-2023", Arch::arm64, "al2023-ami-2023.9.20261020.0-kernel-6.1-arm64",
     "137112412989", "/dev/xvda",
     "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"},
};

std::vector<Image> make_images(const std::string& region) {
  std::vector<Image> images;
  for (const ImageKind& kind : kImageKinds) {
    images.push_back({std::string(kind.alias), kind.arch,
                      id_from("ami", fmt::format("{}/{}", region, kind.parameter)),
                      std::string(kind.name), std::string(kind.owner),
                      std::string(kind.root_device), std::string(kind.parameter)});
  }
  return images;
}

}  // namespace

const std::vector<std::string>& regions_of(std::string_view cloud) {
  static const std::vector<std::string> kAws = {
      "af-south-1",     "ap-east-1",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
      "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
      "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1",   "ca-west-1",
      "eu-central-1",   "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",
      "eu-west-1",      "eu-west-2",      "eu-west-3",      "il-central-1",   "me-central-1",
      "me-south-1",     "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",
      "us-west-1",      "us-west-2"};
  static const std::vector<std::string> kDigitalOcean = {"ams3", "atl1", "blr1", "fra1", "lon1",
                                                         "nyc1", "nyc2", "nyc3", "sfo2", "sfo3",
                                                         "sgp1", "syd1", "tor1"};
  return cloud == "digitalocean" ? kDigitalOcean : kAws;
}

bool is_region(std::string_view cloud, std::string_view region) {
  return std::ranges::binary_search(regions_of(cloud), region);
}

std::vector<std::string> zones_of(std::string_view region) {
  std::vector<std::string> zones;
  for (const char letter : {'a', 'b', 'c'}) zones.push_back(std::string(region) + letter);
  return zones;
}

bool zone_offers(std::string_view zone, std::string_view instance_type) {
  if (zone.ends_with('a')) return true;
  std::uint64_t hash = 14'695'981'039'346'656'037u;  // FNV-1a
  for (const std::string_view part : {zone, instance_type}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  }
  return hash % 7 != 0;
}

std::string vpc_of(std::string_view account, std::string_view region) {
  return id_from("vpc", fmt::format("{}/{}", account, region));
}

std::string subnet_of(std::string_view account, std::string_view zone) {
  return id_from("subnet", fmt::format("{}/{}", account, zone));
}

std::string default_group_of(std::string_view account, std::string_view region) {
  return id_from("sg", fmt::format("{}/{}/default", account, region));
}

const std::vector<Image>& images_of(const std::string& region) {
  static const std::map<std::string, std::vector<Image>> kAll = [] {
    std::map<std::string, std::vector<Image>> all;
    for (const std::string& each : regions_of("aws")) all.emplace(each, make_images(each));
    return all;
  }();
  static const std::vector<Image> kNone;
  const auto found = kAll.find(region);
  return found == kAll.end() ? kNone : found->second;
}

const Image* find_image(const std::string& region, std::string_view id) {
  const std::vector<Image>& images = images_of(region);
  const auto found = std::ranges::find(images, id, &Image::id);
  return found == images.end() ? nullptr : &*found;
}

const Image* find_image(const std::string& region, std::string_view alias, Arch arch) {
  for (const Image& image : images_of(region)) {
    if (image.alias == alias && (image.arch == arch || arch == Arch::any)) return &image;
  }
  return nullptr;
}

const std::vector<Distribution>& distributions() {
  static const std::vector<Distribution> kAll = {{"ubuntu-24-04-x64", "Ubuntu", "24.04 (LTS) x64"},
                                                 {"ubuntu-22-04-x64", "Ubuntu", "22.04 (LTS) x64"},
                                                 {"debian-12-x64", "Debian", "12 x64"},
                                                 {"fedora-42-x64", "Fedora", "42 x64"},
                                                 {"centos-stream-9-x64", "CentOS", "9 Stream x64"}};
  return kAll;
}

std::string image_slug(std::string_view alias) {
  if (alias.ends_with("-x64")) return std::string(alias);
  if (alias == "ubuntu-24.04") return "ubuntu-24-04-x64";
  if (alias == "ubuntu-22.04") return "ubuntu-22-04-x64";
  if (alias == "debian-12") return "debian-12-x64";
  return {};
}

bool is_image_slug(std::string_view slug) {
  return std::ranges::find(distributions(), slug, &Distribution::slug) != distributions().end();
}

}  // namespace mayfly::sim
