#include "clouds/digitalocean/availability.h"

#include <fmt/format.h>

#include "clouds/digitalocean/answer.h"
#include "clouds/digitalocean/pages.h"

namespace mayfly::clouds::digitalocean {
namespace {

std::unexpected<CloudFailure> not_to_be_had(Reaction reaction, std::string_view code,
                                            std::string message) {
  return std::unexpected(
      CloudFailure{.reaction = reaction, .code = std::string(code), .message = std::move(message)});
}

std::set<std::string, std::less<>> regions_of(const json::value& tree) {
  std::set<std::string, std::less<>> regions;
  if (const json::array* slugs = array_of(tree, "regions")) {
    for (const json::value& slug : *slugs) {
      if (const auto* text = slug.if_string()) regions.emplace(text->data(), text->size());
    }
  }
  return regions;
}

std::string sizes_name(const std::string& key_id) {
  return key_id + '\n';
}

std::string image_name(const std::string& key_id, const std::string& slug) {
  return key_id + '\n' + slug + '\n';
}

}  // namespace

std::string image_slug(std::string_view image) {
  if (image == "ubuntu-24.04") return "ubuntu-24-04-x64";
  if (image == "ubuntu-22.04") return "ubuntu-22-04-x64";
  if (image == "debian-12") return "debian-12-x64";
  if (image.ends_with("-x64")) return std::string(image);
  return {};
}

boost::asio::awaitable<CloudResult<LaunchTarget>> Availability::find(Credentials credentials,
                                                                     PrepareSpec spec) {
  const std::string slug = image_slug(spec.image);
  if (slug.empty()) {
    co_return not_to_be_had(Reaction::skip_cloud, "ImageNotFound",
                            fmt::format("DigitalOcean has no image '{}'.", spec.image));
  }
  if (spec.arch == Arch::arm64) {
    co_return not_to_be_had(Reaction::next_offer, "ArchitectureNotFound",
                            "DigitalOcean has no arm64 machines.");
  }
  auto fetch_sizes = [this, &credentials] { return read_sizes(credentials.secret); };
  auto reading_sizes = sizes_.get(sizes_name(credentials.key_id), std::move(fetch_sizes));
  const auto sizes = co_await std::move(reading_sizes);
  if (!sizes) co_return std::unexpected(sizes.error());
  if (auto judged = judge_size(**sizes, spec); !judged) co_return std::unexpected(judged.error());

  auto fetch_image = [this, &credentials, &slug] { return read_image(credentials.secret, slug); };
  auto reading_image = images_.get(image_name(credentials.key_id, slug), std::move(fetch_image));
  const auto image = co_await std::move(reading_image);
  if (!image) co_return std::unexpected(image.error());
  const Size& size = (*sizes)->find(spec.instance_type)->second;
  if (auto judged = judge_image(*image, slug, size, spec); !judged) {
    co_return std::unexpected(judged.error());
  }
  LaunchTarget target;
  target.image = slug;
  co_return target;
}

void Availability::forget(const std::string& key_id, const std::string& image_slug) {
  sizes_.forget(sizes_name(key_id));
  images_.forget(image_name(key_id, image_slug));
}

boost::asio::awaitable<CloudResult<Availability::Sizes>> Availability::read_sizes(Secret token) {
  SizeTable sizes;
  // Prices are not read: they come from the catalog, and here they carry the noise of binary
  // fractions.
  auto visit = [&sizes](const json::value& element) -> CloudResult<void> {
    const auto slug = text_of(element, "slug");
    if (!slug)
      return std::unexpected(unreadable(operation::kListSizes, "has a size without a slug"));
    sizes[*slug] = Size{.regions = regions_of(element),
                        .available = flag_of(element, "available").value_or(false),
                        .disk_gib = integer_of(element, "disk").value_or(0)};
    return {};
  };
  Listing listing{.operation = operation::kListSizes, .path = "/v2/sizes", .member = "sizes"};
  auto reading = read_pages(api_, std::move(token), std::move(listing), std::move(visit));
  const auto read = co_await std::move(reading);
  if (!read) co_return std::unexpected(read.error());
  co_return std::make_shared<const SizeTable>(std::move(sizes));
}

boost::asio::awaitable<CloudResult<Availability::Image>> Availability::read_image(
    Secret token, std::string slug) {
  ApiCall call{.operation = operation::kReadImage,
               .path = fmt::format("/v2/images/{}", http::percent_encode(slug))};
  auto reading = api_.call(std::move(token), std::move(call));
  const auto tree = co_await std::move(reading);
  if (!tree && tree.error().reaction == Reaction::gone) {
    // Not fatal: another cloud may have the image that the request means.
    co_return not_to_be_had(
        Reaction::skip_cloud, "ImageNotFound",
        fmt::format("DigitalOcean has no image '{}' (any more): {}", slug, tree.error().message));
  }
  if (!tree) co_return std::unexpected(tree.error());
  const json::value* image = member_of(*tree, "image");
  if (!image || !image->is_object()) {
    co_return std::unexpected(unreadable(operation::kReadImage, "has no image"));
  }
  const std::string status = text_of(*image, "status").value_or("available");
  co_return Image{.regions = regions_of(*image),
                  .disk_gib_min = integer_of(*image, "min_disk_size").value_or(0),
                  .retired = status == "retired" || status == "deleted"};
}

CloudResult<void> Availability::judge_size(const SizeTable& sizes, const PrepareSpec& spec) {
  const auto found = sizes.find(spec.instance_type);
  if (found == sizes.end()) {
    return not_to_be_had(
        Reaction::next_offer, "SizeNotFound",
        fmt::format("DigitalOcean does not sell '{}' to this account.", spec.instance_type));
  }
  // A region that is sold out simply vanishes from the size's list.
  if (!found->second.available || !found->second.regions.contains(spec.region)) {
    return not_to_be_had(
        Reaction::next_offer, "SizeNotAvailable",
        fmt::format("DigitalOcean has no '{}' in {} now.", spec.instance_type, spec.region));
  }
  return {};
}

CloudResult<void> Availability::judge_image(const Image& image, std::string_view slug,
                                            const Size& size, const PrepareSpec& spec) {
  if (image.retired) {
    return not_to_be_had(Reaction::skip_cloud, "ImageNotFound",
                         fmt::format("DigitalOcean has retired the image '{}'.", slug));
  }
  if (!image.regions.contains(spec.region)) {
    return not_to_be_had(Reaction::skip_region, "ImageNotInRegion",
                         fmt::format("DigitalOcean has no image '{}' in {}.", slug, spec.region));
  }
  if (size.disk_gib < image.disk_gib_min) {
    return not_to_be_had(Reaction::next_offer, "DiskTooSmall",
                         fmt::format("'{}' has {} GiB of disk and the image '{}' needs {}.",
                                     spec.instance_type, size.disk_gib, slug, image.disk_gib_min));
  }
  return {};
}

}  // namespace mayfly::clouds::digitalocean
