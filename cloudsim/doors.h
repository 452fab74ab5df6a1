// Which request is for whom: /v2 is DigitalOcean's, /_sim our own, the rest AWS's.
#pragma once

#include "aws_door.h"
#include "control_door.h"
#include "digitalocean_door.h"

namespace mayfly::cloudsim {

class Doors {
 public:
  explicit Doors(Simulator& simulator)
      : aws_(simulator), digitalocean_(simulator), control_(simulator) {}

  boost::asio::awaitable<http::Response> answer(http::Request request);

 private:
  AwsDoor aws_;
  DigitalOceanDoor digitalocean_;
  ControlDoor control_;
};

}  // namespace mayfly::cloudsim
