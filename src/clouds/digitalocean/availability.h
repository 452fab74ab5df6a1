// What may be launched where, asked before a launch: a size that is sold out or an image that is
// gone is then a reason to take the next offer, not a refused create. Answers are cached for each
// key, because accounts see different sizes.
//
// All members on the Api's strand.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "clouds/cloud.h"
#include "clouds/digitalocean/api.h"
#include "clouds/shared/remembered.h"

namespace mayfly::clouds::digitalocean {

// Stock changes within minutes; a create that is refused makes us ask again at once.
inline constexpr Duration kSizesAgeMax = 10min;
inline constexpr Duration kImageAgeMax = 1h;

// The slug of an image as requests name it; empty for images that only other clouds have.
std::string image_slug(std::string_view image);

class Availability {
 public:
  Availability(Api& api, const Clock& clock)
      : api_(api), sizes_(clock, kSizesAgeMax), images_(clock, kImageAgeMax) {}

  boost::asio::awaitable<CloudResult<LaunchTarget>> find(Credentials credentials, PrepareSpec spec);
  // A create was refused: what is remembered may be wrong.
  void forget(const std::string& key_id, const std::string& image_slug);

 private:
  struct Size {
    std::set<std::string, std::less<>> regions;
    bool available = false;
    std::int64_t disk_gib = 0;
  };
  using SizeTable = std::map<std::string, Size, std::less<>>;
  using Sizes = std::shared_ptr<const SizeTable>;
  struct Image {
    std::set<std::string, std::less<>> regions;
    std::int64_t disk_gib_min = 0;
    bool retired = false;
  };

  boost::asio::awaitable<CloudResult<Sizes>> read_sizes(Secret token);
  boost::asio::awaitable<CloudResult<Image>> read_image(Secret token, std::string slug);
  static CloudResult<void> judge_size(const SizeTable& sizes, const PrepareSpec& spec);
  static CloudResult<void> judge_image(const Image& image, std::string_view slug, const Size& size,
                                       const PrepareSpec& spec);

  Api& api_;
  Remembered<Sizes> sizes_;
  Remembered<Image> images_;
};

}  // namespace mayfly::clouds::digitalocean
