// DigitalOcean's API v2 behind one address.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "digitalocean_api.h"
#include "http/server.h"
#include "simulator.h"

namespace mayfly::cloudsim {

// Clearly an example: nothing anywhere accepts it but this simulator.
inline constexpr char kDigitalOceanToken[] =
    "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

class DigitalOceanDoor {
 public:
  explicit DigitalOceanDoor(Simulator& simulator);

  // Precondition: the path begins with v2.
  boost::asio::awaitable<http::Response> answer(http::Request request);

 private:
  http::Response refused(const sim::CloudError& error);
  http::Headers common_headers();

  Simulator& simulator_;
  DigitalOcean state_;
};

}  // namespace mayfly::cloudsim
