#include "server/commands.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "cli/exit_code.h"
#include "cli/problem.h"
#include "core/log.h"
#include "http/certificate.h"
#include "pricing/catalog.h"
#include "server/assembly.h"
#include "service/service.h"
#include "store/sqlite/sqlite_store.h"

namespace mayfly::server {
namespace {

int report(const Error& error) {
  fmt::print(stderr, "{}", cli::describe(error, {}));
  return static_cast<int>(cli::exit_code_of(error));
}

// Blocked before any thread starts, so that every thread inherits it and only wait_for_signal()
// sees them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void wait_for_signal(const sigset_t& signals) {
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
}

int serve(const cli::ServeOptions& options) {
  auto config = load_config({.config = options.config,
                             .listen = options.listen,
                             .data = options.data,
                             .auth = options.auth,
                             .log_level = options.log_level,
                             .log_json = options.log_json},
                            process_environment);
  if (!config) return report(config.error());
  config->version = MAYFLY_VERSION;
  log::configure(config->log_level, config->log_json);
  const sigset_t signals = block_signals();
  auto assembly = Assembly::start(*config);
  if (!assembly) return report(assembly.error());
  fmt::print("Mayfly listens on {}\n", (*assembly)->url());
  fmt::print("  data    {}\n", config->data.string());
  fmt::print("  prices  {} offers, snapshot of {}\n", pricing::Catalog::embedded()->size(),
             pricing::Catalog::embedded()->date());
  if (!config->authenticate) fmt::print("  auth    none: everybody on this machine may use it\n");
  std::fflush(stdout);
  wait_for_signal(signals);
  log::info("stopping");
  assembly->reset();
  return 0;
}

int user_add(const cli::UserAddOptions& options) {
  const auto config =
      load_config({.config = options.config, .data = options.data}, process_environment);
  if (!config) return report(config.error());
  const auto store = store::sqlite::open(config->data / "mayfly.db");
  if (!store) return report(store.error());
  const SystemClock clock;
  const auto token = service::add_user(**store, clock, options.name, options.admin);
  if (!token) return report(token.error());
  fmt::print(stderr, "The token of {}{}; it is shown only now:\n", options.name,
             options.admin ? ", an administrator" : "");
  fmt::print("{}\n", token->reveal());
  return 0;
}

int user_token(const cli::UserTokenOptions& options) {
  const auto config =
      load_config({.config = options.config, .data = options.data}, process_environment);
  if (!config) return report(config.error());
  const auto store = store::sqlite::open(config->data / "mayfly.db");
  if (!store) return report(store.error());
  const auto token = service::renew_token(**store, options.name);
  if (!token) return report(token.error());
  fmt::print(stderr, "The new token of {}; it is shown only now, and the old one is void:\n",
             options.name);
  fmt::print("{}\n", token->reveal());
  return 0;
}

template <class T>
std::string text_or(const std::optional<T>& value, const char* otherwise) {
  return value ? to_string(*value) : otherwise;
}

std::string count_or_any(const std::optional<std::int64_t>& count) {
  return count ? fmt::format("{}", *count) : "any number of";
}

int config_check(const cli::ConfigCheckOptions& options) {
  const auto config = load_config({.config = options.config}, process_environment);
  if (!config) return report(config.error());
  if (config->tls) {
    if (const auto pair = http::Certificate::load(*config->tls); !pair) return report(pair.error());
  }
  fmt::print("The configuration is good.\n");
  fmt::print("  listen        {}:{}\n", config->address, config->port);
  fmt::print("  tls           {}\n", config->tls ? config->tls->certificate.string() : "none");
  fmt::print("  data          {}\n", config->data.string());
  fmt::print("  auth          {}\n", config->authenticate ? "token" : "none");
  fmt::print("  aws           {}\n", config->aws_endpoint.empty() ? "AWS" : config->aws_endpoint);
  fmt::print("  digitalocean  {}\n", config->digitalocean_endpoint);
  const service::Limits& limits = config->allowance.limits;
  const service::LeasePolicy& lease = config->allowance.lease;
  fmt::print("  limits        {} machines, {} vCPUs, {} USD an hour, {} USD a month\n",
             count_or_any(limits.machines), count_or_any(limits.vcpus),
             text_or(limits.usd_per_hour, "any"), text_or(limits.usd_per_month, "any"));
  fmt::print("  lease         {} unless one is asked for, at most {}\n",
             text_or(lease.of_a_request_without(), "none"), text_or(lease.longest, "any"));
  fmt::print("  regions       {}\n", config->regions.empty()
                                         ? "everywhere"
                                         : fmt::format("{}", fmt::join(config->regions, ", ")));
  return 0;
}

}  // namespace

cli::ServerCommands commands() {
  return {
      .serve = serve, .user_add = user_add, .user_token = user_token, .config_check = config_check};
}

}  // namespace mayfly::server
