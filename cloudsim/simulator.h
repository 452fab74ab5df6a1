// One world behind the wire: its clock, its shop, and how a call passes through it. Everything here
// runs on the server's one thread, so that the world needs no lock.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "aws_account.h"
#include "clouds/sim/world.h"
#include "key_ring.h"
#include "shop.h"
#include "virtual_clock.h"

namespace mayfly::cloudsim {

struct SimulatorOptions {
  int speed = 1;
  std::uint64_t seed = 1;
  sim::FaultPlan faults;
};

// The one account that keys of both clouds belong to.
inline constexpr char kAwsAccount[] = "123456789012";
inline constexpr char kDigitalOceanAccount[] = "f81d4fae7dec11d0a76500a0c91e6bf6";

class Simulator {
 public:
  // The clock of the real world outlives the simulator.
  Simulator(const Clock& real, SimulatorOptions options);

  const VirtualClock& clock() const { return clock_; }
  sim::World& world() { return world_; }
  const Shop& shop() const { return shop_; }
  KeyRing& keys() { return keys_; }
  AwsAccount& aws_account() { return aws_account_; }
  std::uint64_t seed() const { return seed_; }
  // What clouds put beside every answer, so that their people can find the call again.
  std::string new_request_id();

  // Waits as long as the cloud takes. `effect` renders the answer's body at the moment the call
  // takes effect. A call that the faults leave without an answer is held for as long as most
  // clients wait, and then ends with status 0.
  boost::asio::awaitable<sim::Outcome<std::string>> perform(
      sim::CallSite site, std::function<sim::Outcome<std::string>()> effect);

 private:
  boost::asio::awaitable<void> sleep(Duration real);

  VirtualClock clock_;
  Shop shop_;
  KeyRing keys_;
  AwsAccount aws_account_;
  std::uint64_t seed_;
  SeededRandom ids_;
  sim::World world_;
};

}  // namespace mayfly::cloudsim
