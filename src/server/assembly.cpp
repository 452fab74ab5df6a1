#include "server/assembly.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "clouds/aws/aws_cloud.h"
#include "clouds/digitalocean/digitalocean_cloud.h"
#include "clouds/emr/emr_cloud.h"
#include "core/id.h"
#include "core/thread_loop.h"
#include "http/client.h"
#include "http/server.h"
#include "http/spawn.h"
#include "json/parse.h"
#include "mail/smtp.h"
#include "model/clouds.h"
#include "notify/notifier.h"
#include "oslc/door.h"
#include "rest/door.h"
#include "service/service.h"
#include "store/blocking.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly::server {
namespace {

constexpr Duration kGrace = 5s;

// One server per data directory: two would drive the same reservations and fight over every record.
class DataLock {
 public:
  static Result<std::unique_ptr<DataLock>> take(const std::filesystem::path& data) {
    std::error_code error;
    std::filesystem::create_directories(data, error);
    if (!error) ::chmod(data.c_str(), 0700);
    const std::filesystem::path file = data / "lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
      return fail(ErrorCode::internal,
                  fmt::format("The data directory {} cannot be written to", data.string()),
                  "Choose another with --data, or mend its rights.");
    }
    auto lock = std::unique_ptr<DataLock>(new DataLock(fd));
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return fail(ErrorCode::conflict, fmt::format("Another Mayfly server uses {}", data.string()),
                  "End it, or choose another directory with --data.");
    }
    return lock;
  }
  ~DataLock() { ::close(fd_); }
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_;
};

// The name under which everything of ours is tagged at the clouds: made once, kept for ever.
Result<std::string> installation_of(store::Store& store, const Clock& clock, Random& random) {
  ThreadLoop loop;
  store::Blocking blocking(store, loop);
  TRY(const std::optional<store::Document> known, blocking.get("settings", "installation"));
  if (known) {
    TRY(const json::value tree, json::parse(known->body));
    return std::string(tree.at("id").as_string());
  }
  const std::string id = new_id("m", clock.now(), random);
  store::Batch batch;
  batch.push_back({.collection = "settings",
                   .id = "installation",
                   .expected_version = 0,
                   .document = store::Document{.id = "installation",
                                               .body = fmt::format("{{\"id\":\"{}\"}}", id)}});
  TRY_VOID(blocking.commit(std::move(batch)));
  return id;
}

// An io_context with a thread of its own, for the cloud drivers' coroutines.
class DriverThread {
 public:
  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  ~DriverThread() { stop(); }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::thread thread_{[this] { context_.run(); }};
};

http::ClientOptions notify_client_options(const Config& config) {
  return {.public_only = !config.notify_allow_private};
}

std::unique_ptr<mail::Sender> mail_sender(const Config& config) {
  if (config.smtp.url.empty()) return nullptr;
  return mail::make_smtp_sender(config.smtp);
}

// The same each time that the same end is written.
notify::Record stray_ended(const engine::Stray& stray) {
  const Time at = stray.ended_at.value_or(stray.first_seen);
  std::string id =
      fmt::format("e-stray-{}-{}-{}", stray.cloud, stray.machine, notify::time_prefix(at));
  return notify::record_of(
      stray.user, "stray.ended", std::move(id), at,
      fmt::format("{} in {} at {} carried our tag and belonged to nothing known ({}); it is gone",
                  stray.machine, stray.region, stray.cloud, engine::describe(stray.reason)));
}

class Running final : public Assembly {
 public:
  Running(Config config, std::unique_ptr<DataLock> lock, std::unique_ptr<store::Store> store,
          service::Vault vault)
      : config_(std::move(config)),
        lock_(std::move(lock)),
        store_(std::move(store)),
        vault_(std::move(vault)),
        keyring_(*store_, vault_),
        client_(http::make_curl_client()),
        notify_client_(http::make_curl_client(notify_client_options(config_))),
        mail_sender_(mail_sender(config_)),
        aws_(drivers_.executor(), *client_, clock_, {.endpoint = config_.aws_endpoint}),
        emr_(drivers_.executor(), *client_, clock_, {.endpoint = config_.aws_endpoint}),
        digitalocean_(drivers_.executor(), *client_, clock_,
                      {.endpoint = config_.digitalocean_endpoint}) {}

