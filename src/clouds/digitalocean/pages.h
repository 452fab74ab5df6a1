// A listing of machines is only worth something when it is complete: "gone" is concluded from what
// it does not show. So: all pages or a failure, never a part.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "clouds/digitalocean/api.h"

namespace mayfly::clouds::digitalocean {

inline constexpr int kPerPage = 200;   // the most that DigitalOcean gives
inline constexpr int kPagesMax = 500;  // 100,000 elements; more is a server that pages for ever

struct Listing {
  std::string_view operation;
  std::string path;         // /v2/droplets
  std::string filter;       // tag_name=web, percent-encoded
  std::string_view member;  // droplets
};

using Visit = std::move_only_function<CloudResult<void>(const json::value& element)>;

// One page of a listing, for those who need not see all of it.
struct Page {
  json::array elements;
  bool has_next = false;
};
boost::asio::awaitable<CloudResult<Page>> read_page(Api& api, Secret token, Listing listing,
                                                    int number);

// Visits every element of every page; the first failure ends it. `visit` and what it refers to live
// until the answer.
boost::asio::awaitable<CloudResult<void>> read_pages(Api& api, Secret token, Listing listing,
                                                     Visit visit);

}  // namespace mayfly::clouds::digitalocean
