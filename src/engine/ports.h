// What the engine is handed: the real thing and the simulation differ only here.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clouds/cloud.h"
#include "core/loop.h"
#include "model/reservation.h"
#include "pricing/catalog.h"
#include "store/store.h"

namespace mayfly::engine {

// What one listing covers: a cloud's drivers share keys and regions, but not listings.
struct ScopeKey {
  std::string key;
  std::string cloud;
  std::string region;  // "" when the cloud lists all regions at once
  auto operator<=>(const ScopeKey&) const = default;
};

// A stored key and how far it reaches.
struct KeyReach {
  std::string id;
  std::string user;
  std::string cloud;
  std::vector<std::string> regions;  // empty: the cloud did not say
};

// Opens a stored key for use. Fails with not_found when it is gone for good.
class Keyring {
 public:
  virtual ~Keyring() = default;
  virtual void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) = 0;
  // The same for looking and ending only: also a key with which nothing may be started any more.
  virtual void open_to_end(const std::string& key, Loop& loop,
                           Done<Result<clouds::Credentials>> done) {
    open(key, loop, std::move(done));
  }
  // Every stored key, whatever its state. A keyring that cannot tell has none to sweep with.
  virtual void reaches(Loop& loop, Done<Result<std::vector<KeyReach>>> done) {
    loop.post([done = std::move(done)]() mutable { done({}); });
  }
};

// Whether the owner's limits leave room for `state->preparing`; when they do, the room is held.
// Asked before each offer is tried, so that a failover costs no more than its owner may spend. A
// refusal is answered to the reservation like a cloud's: the offer is ruled out for that reason.
using Admit =
    std::function<void(std::shared_ptr<const Reservation> state, Done<CloudResult<void>> done)>;

struct Ports {
  Loop& loop;
  store::Store& store;
  Keyring& keyring;
  std::map<std::string, clouds::Cloud*> clouds;
  // Today's catalog: asked each time, because a refresh puts a new one in its place.
  std::function<std::shared_ptr<const pricing::Catalog>()> catalog;
  Admit admit = {};  // none: there is always room
};

}  // namespace mayfly::engine
