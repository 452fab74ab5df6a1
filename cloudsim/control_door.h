// The simulator's own address, /_sim: the ledger, the faults, the keys, and a hand in the clouds'
// machines. No credentials: it exists only where people test.
#pragma once

#include "http/server.h"
#include "simulator.h"

namespace mayfly::cloudsim {

class ControlDoor {
 public:
  explicit ControlDoor(Simulator& simulator) : simulator_(simulator) {}

  // Precondition: the path begins with _sim.
  http::Response answer(const http::Request& request);

 private:
  http::Response ledger();
  http::Response health();
  http::Response faults(const http::Request& request);
  http::Response keys(const http::Request& request);
  http::Response account(const http::Request& request);
  http::Response play(const std::string& id, const std::string& what);

  Simulator& simulator_;
};

}  // namespace mayfly::cloudsim
