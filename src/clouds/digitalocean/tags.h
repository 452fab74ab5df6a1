// Our tags as DigitalOcean's: it knows no keys, only names of [a-zA-Z0-9_-:] that are equal in any
// case. A tag is "<key>:<value>"; every byte of the value but [a-z0-9-] is written _xx, so that two
// values never share a tag (a sweeper that trusted a lossy name would end another installation's
// machines) and what is read back is what was written. Our ids need no escape and stay readable.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mayfly::clouds::digitalocean {

inline constexpr std::size_t kTagMax = 255;

std::string encode_tag(std::string_view key, std::string_view value);
// nullopt for tags that encode_tag did not make under a key of ours (mayfly:...): users have their
// own.
std::optional<std::pair<std::string, std::string>> decode_tag(std::string_view tag);

// In the order of the keys: launches are repeated with the same bytes.
std::vector<std::string> encode_tags(const std::map<std::string, std::string>& tags);

}  // namespace mayfly::clouds::digitalocean
