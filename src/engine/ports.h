// What the engine is handed: the real thing and the simulation differ only here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "clouds/cloud.h"
#include "core/loop.h"
#include "pricing/catalog.h"
#include "store/store.h"

namespace mayfly::engine {

// Opens a stored key for use. Fails with not_found when it is gone for good.
class Keyring {
 public:
  virtual ~Keyring() = default;
  virtual void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) = 0;
};

struct Ports {
  Loop& loop;
  store::Store& store;
  Keyring& keyring;
  std::map<std::string, clouds::Cloud*> clouds;
  // Today's catalog: asked each time, because a refresh puts a new one in its place.
  std::function<std::shared_ptr<const pricing::Catalog>()> catalog;
};

}  // namespace mayfly::engine
