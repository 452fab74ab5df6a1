// DigitalOcean's API v2 behind one address.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "digitalocean_api.h"
#include "http/server.h"
#include "simulator.h"

namespace mayfly::cloudsim {

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
