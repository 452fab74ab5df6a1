// A running server: every port with its implementation, started lowest floor first and stopped in
// the opposite order. Stopping is graceful: connections are told, calls under way to the clouds may
// end, and what does not is found out at the next start, as after a crash.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "server/config.h"

namespace mayfly::server {

class Assembly {
 public:
  // Fails with what to do when another server uses the data, the address is taken, ...
  static Result<std::unique_ptr<Assembly>> start(Config config);
  virtual ~Assembly() = default;
  virtual std::string url() const = 0;
};

}  // namespace mayfly::server
