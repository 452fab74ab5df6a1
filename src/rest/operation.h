// One row per thing that can be done over REST: how it is asked, what it takes, what it answers,
// and the coroutine that does it. The door walks these rows, and the OpenAPI document is printed
// from them, so neither can know something that the other does not.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "http/server.h"
#include "json/codec.h"
#include "json/schema.h"
#include "rest/body.h"
#include "rest/metrics.h"
#include "rest/prefer.h"
#include "rest/query.h"
#include "rest/router.h"
#include "service/service.h"

namespace mayfly::rest {

// What all calls share; outlives them.
struct Facilities {
  service::Service& service;
  const Metrics& metrics;
  const std::string& openapi;
  std::function<std::size_t()> connections;
  const std::string& base_url;
  bool tokens_in_clear;
};

// One request that has passed the door: known, allowed, and its body an object.
struct Call {
  const Facilities& facilities;
  const http::Request& http;
  PathParameters path;
  std::string user = {};  // of the path
  Query query = {};
  json::value body = {};
  Preferences preferences = {};

  service::Service& service() const { return facilities.service; }
  // Precondition: the route's pattern has it.
  const std::string& id(std::string_view name) const { return path.find(name)->second; }
};

using Answer = Result<http::Response>;
using Handle = boost::asio::awaitable<Answer> (*)(Call&);

enum class Access {
  anyone,
  owner,     // the user in the path, or an admin
  admin,     // an admin only, for the user in the path
  observer,  // anyone where metrics are open, otherwise an admin
};

struct HeaderRule {
  std::string_view name;
  std::string_view doc;
};

using MakeSchema = json::object (*)(json::Schemas&);
template <class T>
json::object schema_of(json::Schemas& schemas) {
  return schemas.of<T>();
}

struct ReplyRule {
  int status = 200;
  std::string_view doc;
  MakeSchema schema = nullptr;  // no body without
  std::string_view media = "application/json";
  std::string_view text_media = {};  // that it can be had as, too, by Accept
};

struct Operation {
  std::string_view method;
  std::string_view path;  // as the router takes it
  std::string_view name;  // operationId
  std::string_view doc;
  Handle handle = nullptr;
  Access access = Access::owner;
  Body body = Body::none;
  MakeSchema takes = nullptr;
  std::vector<QueryRule> query = {};
  std::vector<HeaderRule> headers = {};
  std::vector<ReplyRule> replies = {};
  // Beside those that follow from the rest of the row.
  std::vector<int> problems = {};
  // The path parameter that names what is made: a wrong one is a wrong field, not a path that does
  // not exist.
  std::string_view makes = {};
  // Whether scripts of pages from elsewhere may ask and read: where no cookie could be borrowed and
  // credentials are the caller's own doing.
  bool cross_origin = false;
};

std::vector<Operation> user_operations();
std::vector<Operation> key_operations();
std::vector<Operation> estimate_operations();
std::vector<Operation> reservation_operations();
std::vector<Operation> template_operations();
std::vector<Operation> stray_operations();
std::vector<Operation> webhook_operations();
std::vector<Operation> limit_operations();
std::vector<Operation> cost_operations();
std::vector<Operation> oauth_operations();
std::vector<Operation> system_operations();
// All of them.
const std::vector<Operation>& operations();

// ---- for the handlers
// -----------------------------------------------------------------------------

template <class T>
http::Response json_response(int status, const T& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::to_text(body)};
}

// T from the body, with every wrong field named.
template <class T>
Result<T> read(const Call& call) {
  return json::decode<T>(call.body);
}

// The path of something of this user: /users/ann/keys/k-1.
std::string location(const Call& call, std::string_view collection, std::string_view id);

}  // namespace mayfly::rest
