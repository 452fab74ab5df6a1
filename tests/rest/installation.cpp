#include "installation.h"

#include <future>

#include "clouds/sim/sim_cloud.h"
#include "core/assert.h"
#include "core/log.h"
#include "pricing/catalog.h"

namespace mayfly::rest {
namespace {

service::Vault test_vault() {
  auto vault = service::Vault::from_hex(Secret(std::string(64, 'a')));
  ASSERT(vault);
  return *std::move(vault);
}

// As patient as clouds that answer in milliseconds need.
engine::Settings quick_settings(notify::Notifier& notifier, service::Accounts& accounts) {
  engine::Settings settings{.observer = {.installation = "test"}};
  settings.alongside = [&notifier](const Reservation* before, const Reservation& next) {
    return notifier.alongside(before, next);
  };
  settings.changed = [&notifier, &accounts](const Reservation* before, const Reservation* now) {
    accounts.changed(before, now);
    notifier.changed(before, now);
  };
  settings.policy.look_up_window = 50ms;
  settings.policy.absence_window = 10ms;
  settings.policy.invisible_window = 100ms;
  settings.policy.vanish_window = 50ms;
  settings.policy.observation_gap = 1ms;
  settings.policy.terminate_again = 100ms;
  settings.policy.backoff_min = 5ms;
  settings.policy.backoff_max = 50ms;
  settings.observer.poll_transition = 10ms;
  settings.observer.poll_steady = 100ms;
  settings.observer.poll_min = {{"emr", 10ms}};
  settings.sweep.rules.age_guard = 100ms;
  settings.sweep.rules.seen_gap = 100ms;
  settings.sweep.rules.absence_window = 10ms;
  settings.sweep.rules.observation_gap = 1ms;
  settings.sweep.pause_on_demand = 1ms;
  return settings;
}

}  // namespace

sim::WorldSettings quick_world() {
  sim::WorldSettings world;
  world.latency = {0ms, 2ms};
  world.instance_boot = world.droplet_boot = {1ms, 10ms};
  world.instance_shutdown = world.droplet_shutdown = {1ms, 10ms};
  world.cluster_start = world.cluster_bootstrap = world.cluster_shutdown = {1ms, 10ms};
  world.visibility = world.tag_lag = world.address_lag = {0ms, 5ms};
  world.throttling = false;
  world.sold = [](const std::string& cloud, const std::string& region,
                  const std::string& type) -> std::optional<Arch> {
    const auto* row = pricing::Catalog::embedded()->find(cloud, region, type);
    return row ? std::optional(row->arch) : std::nullopt;
  };
  return world;
}

Installation::Installation(InstallationOptions options)
    : world_(loop_, 1, std::move(options.world)),
      aws_(sim::make_sim_aws(world_), loop_),
      emr_(sim::make_sim_emr(world_), loop_),
      digitalocean_(sim::make_sim_digitalocean(world_), loop_),
      store_(memory_, loop_),
      vault_(test_vault()),
      keyring_(store_, vault_) {
  log::configure(log::Level::off, false);
  const std::map<std::string, clouds::Cloud*> clouds = {
      {"aws", &aws_}, {"emr", &emr_}, {"digitalocean", &digitalocean_}};
  std::promise<Result<void>> telling;
  on_loop([&] {
    notifier_ = std::make_unique<notify::Notifier>(
        notify::Ports{
            .loop = loop_,
            .store = store_,
            .http = *notify_client_,
            .mail = options.mail,
            .random = random_,
            .unseal = [this](std::string_view sealed,
                             std::string_view context) { return vault_.unseal(sealed, context); }},
        notify::Settings{
            .public_only = options.public_webhooks_only, .retry_min = 20ms, .retry_max = 100ms});
    notifier_->start([&](Result<void> result) { telling.set_value(std::move(result)); });
  });
  ASSERT(telling.get_future().get());
  std::promise<Result<void>> started;
  on_loop([&] {
    world_.set_faults(std::move(options.faults));
    accounts_ = std::make_unique<service::Accounts>(store_, loop_, options.allowance);
    engine_ = std::make_unique<engine::Engine>(engine::Ports{.loop = loop_,
                                                             .store = store_,
                                                             .keyring = keyring_,
                                                             .clouds = clouds,
                                                             .catalog = &pricing::Catalog::embedded,
                                                             .admit = accounts_->as_admit()},
                                               quick_settings(*notifier_, *accounts_));
    engine_->start([&](Result<void> result) { started.set_value(std::move(result)); });
  });
  ASSERT(started.get_future().get());
  service_ = std::make_unique<service::Service>(
      service::Parts{.store = store_,
                     .engine = *engine_,
                     .engine_loop = loop_,
                     .accounts = *accounts_,
                     .clouds = clouds,
                     .catalog = &pricing::Catalog::embedded,
                     .clock = clock_,
                     .random = random_,
                     .vault = vault_,
                     .notifier = *notifier_,
                     .settings = {.authenticate = options.authenticate}});
  options.door.connections = [this] { return server_ ? server_->connections() : 0; };
  if (options.beside) options.door.otherwise = options.beside(*service_);
  auto server = http::Server::start({.port = 0, .threads = 2},
                                    make_handler(*service_, random_, std::move(options.door)),
                                    make_refusal());
  ASSERT(server);
  server_ = *std::move(server);
}

Installation::~Installation() {
  server_->stop(Duration::zero());
  on_loop([this] {
    engine_.reset();
    accounts_.reset();
    notifier_.reset();
  });
  notify_client_.reset();
  loop_.stop();
  server_.reset();
}

template <class Work>
void Installation::on_loop(Work work) {
  std::promise<void> done;
  loop_.post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

std::string Installation::add_user(const std::string& name, bool admin) {
  const auto token = service::add_user(store_, clock_, name, admin);
  ASSERT(token);
  return std::string(token->reveal());
}

std::string Installation::add_instance(const std::string& region,
                                       std::map<std::string, std::string> tags) {
  const std::string account = sim::account_of(
      "aws", {.id = "AKIAEXAMPLE", .secret = Secret(std::string_view("hush+/hush"))});
  std::string id;
  on_loop([&] { id = world_.add_foreign("aws", account, region, "t3.micro", std::move(tags)).id; });
  return id;
}

std::size_t Installation::living() {
  std::size_t count = 0;
  on_loop([&] { count = world_.living().size(); });
  return count;
}

}  // namespace mayfly::rest