  ~Running() override {
    // Whoever still has to answer a connection's coroutine ends while its context lives: first the
    // engine and the drivers, then the store, which answers all it took; the server goes last.
    if (server_) server_->stop(kGrace);
    on_loop([this] {
      engine_.reset();
      accounts_.reset();
    });
    loop_.stop();
    on(notify_loop_, [this] { notifier_.reset(); });
    notify_client_.reset();
    mail_sender_.reset();
    notify_loop_.stop();
    drivers_.stop();
    client_.reset();  // its thread has posted to the drivers that end with us
    store_.reset();
    server_.reset();
  }

  Result<void> start() {
    TRY(const std::string installation, installation_of(*store_, clock_, random_));
    TRY_VOID(start_notifier());
    on_loop([&] {
      accounts_ = std::make_unique<service::Accounts>(*store_, loop_, config_.allowance);
      engine_ = std::make_unique<engine::Engine>(
          engine::Ports{.loop = loop_,
                        .store = *store_,
                        .keyring = keyring_,
                        .clouds = clouds(),
                        .catalog = &pricing::Catalog::embedded,
                        .admit = accounts_->as_admit()},
          engine::Settings{.policy = config_.policy,
                           .observer = {.installation = installation,
                                        .poll_transition = config_.poll_transition,
                                        .poll_steady = config_.poll_steady,
                                        .poll_dormant = config_.poll_dormant,
                                        .poll_min = {{std::string(kEmr), config_.poll_clusters}}},
                           .rate_percent = config_.rate_percent,
                           .sweep = sweep_settings(),
                           .alongside =
                               [this](const Reservation* before, const Reservation& next) {
                                 return notifier_->alongside(before, next);
                               },
                           .changed =
                               [this](const Reservation* before, const Reservation* now) {
                                 accounts_->changed(before, now);
                                 notifier_->changed(before, now);
                               }});
    });
    std::promise<Result<void>> started;
    on_loop([&] {
      engine_->start([&started](Result<void> result) { started.set_value(std::move(result)); });
    });
    TRY_VOID(started.get_future().get());
    service_ = std::make_unique<service::Service>(service::Parts{
        .store = *store_,
        .engine = *engine_,
        .engine_loop = loop_,
        .accounts = *accounts_,
        .clouds = clouds(),
        .catalog = &pricing::Catalog::embedded,
        .clock = clock_,
        .random = random_,
        .vault = vault_,
        .notifier = *notifier_,
        .settings = {.default_regions = config_.regions, .authenticate = config_.authenticate}});
    take_up();
    rest::DoorOptions door{.version = config_.version,
                           .open_metrics = is_loopback(config_.address),
                           .base_url = config_.oslc.base_url,
                           .tokens_in_clear = !config_.tls && is_private(config_),
                           .connections =
                               [this] {
                                 const http::Server* server = listening_;
                                 return server ? server->connections() : 0;
                               },
                           .otherwise = oslc::make_handler(*service_, config_.oslc)};
    http::ServerOptions options{.address = config_.address,
                                .port = config_.port,
                                .threads = config_.threads,
                                .tls = config_.tls};
    if (!is_private(config_)) {
      log::warning("tokens can be read on the way unless a TLS proxy stands before this server",
                   {{"listen", config_.address}, {"remedy", "set [http.tls] or oslc.base_url"}});
    }
    TRY(server_, http::Server::start(std::move(options),
                                     rest::make_handler(*service_, random_, std::move(door)),
                                     rest::make_refusal()));
    listening_ = server_.get();
    return {};
  }

