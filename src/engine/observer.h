// Watches what exists: one listing per credential and region for everybody, never a call per
// reservation. Scopes with something in transition are listed every few seconds, running ones every
// minute, tombstones every ten.
//
// Each reservation in transition is told of every listing; the others only of what changed, so that
// a hundred thousand quiet machines cost one comparison each and no event. Single-threaded: the
// engine's Loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/lanes.h"
#include "engine/ports.h"
#include "lifecycles/reservation.h"

namespace mayfly::engine {

struct ObserverSettings {
  std::string installation;  // value of tag::kInstallation on everything of ours
  Duration poll_transition = 2s;
  Duration poll_steady = 60s;
  Duration poll_dormant = 10min;
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

  Observer(Ports& ports, Lanes& lanes, ObserverSettings settings, Tell tell);
  ~Observer();

  // Replaces what is known of this reservation's interests; empty = forget it.
  void set_interests(const std::string& reservation, std::vector<lifecycles::Interest> interests);

  // Tells of every complete listing, also of what no reservation here is interested in.
  void on_listing(std::function<void(const Listing&)> heard) { heard_ = std::move(heard); }

  // Lists this key's scopes at once: whatever made them fail may be mended.
  void hurry(const std::string& key);

  std::size_t scopes() const;

 private:
  struct Scope;
  using ScopeKey = std::pair<std::string, std::string>;  // key, region

  void arm(Scope& scope, Time when);
  void poll(const ScopeKey& key);
  void take(const ScopeKey& key, Time asked_at, CloudResult<std::vector<Instance>> listing);
  Duration interval(const Scope& scope) const;
  void tell_all(Scope& scope, Time asked_at, const std::vector<Instance>& listing);

  Ports& ports_;
  Lanes& lanes_;
  ObserverSettings settings_;
  Tell tell_;
  std::function<void(const Listing&)> heard_;
  std::map<ScopeKey, std::unique_ptr<Scope>> scopes_;
  std::map<std::string, std::vector<lifecycles::Interest>> interests_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace mayfly::engine
