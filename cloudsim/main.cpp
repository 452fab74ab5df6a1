// cloudsim: EC2, EMR, STS, SSM and DigitalOcean on one local address.
#include <fmt/format.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "doors.h"
#include "json/codec.h"
#include "json/parse.h"
#include "simulator.h"

namespace mayfly::cloudsim {
namespace {

struct Options {
  std::string listen = "127.0.0.1:5000";
  int speed = 1;
  std::uint64_t seed = 0;
  std::string faults;
};

constexpr char kExamples[] = R"(Examples:
  cloudsim
  cloudsim --listen 127.0.0.1:0 --speed 60 --seed 7
  cloudsim --faults bad-day.json      a file such as
      {"faults": [{"fault": "capacity", "cloud": "aws", "region": "us-east-1"},
                  {"fault": "timeout_after_success", "probability": 0.05}]}
  aws --endpoint-url http://127.0.0.1:5000 ec2 describe-regions
  curl http://127.0.0.1:5000/_sim/ledger
  curl -d '{"faults": [{"fault": "throttle", "times": 3}]}' http://127.0.0.1:5000/_sim/faults
  curl -X DELETE http://127.0.0.1:5000/_sim/faults)";

Result<sim::FaultPlan> read_faults(const std::string& path) {
  if (path.empty()) return sim::FaultPlan{};
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorCode::not_found, "Cannot read " + path);
  TRY(const json::value tree, json::parse(text.str()));
  return json::decode<sim::FaultPlan>(tree);
}

Result<http::ServerOptions> read_listen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  unsigned short port = 0;
  const std::string number = colon == std::string::npos ? std::string{} : listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), port);
  if (number.empty() || error != std::errc{} || end != number.data() + number.size()) {
    return fail(ErrorCode::invalid, fmt::format("--listen {}: write ADDRESS:PORT", listen));
  }
  http::ServerOptions options;
  options.address = listen.substr(0, colon);
  options.port = port;
  options.threads = 1;  // the world has no lock
  return options;
}

void introduce(const std::string& address, const Simulator& simulator) {
  fmt::print(
      "cloudsim listens on {}\n"
      "  AWS           access key id      {}\n"
      "                secret access key  {}\n"
      "  DigitalOcean  token              {}\n"
      "  speed {}, seed {}\n"
      "  ledger {}/_sim/ledger, faults {}/_sim/faults\n",
      address, kAccessKeyId, kSecretAccessKey, kDigitalOceanToken, simulator.clock().speed(),
      simulator.seed(), address, address);
  std::fflush(stdout);
}

Result<void> serve(const Options& options) {
  TRY(sim::FaultPlan plan, read_faults(options.faults));
  TRY(const http::ServerOptions server_options, read_listen(options.listen));
  const SystemClock clock;
  Simulator simulator(clock,
                      {.speed = options.speed, .seed = options.seed, .faults = std::move(plan)});
  Doors doors(simulator);

  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops,
                  nullptr);  // before the server's thread exists: only we take them

  TRY(const std::unique_ptr<http::Server> server,
      http::Server::start(
          server_options,
          [&doors](http::Request request) { return doors.answer(std::move(request)); },
          [](int status, std::string_view why) {
            return http::Response{.status = status,
                                  .headers = {{"Content-Type", "text/plain"}},
                                  .body = std::string(why) + '\n'};
          }));
  introduce(fmt::format("http://{}:{}", server_options.address, server->port()), simulator);
  int stop = 0;
  sigwait(&stops, &stop);
  server->stop(1s);
  return {};
}

}  // namespace
}  // namespace mayfly::cloudsim

int main(int argc, char** argv) {
  using namespace mayfly;
  cloudsim::Options options;
  options.seed = SystemRandom{}.below(1'000'000);
  CLI::App app("EC2, EMR, STS, SSM and DigitalOcean on one local address, with faults on demand.",
               "cloudsim");
  app.footer(cloudsim::kExamples);
  app.add_option("--listen", options.listen, "ADDRESS:PORT; port 0 takes any free one")
      ->capture_default_str();
  app.add_option("--speed", options.speed, "Virtual time runs so many times as fast")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--seed", options.seed,
                 "The same seed and calls give the same clouds (default: chance)");
  app.add_option("--faults", options.faults, "A JSON file with what goes wrong from the start");
  CLI11_PARSE(app, argc, argv);
  if (const auto served = cloudsim::serve(options); !served) {
    fmt::print(stderr, "cloudsim: {}\n", served.error().message);
    return 1;
  }
  return 0;
}
