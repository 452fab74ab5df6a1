// A whole Mayfly in this process: server, door, service, engine and store, over simulated clouds
// that live in milliseconds.
#pragma once

#include <memory>
#include <string>

#include "clouds/sim/world.h"
#include "core/thread_loop.h"
#include "engine/engine.h"
#include "http/client.h"
#include "http/server.h"
#include "notify/notifier.h"
#include "rest/door.h"
#include "serial.h"
#include "service/service.h"
#include "store/memory/memory_store.h"

namespace mayfly::rest {

struct InstallationOptions {
  sim::WorldSettings world = {};
  sim::FaultPlan faults = {};
  bool authenticate = true;
  DoorOptions door = {};
  // Makes the door beside the REST one, if there is to be one.
  std::function<http::Handler(service::Service&)> beside = {};
  mail::Sender* mail = nullptr;  // outlives the installation
  bool public_webhooks_only = false;
  service::Allowance allowance = {};
};

// Everything a cloud does takes a moment.
sim::WorldSettings quick_world();

class Installation {
 public:
  explicit Installation(InstallationOptions options = {.world = quick_world()});
  ~Installation();

  // The token.
  std::string add_user(const std::string& name, bool admin = false);
  unsigned short port() const { return server_->port(); }
  const service::Vault& vault() const { return vault_; }
  // For what no door does: to be used from another loop than ours.
  store::Store& store() { return store_; }
  // How many machines live at the clouds.
  std::size_t living();
  // A machine that no engine here started, in the AWS account of the fixture's key; its id.
  std::string add_instance(const std::string& region, std::map<std::string, std::string> tags);

 private:
  // Runs it on the loop and waits.
  template <class Work>
  void on_loop(Work work);

  ThreadLoop loop_;
  SystemRandom random_;
  SystemClock clock_;
  sim::World world_;
  SerialCloud aws_;
  SerialCloud emr_;
  SerialCloud digitalocean_;
  store::MemoryStore memory_;
  SerialStore store_;
  service::Vault vault_;
  service::StoreKeyring keyring_;
  std::unique_ptr<http::Client> notify_client_ = http::make_curl_client();
  std::unique_ptr<notify::Notifier> notifier_;
  std::unique_ptr<service::Accounts> accounts_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace mayfly::rest
