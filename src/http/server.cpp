#include "http/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "core/assert.h"
#include "core/log.h"
#include "http/connection.h"
#include "http/spawn.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 4096;  // the kernel caps it at net.core.somaxconn
constexpr Duration kSweepMin = 10ms;
constexpr Duration kSweepMax = 1s;
// When accept fails there are no descriptors left: connections must end before it can succeed.
constexpr Duration kAcceptPause = 100ms;
// What a stop gives connections to notice that their sockets are closed.
constexpr Duration kCloseGrace = 1s;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Duration sweep_interval(const ServerOptions& options) {
  const Duration shortest =
      std::min({options.header_deadline, options.body_deadline, options.idle_deadline});
  return std::clamp(shortest / 4, kSweepMin, kSweepMax);
}

error_code bind_and_listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && shared) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  return error;
}

// One thread: its io_context, acceptor and connections.
class Worker {
 public:
  explicit Worker(House& house) : floor_(house) {}

  error_code listen(const tcp::endpoint& endpoint) {
    return bind_and_listen(acceptor_, endpoint, true);
  }
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  void start();
  void stop_accepting();  // and tells the connections
  void close_connections();
  void end();
  bool is_this_thread() const { return thread_.get_id() == std::this_thread::get_id(); }

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> sweep();
  void run();

  // The io_context goes first: it destroys coroutines that still wait, whose wires leave the floor.
  Floor floor_;
  bool stopping_ = false;
  bool full_ = false;  // the last connection could not be accepted
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
  asio::steady_timer sweeper_{context_};
  std::thread thread_;
};

void Worker::start() {
  spawn(context_.get_executor(), "accept", accept());
  spawn(context_.get_executor(), "sweep", sweep());
  thread_ = std::thread([this] { run(); });
}

void Worker::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& exception) {
      // Not from a coroutine of ours: from a task that somebody posted to this thread.
      log::error("task failed", {{"reason", exception.what()}});
    }
  }
}

asio::awaitable<void> Worker::accept() {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwaitTuple);
    if (stopping_) co_return;
    if (!error) {
      full_ = false;
      spawn(context_.get_executor(), "connection", serve(floor_, admit(floor_, std::move(socket))));
      continue;
    }
    // Once: whoever opens more connections than there can be shall not fill the log, too.
    if (!std::exchange(full_, true))
      log::warning("cannot accept connections", {{"reason", error.message()}});
    pause_.expires_after(kAcceptPause);
    co_await pause_.async_wait(kAwaitTuple);
  }
}

asio::awaitable<void> Worker::sweep() {
  const Duration interval = sweep_interval(floor_.house.options);
  for (;;) {
    sweeper_.expires_after(interval);
    const auto [error] = co_await sweeper_.async_wait(kAwaitTuple);
    if (error) co_return;
    const auto now = std::chrono::steady_clock::now();
    for (Wire& wire : floor_.wires) wire.sweep(now);
  }
}

void Worker::stop_accepting() {
  asio::post(context_, [this] {
    stopping_ = true;
    error_code ignored;  // it is gone either way
    acceptor_.close(ignored);
    pause_.cancel();
    for (Wire& wire : floor_.wires) wire.stop();
  });
}

void Worker::close_connections() {
  asio::post(context_, [this] {
    sweeper_.cancel();
    for (Wire& wire : floor_.wires) wire.close();
  });
}

void Worker::end() {
  if (!thread_.joinable()) return;
  // Behind what was posted before; what handlers left behind (a timer) is not waited for.
  asio::post(context_, [this] { context_.stop(); });
  thread_.join();
}

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, Handler handler, Refusal refusal)
      : house_{.options = std::move(options),
               .handler = std::move(handler),
               .refusal = std::move(refusal),
               .crowd = {}} {}
  ~AsioServer() override { stop(Duration::zero()); }

  Result<void> listen();
  unsigned short port() const override { return port_; }
  void stop(Duration grace) override;
  std::size_t connections() const override { return house_.crowd.size(); }

 private:
  House house_;
  unsigned short port_ = 0;
  bool stopped_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
};

Error cannot_listen(const ServerOptions& options, const error_code& error) {
  return {.code = ErrorCode::unavailable,
          .message = fmt::format("cannot listen on {} port {}: {}", options.address, options.port,
                                 error.message()),
          .remedy = "choose another address or port, or end the program that has it"};
}

// SO_REUSEPORT lets our threads share a port, and would also let a second server of the same user
// take half of our connections without a word: ask for the port without it first.
error_code probe(const tcp::endpoint& endpoint) {
  asio::io_context context;
  tcp::acceptor acceptor(context);
  return bind_and_listen(acceptor, endpoint, false);
}

Result<void> AsioServer::listen() {
  const ServerOptions& options = house_.options;
  ASSERT(options.threads > 0);
  if (options.tls) {
    TRY(house_.certificate, Certificate::load(*options.tls));
  }
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail(ErrorCode::invalid,
                fmt::format("cannot listen on {}: not an IP address", options.address),
                "give a numeric address such as 127.0.0.1, 0.0.0.0 or ::");
  }
  tcp::endpoint endpoint(address, options.port);
  if (options.port != 0) error = probe(endpoint);
  for (unsigned i = 0; i < options.threads && !error; ++i) {
    workers_.push_back(std::make_unique<Worker>(house_));
    error = workers_.back()->listen(endpoint);
    // The first finds a free port when asked for any; the others join it there.
    if (!error) endpoint = workers_.back()->endpoint();
  }
  if (error) return std::unexpected(cannot_listen(options, error));
  port_ = endpoint.port();
  for (const auto& worker : workers_) worker->start();
  return {};
}

void AsioServer::stop(Duration grace) {
  if (std::exchange(stopped_, true)) return;
  for (const auto& worker : workers_) {
    ASSERT(!worker->is_this_thread());
    worker->stop_accepting();
  }
  house_.crowd.wait_until_empty(grace);
  for (const auto& worker : workers_) worker->close_connections();
  if (!house_.crowd.wait_until_empty(kCloseGrace)) {
    log::warning("stopped while requests wait", {{"requests", house_.crowd.size()}});
  }
  for (const auto& worker : workers_) worker->end();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler,
                                              Refusal refusal) {
  auto server =
      std::make_unique<AsioServer>(std::move(options), std::move(handler), std::move(refusal));
  TRY_VOID(server->listen());
  return server;
}

}  // namespace mayfly::http
