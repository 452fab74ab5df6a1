// The REST door: what a request must pass before the service hears of it, and the form in which
// everything is answered.
//
// In this order, and the first that fails is the answer: the route exists (404), it knows the
// method (405), the caller may (401, 403), the query parameters are known (400), the body is JSON
// (415, 400), its fields are right (422). OPTIONS is answered everywhere, HEAD wherever GET is.
//
// Threads: the handler runs on whichever thread the server calls it. It is shared by all of them.
#pragma once

#include <functional>
#include <string>

#include "core/random.h"
#include "http/server.h"
#include "rest/problem.h"
#include "service/service.h"

namespace mayfly::rest {

struct DoorOptions {
  std::string version = "0";  // of the program, for the OpenAPI document
  // Whether anyone may read /metrics; otherwise only admins. True where only this machine can ask.
  bool open_metrics = true;
  // "https://mayfly.example.com": how clients reach us, when a proxy stands before us.
  std::string base_url = {};
  // Whether tokens are given to requests that did not come over our own TLS: where only this
  // machine can ask, or only a proxy that speaks TLS.
  bool tokens_in_clear = true;
  std::function<std::size_t()> connections = {};  // how many the server has, for /metrics
  // Answers what this door has no route for: other doors beside it. 404 when there is none. Such
  // answers are logged and counted as ours are.
  http::Handler otherwise = {};
};

// `service` and `random` outlive the handler; `random` is used from any thread.
http::Handler make_handler(service::Service& service, Random& random, DoorOptions options = {});

}  // namespace mayfly::rest