  std::string url() const override {
    const bool v6 = config_.address.contains(':');
    return fmt::format("{}://{}{}{}:{}", config_.tls ? "https" : "http", v6 ? "[" : "",
                       config_.address, v6 ? "]" : "", server_->port());
  }

 private:
  // What was asked for and interrupted by the last end of this server, before anybody asks for
  // more. On a context that outlives the store: whoever has answered may still be leaving it.
  void take_up() {
    std::promise<Result<void>> ended;
    boost::asio::co_spawn(drivers_.executor(), service_->complete_all(),
                          [&ended](const std::exception_ptr& failure, Result<void> answer) {
                            if (failure) answer = fail(ErrorCode::internal, http::what_of(failure));
                            ended.set_value(std::move(answer));
                          });
    const Result<void> result = ended.get_future().get();
    if (!result) log::warning("what was interrupted waits", {{"why", result.error().message}});
  }

  // A stray is believed gone on the same grounds as any other machine.
  engine::SweepSettings sweep_settings() {
    engine::SweepSettings settings = config_.sweep;
    settings.rules.absence_window = config_.policy.absence_window;
    settings.rules.vanish_window = config_.policy.vanish_window;
    settings.alongside_end = [this](const engine::Stray& stray) {
      return notifier_->alongside(stray_ended(stray));
    };
    settings.end_written = [this](const engine::Stray&) { notifier_->wake(); };
    return settings;
  }

  std::map<std::string, clouds::Cloud*> clouds() {
    return {{"aws", &aws_}, {std::string(kEmr), &emr_}, {"digitalocean", &digitalocean_}};
  }

  void on_loop(std::function<void()> task) { on(loop_, std::move(task)); }

  static void on(Loop& loop, std::function<void()> task) {
    std::promise<void> done;
    loop.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  // Before the engine: what it takes up may have something to tell.
  Result<void> start_notifier() {
    std::promise<Result<void>> started;
    on(notify_loop_, [&] {
      notify::Settings settings = config_.notify;
      settings.version = config_.version;
      settings.public_only = !config_.notify_allow_private;
      notifier_ = std::make_unique<notify::Notifier>(
          notify::Ports{.loop = notify_loop_,
                        .store = *store_,
                        .http = *notify_client_,
                        .mail = mail_sender_.get(),
                        .random = random_,
                        .unseal =
                            [this](std::string_view sealed, std::string_view context) {
                              return vault_.unseal(sealed, context);
                            }},
          std::move(settings));
      notifier_->start([&started](Result<void> result) { started.set_value(std::move(result)); });
    });
    return started.get_future().get();
  }

  Config config_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<DataLock> lock_;
  std::unique_ptr<store::Store> store_;
  service::Vault vault_;
  service::StoreKeyring keyring_;
  DriverThread drivers_;
  std::unique_ptr<http::Client> client_;
  // With a client of its own: it must not reach what the clouds' one may.
  ThreadLoop notify_loop_;
  std::unique_ptr<http::Client> notify_client_;
  std::unique_ptr<mail::Sender> mail_sender_;
  std::unique_ptr<notify::Notifier> notifier_;
  clouds::AwsCloud aws_;
  clouds::EmrCloud emr_;
  clouds::DigitalOceanCloud digitalocean_;
  ThreadLoop loop_;
  std::unique_ptr<service::Accounts> accounts_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<http::Server> server_;
  // For /metrics: the first request may come before start() has returned.
  std::atomic<const http::Server*> listening_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Assembly>> Assembly::start(Config config) {
  TRY(auto lock, DataLock::take(config.data));
  TRY(auto vault, config.master_key.empty() ? service::Vault::open(config.data / "master.key")
                                            : service::Vault::from_hex(config.master_key));
  TRY(auto store, store::sqlite::open(config.data / "mayfly.db"));
  auto running = std::make_unique<Running>(std::move(config), std::move(lock), std::move(store),
                                           std::move(vault));
  TRY_VOID(running->start());
  return running;
}

}  // namespace mayfly::server
