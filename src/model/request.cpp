#include "model/request.h"

#include <algorithm>

#include "model/clouds.h"

namespace mayfly {
namespace {

void validate_shape(const Request& request, json::Issues& issues) {
  if (request.memory_gib && request.memory_gib->value == 0) {
    issues.add("memory_gib", "must be more than 0");
  }
  if (request.max_price_usd_hour && request.max_price_usd_hour->value == 0) {
    issues.add("max_price_usd_hour", "must be more than 0");
  }
  if (request.instance_type) return;
  if (!request.vcpus) issues.add("vcpus", "is required unless instance_type is given");
  if (!request.memory_gib) issues.add("memory_gib", "is required unless instance_type is given");
}

void validate_clouds(const Request& request, json::Issues& issues) {
  if (!request.clouds) return;
  for (std::size_t i = 0; i < request.clouds->size(); ++i) {
    if (!is_cloud((*request.clouds)[i])) {
      issues.add(fmt::format("clouds.{}", i), "must be " + json::join_names(cloud_names()));
    }
  }
}

void validate_regions(const Request& request, json::Issues& issues) {
  if (!request.regions) return;
  for (std::size_t i = 0; i < request.regions->size(); ++i) {
    const std::string& pattern = (*request.regions)[i];
    const std::size_t colon = pattern.find(':');
    if (pattern.empty() || colon + 1 == pattern.size() ||
        (colon != std::string::npos && !is_cloud(pattern.substr(0, colon)))) {
      issues.add(fmt::format("regions.{}", i),
                 "must be a region or glob, with a known cloud before a colon: eu-*, aws:eu-*");
    }
  }
}

void validate_ssh_key(const Request& request, json::Issues& issues) {
  if (!request.ssh_public_key) return;
  const std::string& line = *request.ssh_public_key;
  const std::size_t space = line.find(' ');
  const std::string type = line.substr(0, space);
  constexpr std::string_view known[] = {"ssh-ed25519",
                                        "ssh-rsa",
                                        "ecdsa-sha2-nistp256",
                                        "ecdsa-sha2-nistp384",
                                        "ecdsa-sha2-nistp521",
                                        "sk-ssh-ed25519@openssh.com",
                                        "sk-ecdsa-sha2-nistp256@openssh.com"};
  const std::string blob = space == std::string::npos
                               ? ""
                               : line.substr(space + 1, line.find(' ', space + 1) - space - 1);
  const bool base64 = std::ranges::all_of(blob, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("+/=").contains(c);
  });
  if (std::ranges::find(known, type) == std::end(known) || blob.size() < 16 || !base64) {
    issues.add("ssh_public_key",
               "must be one OpenSSH public key line, such as the content of ~/.ssh/id_ed25519.pub");
  }
}

// Both travel in one document; what is not ASCII travels as base64.
void validate_boot_document(const Request& request, json::Issues& issues) {
  if (!request.user_data) return;
  constexpr std::size_t kFrame = 1024;  // MIME headers and boundaries
  const std::string& text = *request.user_data;
  const bool ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const std::size_t size = (ascii ? text.size() : text.size() / 3 * 4 + 4) +
                           request.ssh_public_key.value_or("").size() + kFrame;
  if (size > kBootDocumentMax) {
    issues.add("user_data", "is too large together with the ssh key; let it fetch the rest");
  }
}

}  // namespace

void validate(const Request& request, json::Issues& issues) {
  validate_shape(request, issues);
  validate_clouds(request, issues);
  validate_regions(request, issues);
  validate_ssh_key(request, issues);
  validate_boot_document(request, issues);
  if (clouds_of_image(request.image).empty()) {
    issues.add("image",
               "must be ubuntu-24.04, ubuntu-22.04, debian-12, amazon-linux-2023, an AMI id "
               "(ami-...), or a DigitalOcean image slug (ending in -x64)");
  }
}

std::vector<std::string> clouds_of_image(std::string_view image) {
  if (image == "ubuntu-24.04" || image == "ubuntu-22.04" || image == "debian-12") {
    return {"aws", "digitalocean"};
  }
  if (image == "amazon-linux-2023" || image.starts_with("ami-")) return {"aws"};
  if (image.ends_with("-x64")) return {"digitalocean"};
  return {};
}

}  // namespace mayfly
