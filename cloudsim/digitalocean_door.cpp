#include "digitalocean_door.h"

#include <fmt/format.h>

#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool is_authorized(const http::Request& request, const KeyRing& keys) {
  const std::string_view given = request.header("authorization").value_or("");
  return given.starts_with(kBearer) && keys.accepts_token(given.substr(kBearer.size()));
}

// A create's own facts, for faults and capacity by place.
sim::CallSite site_of(const Route& route, const DropletsCall& call, const std::string& account) {
  sim::CallSite site{.cloud = "digitalocean",
                     .account = account,
                     .region = {},
                     .operation = std::string(route.operation)};
  const json::object* body = call.body.if_object();
  if (!body || route.operation != "create droplets") return site;
  const auto text = [&](const char* name) {
    const json::value* found = body->if_contains(name);
    return found && found->is_string() ? std::string(found->get_string().c_str()) : std::string{};
  };
  site.region = text("region");
  site.instance_type = text("size");
  return site;
}

}  // namespace

DigitalOceanDoor::DigitalOceanDoor(Simulator& simulator)
    : simulator_(simulator),
      state_{.world = simulator.world(),
             .clock = simulator.clock(),
             .shop = simulator.shop(),
             .account = kDigitalOceanAccount} {}

http::Headers DigitalOceanDoor::common_headers() {
  const auto window = state_.world.throttle().window(state_.account, state_.world.now());
  const auto resets = std::chrono::ceil<std::chrono::seconds>(
      state_.clock.real_time(window.resets_at).time_since_epoch());
  return {{"ratelimit-limit", std::to_string(window.limit)},
          {"ratelimit-remaining", std::to_string(window.remaining)},
          {"ratelimit-reset", std::to_string(resets.count())}};
}

http::Response DigitalOceanDoor::refused(const sim::CloudError& error) {
  const std::string request_id = simulator_.new_request_id();
  http::Response response{.status = error.status == 0 ? 504 : error.status,
                          .headers = common_headers()};
  response.headers.push_back({"x-request-id", request_id});
  if (error.retry_after) {
    const auto seconds =
        std::chrono::ceil<std::chrono::seconds>(*error.retry_after / state_.clock.speed());
    response.headers.push_back({"retry-after", std::to_string(seconds.count())});
  }
  if (error.code.empty() || error.status == 0) {
    response.headers.push_back({"Content-Type", "text/html"});
    response.body = fmt::format("<html><body><h1>{} {}</h1></body></html>\n", response.status,
                                http::reason_phrase(response.status));
    return response;
  }
  response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  response.body = json::print(
      json::object{{"id", error.code}, {"message", error.message}, {"request_id", request_id}});
  return response;
}

boost::asio::awaitable<http::Response> DigitalOceanDoor::answer(http::Request request) {
  if (!is_authorized(request, simulator_.keys())) {
    const sim::CloudError unauthorized{401, "unauthorized", "Unable to authenticate you", {}};
    co_return refused(unauthorized);
  }
  DropletsCall call{.path = {request.path.begin() + 1, request.path.end()},
                    .query = std::move(request.query),
                    .body = nullptr,
                    .base = fmt::format("http://{}", request.header("host").value_or("127.0.0.1"))};
  const Route* route = find_route(request.method, call.path);
  if (!route) co_return refused(no_such_resource().error());
  if (request.method == "POST") {
    auto body = json::parse(request.body);
    if (!body) {
      const sim::CloudError broken{
          400, "bad_request", "Unable to parse request: " + body.error().message, {}};
      co_return refused(broken);
    }
    call.body = *std::move(body);
  }
  sim::CallSite site = site_of(*route, call, state_.account);
  auto effect = [this, route, call = std::move(call)] { return route->run(state_, call); };
  auto performing = simulator_.perform(std::move(site), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return refused(outcome.error());
  http::Response response{
      .status = route->status, .headers = common_headers(), .body = *std::move(outcome)};
  response.headers.push_back({"x-request-id", simulator_.new_request_id()});
  if (!response.body.empty()) {
    response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  }
  co_return response;
}

}  // namespace mayfly::cloudsim
