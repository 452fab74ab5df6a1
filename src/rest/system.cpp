#include "rest/operation.h"

namespace mayfly::rest {

struct Health {
  std::string status = "ok";
};
BOOST_DESCRIBE_STRUCT(Health, (), (status))

namespace {

boost::asio::awaitable<Answer> get_health(Call&) {
  co_return json_response(200, Health{});
}

boost::asio::awaitable<Answer> get_metrics(Call& call) {
  const engine::Statistics engine = co_await call.service().statistics();
  const std::size_t connections = call.facilities.connections ? call.facilities.connections() : 0;
  co_return http::Response{
      .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
      .body = call.facilities.metrics.text(engine, connections, call.service().notified())};
}

boost::asio::awaitable<Answer> get_openapi(Call& call) {
  co_return http::Response{
      .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "public, max-age=300"}},
      .body = call.facilities.openapi};
}

json::object any_object(json::Schemas&) {
  return {{"type", "object"}};
}

}  // namespace

std::vector<Operation> system_operations() {
  return {
      {.method = "GET",
       .path = "/healthz",
       .name = "getHealth",
       .doc = "Whether the server answers.",
       .handle = &get_health,
       .access = Access::anyone,
       .replies = {{.doc = "It does.", .schema = &schema_of<Health>}}},
      {.method = "GET",
       .path = "/metrics",
       .name = "getMetrics",
       .doc = "Figures for Prometheus.",
       .handle = &get_metrics,
       .access = Access::observer,
       .replies = {{.doc = "The figures.",
                    .schema = &schema_of<std::string>,
                    .media = "text/plain"}}},
      {.method = "GET",
       .path = "/openapi.json",
       .name = "getOpenApi",
       .doc = "This document.",
       .handle = &get_openapi,
       .access = Access::anyone,
       .replies = {{.doc = "The document.", .schema = &any_object}}},
  };
}

}  // namespace mayfly::rest
