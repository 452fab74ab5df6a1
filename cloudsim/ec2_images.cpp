#include <fmt/format.h>

#include <algorithm>

#include "clouds/sim/geography.h"
#include "ec2_actions.h"
#include "filters.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

using sim::Image;
using sim::Outcome;
using sim::refuse;
using Texts = std::optional<std::vector<std::string>>;

constexpr char kAmazon[] = "137112412989";

const char* arch_name(const Image& image) {
  return image.arch == Arch::arm64 ? "arm64" : "x86_64";
}

Texts image_field(const Image& image, std::string_view name) {
  const auto one = [](std::string text) { return Texts({std::move(text)}); };
  if (name == "image-id") return one(image.id);
  if (name == "name") return one(image.name);
  if (name == "architecture") return one(arch_name(image));
  if (name == "state") return one("available");
  if (name == "owner-id") return one(image.owner);
  if (name == "owner-alias") return one(image.owner == kAmazon ? "amazon" : "");
  if (name == "root-device-type") return one("ebs");
  if (name == "root-device-name") return one(image.root_device);
  if (name == "virtualization-type") return one("hvm");
  if (name == "is-public") return one("true");
  if (name == "image-type") return one("machine");
  return std::nullopt;
}

bool owned_by(const Image& image, const std::vector<std::string>& owners) {
  return owners.empty() || std::ranges::any_of(owners, [&](const std::string& owner) {
           return owner == image.owner || (owner == "amazon" && image.owner == kAmazon);
         });
}

void put_image(pugi::xml_node item, const Image& image) {
  put(item, "imageId", image.id);
  put(item, "imageLocation", image.owner + '/' + image.name);
  put(item, "imageState", "available");
  put(item, "imageOwnerId", image.owner);
  put(item, "creationDate", "2026-10-20T00:00:00.000Z");
  put(item, "isPublic", true);
  put(item, "architecture", arch_name(image));
  put(item, "imageType", "machine");
  if (image.owner == kAmazon) put(item, "imageOwnerAlias", "amazon");
  put(item, "name", image.name);
  put(item, "description", fmt::format("{} for {}", image.alias, arch_name(image)));
  put(item, "rootDeviceType", "ebs");
  put(item, "rootDeviceName", image.root_device);
  pugi::xml_node mapping = item.append_child("blockDeviceMapping").append_child("item");
  put(mapping, "deviceName", image.root_device);
  pugi::xml_node ebs = mapping.append_child("ebs");
  put(ebs, "snapshotId", "snap-" + image.id.substr(4));
  put(ebs, "volumeSize", 8);
  put(ebs, "deleteOnTermination", true);
  put(ebs, "volumeType", "gp3");
  put(ebs, "encrypted", false);
  put(item, "virtualizationType", "hvm");
  put(item, "hypervisor", "xen");
  put(item, "enaSupport", true);
}

}  // namespace

Outcome<std::string> describe_images(Ec2&, const Ec2Call& call) {
  const std::vector<std::string> ids = call.form.list("ImageId");
  for (const std::string& id : ids) {
    if (sim::find_image(call.region, id)) continue;
    return refuse(400, id.starts_with("ami-") ? "InvalidAMIID.NotFound" : "InvalidAMIID.Malformed",
                  fmt::format("The image id '[{}]' does not exist", id));
  }
  const std::vector<std::string> owners = call.form.list("Owner");
  const std::vector<Filter> filters = filters_of(call.form);
  XmlAnswer answer("DescribeImages", call.request_id);
  pugi::xml_node set = answer.root().append_child("imagesSet");
  for (const Image& image : sim::images_of(call.region)) {
    if (!ids.empty() && std::ranges::find(ids, image.id) == ids.end()) continue;
    const auto pass =
        passes(filters, [&](std::string_view name) { return image_field(image, name); });
    if (!pass) return std::unexpected(pass.error());
    if (*pass && owned_by(image, owners)) put_image(set.append_child("item"), image);
  }
  return answer.text();
}

}  // namespace mayfly::cloudsim
