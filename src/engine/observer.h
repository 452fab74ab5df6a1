// Watches what exists: one listing per credential and region for everybody, never a call per
// reservation. Scopes with something in transition are listed every two seconds, those where
// machines run every four, tombstones every ten minutes.
//
// That is as long as it stays a small part of what the cloud allows (clouds/limits.h, "listings"):
// with thousands of machines in a region a listing is many calls and is made less often, and so is
// each when there are many scopes. Scopes do not run in step.
//
// Each reservation in transition is told of every listing; the others only of what changed, so that
// a hundred thousand quiet machines cost one comparison each and no event. Single-threaded: the
// engine's Loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/pacer.h"
#include "engine/ports.h"
#include "lifecycles/reservation.h"

namespace mayfly::engine {

struct ObserverSettings {
  std::string installation;  // value of tag::kInstallation on everything of ours
  Duration poll_transition = 2s;
  Duration poll_steady = 4s;
  Duration poll_dormant = 10min;
  std::map<std::string, Duration> poll_min =
      {};                      // by cloud, instead of its own CloudTraits::poll_min
  Duration poll_share = 20ms;  // steady listings of all scopes together: not more than one in this
};

// A complete listing of everything that carries our installation's tag.
struct Listing {
  std::string key;
  std::string cloud;
  std::string region;  // "" when the cloud lists all regions at once
  Time asked_at;       // it shows the cloud as of then or later
  std::vector<Instance> instances;
};

class Observer {
 public:
  using Tell = std::function<void(const std::string& reservation, lifecycles::Observed)>;

  Observer(Ports& ports, Pacer& pacer, ObserverSettings settings, Tell tell);
  ~Observer();

  // Replaces what is known of this reservation's interests; empty = forget it.
  void set_interests(const std::string& reservation,
                     const std::vector<lifecycles::Interest>& interests);

  // Tells of every complete listing, also of what no reservation here is interested in.
  void on_listing(std::function<void(const Listing&)> heard) { heard_ = std::move(heard); }

  // Lists this key's scopes at once: whatever made them fail may be mended.
  void hurry(const std::string& key);

  std::size_t scopes() const;

 private:
  struct Scope;
  // A reservation's interest in a scope, which lives as long as anybody has one in it.
  struct Bond {
    Scope* scope = nullptr;
    lifecycles::Watch watch = lifecycles::Watch::dormant;
  };

  static bool same(const std::vector<Bond>& bonds,
                   const std::vector<lifecycles::Interest>& interests);
  Scope& scope_of(const lifecycles::Interest& interest);
  void arm(Scope& scope, Time when);
  void poll(const ScopeKey& key);
  void take(const ScopeKey& key, Time asked_at, CloudResult<std::vector<Instance>> listing);
  Order order_of(const Scope& scope) const;
  Duration interval(Scope& scope);
  void tell_all(Scope& scope, const Listing& listing);

  Ports& ports_;
  Pacer& pacer_;
  ObserverSettings settings_;
  Tell tell_;
  std::function<void(const Listing&)> heard_;
  std::map<ScopeKey, std::unique_ptr<Scope>> scopes_;
  std::unordered_map<std::string, std::vector<Bond>> bonds_;  // by reservation
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace mayfly::engine
